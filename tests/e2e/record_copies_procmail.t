#!/bin/sh
# contrib/record/procmail in a real procmail: a copy that the user sends to a secret address of his is
# recorded and does not reach the inbox; all else does, and is not recorded.
# shellcheck source-path=SCRIPTDIR source=lib.sh disable=SC2317
. "$(dirname "$0")/lib.sh"
command -v procmail >/dev/null || skip_all "needs procmail"

config '[own]' 'domain = example.org' '[index]' 'source = stdin'
make_maildir "$HOME/Maildir"
{
    # procmail takes HOME from the accounts.
    printf 'HOME=%s\nMAILDIR=%s\nDEFAULT=%s/Maildir/\n' "$HOME" "$HOME" "$HOME"
    sed "s|/usr/local/bin/backsift|$BACKSIFT|" "$top/contrib/record/procmail"
} >"$HOME/.procmailrc"
arrive() { # ID DELIVERED-TO: as a mail system hands it in
    printf 'Delivered-To: %s\nFrom: ann@example.org\nTo: bob@far.example\nMessage-ID: <%s@example.org>\n\nHello.\n' "$2" "$1" |
        procmail -t "$HOME/.procmailrc" >"$T/out" 2>&1
}
known() {
    "$BACKSIFT" index lookup "$1@example.org" >"$T/out" 2>&1
}
unknown() {
    ! known "$1"
}

ok arrive copy ann+sent-uK3vT8@example.org -- 'a copy to the secret address is taken'
ok known copy -- 'it is recorded'
is "$(messages "$HOME/Maildir")" 0 'and is not in the inbox'
ok arrive other ann@example.org -- 'mail to the plain address is taken'
is "$(messages "$HOME/Maildir")" 1 'it is in the inbox'
ok arrive guess ann+sent@example.org -- 'so is mail to an address that somebody guesses'
is "$(messages "$HOME/Maildir")" 2 'in the inbox, too'
ok unknown other -- 'neither is recorded'
ok unknown guess -- 'not the second'
mv "$HOME/.config/backsift/backsift.conf" "$T/conf"
printf 'nonsense\n' >"$HOME/.config/backsift/backsift.conf"
arrive later ann+sent-uK3vT8@example.org
is "$? $(messages "$HOME/Maildir")" '75 2' 'a copy that cannot be recorded is to be tried again'
done_testing
