#!/bin/sh
# contrib/backsift.conf: every key there is, and nothing else; and the accounts of contrib/imap.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

sample=$top/contrib/backsift.conf
make_maildir "$HOME/Maildir"
mkdir -p "$HOME/.config/backsift"
cp "$sample" "$HOME/.config/backsift/backsift.conf"
like "$("$BACKSIFT" check)" "ok       config    $HOME/.config/backsift/backsift.conf*" "it is valid as it is"

# A password that stands in it needs a file that nobody else can read, a file that is named must be there; of several ways, one.
sed 's/^;//; /^url = /d; /^prvs-key = /d; /^sendmail = /d; /^password-file = /d; /^password = /d; /^token-command = /d' "$sample" \
    >"$HOME/.config/backsift/backsift.conf"
like "$("$BACKSIFT" check 2>&1)" "ok       config    *" "and with every line in use"

# "section key" of all keys; an account's section has a name.
sed -n 's/^    {\(IMAP_SECTION\|"[a-z]*"\), "\([a-z-]*\)",.*/\1 \2/p' "$top/src/config/config_keys.c" |
    tr -d '"' | sed 's/^IMAP_SECTION/imap/' | sort >"$T/keys"
sed -n 's/^;*\[\([a-z]*\).*\]$/[\1/p; s/^;\([a-z-]*\) = .*/\1/p' "$sample" |
    awk '/^\[/ { section = substr($0, 2); next } { print section, $0 }' | sort >"$T/shown"
is "$(diff "$T/keys" "$T/shown")" "" "it shows all keys"
ok [ "$(wc -l <"$T/keys")" -gt 30 ] -- "which are found in the source"

accounts=$top/contrib/imap/accounts.conf
like "$("$BACKSIFT" check -c "$accounts" 2>&1)" "ok       config    $accounts*" "the accounts at large providers are valid"
is "$(grep -c '^\[imap "' "$accounts")" 6 "there are six"
sed 's/^host = .*/host = host.invalid/' "$accounts" >"$T/accounts"
for name in gmail gmail-token microsoft icloud fastmail gmx; do
    like "$("$BACKSIFT" sweep -c "$T/accounts" "imap:$name" 2>&1)" "*imap:$name: cannot find the host host.invalid*" \
        "$name can be swept"
done
done_testing
