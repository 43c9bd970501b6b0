#!/bin/sh
# The contract of qmail: a .qmail line as contrib/ has it, run by a stand-in for qmail-local that is
# written after its manuals (qmail_local.py), as Debian has no qmail.
# shellcheck source-path=SCRIPTDIR source=lib.sh disable=SC2154
. "$(dirname "$0")/lib.sh"

inbox=$HOME/Maildir
chmod 700 "$HOME"
program=$T/backsift
cat >"$program" <<SCRIPT
#!/bin/sh
exec "$BACKSIFT" "\$@"
SCRIPT
chmod 755 "$program"
line=$(sed "s|/usr/local/bin/backsift|$program|" "$top/contrib/qmail/dot-qmail")
like "$line" "|$program deliver*" "the recipe is a program's line"
config '[own]' 'domain = shop.example' 'address = ada@shop.example' 'addresses-complete = yes'
printf 'Received: (qmail 1 invoked by alias); 1 Jan 2024 10:00:00 -0000\nFrom: dan@far.example\nSubject: Lunch?\n\nFriday?\0\r\nno end' >"$T/plain"
cat >"$T/forged" <<'MAIL'
Received: (qmail 1 invoked for bounce); 1 Jan 2024 10:00:00 -0000
From: Bo <bo@far.example>
To: undisclosed-recipients:;
Subject: Automatic reply: hi
Auto-Submitted: auto-replied
In-Reply-To: <x@pc>
Message-ID: <r@far.example>

I am away.
MAIL
# by_qmail MESSAGE SENDER [EXT]: to ada-EXT, or to x7, a name that users/assign gives to ada; sets
# $code and $out.
by_qmail() {
    ext=${3:-}
    out=$(env -i PATH=/usr/bin:/bin LC_ALL=C.UTF-8 python3 "$here/qmail_local.py" ada "$HOME" \
        "${ext:+ada-}${ext:-x7}" "${ext:+-}" "$ext" shop.example "$2" <"$T/$1" 2>&1)
    code=$?
}
clear_boxes() {
    rm -rf "$inbox" "$HOME/Copy"
    make_maildir "$inbox"
    make_maildir "$HOME/Copy"
}
state() { echo "$code $(messages "$inbox") $(messages "$inbox/.Backscatter") $(messages "$HOME/Copy")"; }

printf '%s\n' "$line" >"$HOME/.qmail"
clear_boxes
by_qmail plain dan@far.example
is "$(state) $out" "0 1 0 0 " "mail lands in the inbox, and nothing is printed"
ok cmp -s "$T/plain" "$inbox"/new/* -- "byte for byte"
by_qmail forged ''
is "$(state) $out" "0 1 1 0 " "backscatter in Backscatter, by the recipient that the environment has"
by_qmail forged '#@[]'
is "$(state)" "0 1 2 0" "the sender of a double bounce is a null one"
by_qmail plain "\$(touch $T/harm)@;touch $T/harm;"
is "$(state) $(ls "$T/harm" 2>/dev/null)" "0 2 2 0 " "what stands in the environment is data"

# --- other lines beside it ---
clear_boxes
printf '%s\n./Copy/\n' "$line" >"$HOME/.qmail"
by_qmail plain dan@far.example
is "$(state)" "0 1 0 1" "the line behind it gets the message, too"
printf 'Return-Path: <dan@far.example>\nDelivered-To: x7@shop.example\n' | cat - "$T/plain" >"$T/want"
ok cmp -s "$T/want" "$HOME"/Copy/new/* -- "whole"
clear_boxes
printf '|head -c 9 >/dev/null\n%s\n' "$line" >"$HOME/.qmail"
by_qmail plain dan@far.example
ok cmp -s "$T/plain" "$inbox"/new/* -- "a line before it that reads only some takes nothing away"
clear_boxes
printf '|exit 99\n%s\n' "$line" >"$HOME/.qmail"
by_qmail plain dan@far.example
is "$(state)" "0 0 0 0" "99 of a line before it ends the delivery"
rm "$HOME/.qmail"
printf '%s\n' "$line" >"$HOME/.qmail-default"
clear_boxes
by_qmail forged '' x7
is "$(state)" "0 0 1 0" "the same line in .qmail-default, for any extension"
by_qmail forged ''
is "$(state)" "0 1 1 0" "which is not asked for the bare address: that goes to the Maildir"
rm "$HOME/.qmail-default"

# --- what fails ---
printf '%s\n./Copy/\n' "$line" >"$HOME/.qmail"
# retried NAME
retried() {
    for m in plain forged; do
        by_qmail $m ''
        is "$(state)" "111 0 0 0" "$1: $m is tried again, and in no folder"
    done
}
clear_boxes
mv "$program" "$program.away"
retried "program missing"
mv "$program.away" "$program"
chmod 644 "$program"
retried "program not executable"
chmod 755 "$program"
echo wrong >>"$HOME/.config/backsift/backsift.conf"
retried "configuration broken"
sed -i '$d' "$HOME/.config/backsift/backsift.conf"
mv "$inbox" "$inbox.away"
retried "no Maildir"
mv "$inbox.away" "$inbox"
printf '%s --wrong\n./Copy/\n' "$line" >"$HOME/.qmail"
retried "wrong option"
# Killed while it reads: the shell is killed in its place.
cat >"$program" <<'SCRIPT'
#!/bin/sh
kill -KILL $$
SCRIPT
printf '%s\n./Copy/\n' "$line" >"$HOME/.qmail"
retried "program killed"
# The stand-in can tell: codes that qmail takes for a hard error.
printf '#!/bin/sh\nexit 78\n' >"$program"
by_qmail plain ''
is "$(state)" "100 0 0 0" "what backsift says elsewhere of a broken configuration (78) would bounce here"
done_testing
