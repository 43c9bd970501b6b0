#!/bin/sh
# check of the accounts at mail servers: what can be seen here, and with --imap what a server says.
# shellcheck disable=SC2016,SC2034,SC2154
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"
work=$T/imap
. "$here/imap/imap.sh"
server_certificates
make_maildir "$HOME/Maildir"
state=$work/state
mkdir -p "$state/inbox"
plain 1 >"$state/inbox/1"
python3 "$here/imap/scripted.py" "$work/good.pem" "$work/good.key" "$state" </dev/null >"$state/out" 2>&1 &
server=$!
on_exit 'kill $server'
wait_for 10 test -s "$state/port"
port="port = $(cat "$state/port")"

# looks OPTION...: what it says of accounts is in $got, whether something is wrong in $code.
looks() {
    got=$("$BACKSIFT" check "$@" 2>&1)
    code=$?
    got=$(printf '%s\n' "$got" | grep -E '^[A-Za-z]+ +imap ')
}
account "$port"
looks
is "$code:$got" "0:ok       imap      work: me@example.org at localhost port $(cat "$state/port"), TLS at once, password by password-file" "an account"
ok [ ! -e "$state/log" ] -- "the server is not asked"
account "$port" 'sent = INBOX'
"$BACKSIFT" record -q imap:work
looks
like "$code:$got" "0:*note     imap      work has never been swept: run 'backsift sweep imap:work'" "it was never swept"
sweep -q >/dev/null
looks
like "$got" '*work: new mail was last swept at 20*' "it says when it was swept"
account "$port" '[imap "Work"]' 'host = localhost' 'user = me@example.org' "password-file = $HOME/secret"
looks
like "$got" '*note     imap      Work has never been swept*' "another of almost that name was not"
account "$port"

chmod 644 "$HOME/secret"
looks
like "$code:$got" "1:WRONG    imap      work: others may read password-file $HOME/secret: chmod 600 it*" "others may read the password"
chmod 600 "$HOME/secret"
account "$port" "tls-ca-file = $T/none"
sed -i "0,/^tls-ca-file/{/^tls-ca-file/d}" "$HOME/.config/backsift/backsift.conf"
looks
like "$code:$got" "1:WRONG    imap      work: cannot read tls-ca-file $T/none: No such file*" "a file that is not there"
account "$port"
sed -i "s|^password-file.*|password-command = touch $T/asked; cat $HOME/secret|" "$HOME/.config/backsift/backsift.conf"
looks
like "$code:$got" '0:*password by password-command*' "a command for the password"
ok [ ! -e "$T/asked" ] -- "is not run"
BACKSIFT_LIBEXEC=$T looks
like "$code:$got" '1:WRONG    imap      backsift-imap cannot be run: install it in *' "the program that talks IMAP is missing"

# --- asked for, at the server ---
account "$port" 'sent = INBOX'
: >"$state/log"
looks --imap
like "$code:$got" '0:*ok       imap      work: the login succeeds, and its mailboxes are there' "--imap logs in"
is "$(grep -E '^(SELECT|CREATE|UID|EXAMINE)' "$state/log" | sort -u)" "EXAMINE INBOX" "and opens the mailboxes without a change"
looks --imap --quiet
is "$code:$got" 0: "nothing to say: --quiet"
account "$port" 'sent = INBOX' 'mailbox = INBOX, Typo'
looks --imap
like "$code:$got" '1:*WRONG    imap      work: imap:work: opening the mailbox Typo: the server refuses: *' "a mailbox that is not there"
account "$port"
looks --imap
like "$code:$got" "1:*WRONG    imap      work: imap:work: the server has no mailbox marked *name it by 'sent'*" "no mailbox of sent mail"
config '[imap "work"]' 'host = localhost' 'port = 1' 'user = me' "password-file = $HOME/secret"
looks --imap
like "$code:$got" '1:*WRONG    imap      work: imap:work: cannot connect to localhost port 1: *' "no server"

# A listener that says nothing.
python3 -c 'import socket, sys, time
s = socket.create_server(("127.0.0.1", 0))
open(sys.argv[1], "w").write(str(s.getsockname()[1]))
time.sleep(600)' "$T/port" &
silent=$!
on_exit 'kill $silent'
wait_for 10 test -s "$T/port"
config '[imap "work"]' 'host = localhost' "port = $(cat "$T/port")" 'user = me' 'timeout = 2' "password-file = $HOME/secret"
looks --imap
like "$code:$got" '1:*WRONG    imap      work: imap:work: *the time for this run is over' "a server that says nothing is not waited for"
config '[own]' 'address = me@example.org'
looks
is "$got" "" "without an account nothing is said"
looks --imap
like "$code:$got" '0:note     imap      there is no *imap "NAME"* in *' "but to who asks"
done_testing
