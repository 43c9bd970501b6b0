#!/bin/sh
# Watching an account: what is moved as it comes (Debian's Dovecot), a server that goes and comes back,
# servers that cannot IDLE or do it strangely, and how it ends.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/e2e/private_root.sh
. "$(dirname "$0")/private_root.sh"
in_private_root dovecot-imapd

command -v openssl >/dev/null || skip_all "needs openssl"
work=/imap
mkdir -p "$work"
chmod 755 "$work"

# libetpan forgets to free what it has read when a server refuses.
echo leak:libetpan >"$HOME/suppressions"
export LSAN_OPTIONS="suppressions=$HOME/suppressions:print_suppressions=0"

openssl req -x509 -newkey rsa:2048 -nodes -days 10 -subj /CN=localhost -addext \
    subjectAltName=DNS:localhost -keyout "$work/key.pem" -out "$work/cert.pem" 2>/dev/null
echo secret >"$HOME/secret"
chmod 600 "$HOME/secret"
listens() { ss -ltn "sport = :$1" | grep -q LISTEN; }

# account PORT LINE...: the config with an account "work".
account() {
    port=$1
    shift
    config '[own]' 'address = me@example.org' 'addresses-complete = yes' \
        '[imap "work"]' 'host = localhost' "port = $port" 'user = me@example.org' \
        "tls-ca-file = $work/cert.pem" "password-file = $HOME/secret" "$@"
}

# start_watch: in the background; what it prints is in $T/out and $T/err.
start_watch() {
    "$BACKSIFT" watch imap:work </dev/null >"$T/out" 2>"$T/err" &
    watch=$!
}
says() { grep -q "$2" "$1"; }
# end_watch SIGNAL: the exit code is in $code.
end_watch() {
    kill "-$1" $watch
    wait $watch
    code=$?
}

# --- a real server ------------------------------------------------------------------------------------
add_user dovecot
add_user dovenull
add_user vmail 1500
mkdir -p "$work/mail" "$work/run" /run/dovecot
chown vmail:vmail "$work/mail"
echo 'me@example.org:{PLAIN}secret:1500:1500::/imap/mail/me' >"$work/users"
cat >"$work/dovecot.conf" <<END
protocols = imap
base_dir = $work/run
state_dir = $work/run
log_path = $work/dovecot.log
ssl = required
ssl_cert = <$work/cert.pem
ssl_key = <$work/key.pem
mail_location = maildir:/imap/mail/%n/Maildir
first_valid_uid = 1000
mailbox_idle_check_interval = 1 secs
passdb {
  driver = passwd-file
  args = $work/users
}
userdb {
  driver = passwd-file
  args = $work/users
}
namespace inbox {
  inbox = yes
}
END
start_dovecot() { dovecot -c "$work/dovecot.conf" >"$work/start.log" 2>&1; }
# Its children, too: it gives those with a client some seconds.
stop_dovecot() {
    master=$(cat "$work/run/master.pid" 2>/dev/null) || return 0
    # shellcheck disable=SC2046
    kill "$master" $(ps -o pid= --ppid "$master") 2>/dev/null
    wait_for 20 gone "$master"
}
gone() { ! kill -0 "$1" 2>/dev/null; }
start_dovecot
on_exit stop_dovecot
wait_for 20 listens 993 || {
    cat "$work/start.log" "$work/dovecot.log" | sed 's/^/# /'
    skip_all "Dovecot does not start here"
}
mail=$work/mail/me/Maildir

put() { # put NAME <message: as a delivery does
    mkdir -p "$mail/cur" "$mail/new" "$mail/tmp"
    chown -R vmail:vmail "$work/mail"
    cat >"$mail/tmp/$1"
    chown vmail:vmail "$mail/tmp/$1"
    mv "$mail/tmp/$1" "$mail/new/$1"
}
reply() { # reply WORD: an autoreply to nothing we sent
    printf '%s\n' 'Return-Path: <>' 'From: Bo <bo@far.example>' 'To: nobody@example.org' \
        "Subject: Automatic reply: $1" 'Auto-Submitted: auto-replied' "In-Reply-To: <$1@pc.example>" \
        "Message-ID: <answer-$1@far.example>" '' 'I am away.'
}
in_folder() { [ "$(find "$mail/$1/cur" "$mail/$1/new" -type f 2>/dev/null | wc -l)" -eq "$2" ]; }

account 993
reply one | put 170000001.A1.host
start_watch
ok wait_for 30 says "$T/out" '1 looked at, 1 responses, 1 moved' -- "what is there is swept at once"
reply two | put 170000002.A2.host
printf '%s\n' 'From: a@b.example' 'Subject: Lunch?' '' 'On Friday?' | put 170000003.P1.host
ok wait_for 30 in_folder .Backscatter 2 -- "what comes is swept as it comes"
is "$(find "$mail/new" "$mail/cur" -name '*P1.host*' | wc -l | tr -d ' ')" 1 "ordinary mail stays"
"$BACKSIFT" watch imap:work </dev/null >"$T/second" 2>&1
is $? 75 "one watch of an account is enough"
like "$(cat "$T/second")" '*watched already*' "and the second says so"
is "$("$BACKSIFT" sweep -q imap:work 2>&1)" "" "a sweep may be run beside it"

stop_dovecot
ok wait_for 30 says "$T/err" 'trying again in' -- "a server that is stopped: it says so"
start_dovecot
wait_for 20 listens 993
reply three | put 170000004.A3.host
ok wait_for 60 in_folder .Backscatter 3 -- "and goes on when the server is back"
end_watch TERM
is $code 0 "SIGTERM ends it with 0"
is "$(grep -v 'trying again in' "$T/err")" "" "it has said nothing else on standard error"

# --- the digest of it, by APPEND -----------------------------------------------------------------------
account 993 '[digest]' 'imap = work' 'from = backsift <backsift@example.org>' 'to = me@example.org'
got=$("$BACKSIFT" digest 2>&1)
is "$?:$got" 0: "the digest goes to the server, without a Maildir here"
digest=$(grep -lE "^Subject: .*3 forged" "$mail"/new/* "$mail"/cur/*[!S] 2>/dev/null)
ok test -n "$digest" -- "it is in the INBOX, unseen"
is "$(tr -d '\r' <"$digest" | grep -c '^Message-ID: .*digest@example.org')" 1 "whole, with its header"
before=$(messages "$mail")
"$BACKSIFT" digest >/dev/null 2>&1
is "$?:$(messages "$mail")" "0:$before" "and is not made twice"
like "$("$BACKSIFT" sweep imap:work 2>&1)" '*0 responses*' "a sweep takes it for ordinary mail"
stop_dovecot
got=$("$BACKSIFT" digest --since=2020-01-01 2>&1)
is $? 75 "without a server: try again"
like "$got" '*imap:work: cannot connect*the mail was not sent*' "and it says why"
account 993 '[digest]' 'imap = home'
got=$("$BACKSIFT" digest 2>&1)
is $? 78 "an account that is not there"
like "$got" '*no *imap "home"*' "is named"
start_dovecot
wait_for 20 listens 993

# --- what is not there --------------------------------------------------------------------------------
mkdir -p "$mail/.Extra/cur" "$mail/.Extra/new" "$mail/.Extra/tmp"
chown -R vmail:vmail "$mail/.Extra"
account 993 'mailbox = Extra, INBOX' 'poll-seconds = 1'
start_watch
wait_for 30 says "$T/out" 'looked at'
rm -rf "$mail/.Extra"
ok wait_for 30 says "$T/err" 'opening the mailbox Extra: ' -- "a mailbox that goes: it says so"
reply four | put 170000005.A4.host
ok wait_for 30 in_folder .Backscatter 4 -- "and watches those that are there"
reply five | put 170000006.A5.host
wait_for 30 in_folder .Backscatter 5
is "$(grep -c 'opening the mailbox Extra: ' "$T/err")" 1 "it says so once"
mkdir -p "$mail/.Extra/cur" "$mail/.Extra/new" "$mail/.Extra/tmp"
reply six >"$mail/.Extra/new/170000007.A6.host"
chown -R vmail:vmail "$mail/.Extra"
ok wait_for 30 in_folder .Backscatter 6 -- "a mailbox that comes back is watched again"
end_watch TERM
account 993 'mailbox = INBOX, Extar'
start_watch
wait $watch
is $? 65 "a mailbox that is not there at the start ends it"
like "$(cat "$T/err")" '*opening the mailbox Extar: *' "and is named"
account 993 'sent = Snet' '[index]' 'source = imap:work'
start_watch
wait $watch
is $? 65 "so does the mailbox of sent mail, where it is named"
account 993 '[index]' 'source = imap:work'
start_watch
ok wait_for 30 says "$T/err" "no mailbox marked .Sent" -- "where it is not, it says that there is none"
reply seven | put 170000008.A7.host
ok wait_for 30 in_folder .Backscatter 7 -- "and watches"
end_watch TERM
is $code 0 "until it is told to end"

account 993 'password = wrong'
sed -i '/^password-file/d' "$HOME/.config/backsift/backsift.conf"
chmod 600 "$HOME/.config/backsift/backsift.conf"
start_watch
wait $watch
is $? 78 "a wrong password at the start ends it"
account 993
sed -i "s|^password-file.*|password-command = echo \$\$ >$T/asked; sleep 1000|" "$HOME/.config/backsift/backsift.conf"
start_watch
wait_for 30 test -s "$T/asked"
kill -TERM $watch
ok wait_for 20 gone "$(cat "$T/asked")" -- "asked to stop it does not wait for a password"
wait $watch
is $? 0 "and ends with 0"
"$BACKSIFT" watch </dev/null >"$T/out" 2>&1
is $? 64 "without an account: usage"
"$BACKSIFT" watch --dry-run imap:work </dev/null >"$T/out" 2>&1
is $? 64 "options of a sweep that mean nothing here are refused"

# --- servers that do what a real one does not on demand -----------------------------------------------
# against KIND LINE...: a watch of a scripted server.
against() {
    kind=$1
    shift
    : >"$T/log"
    python3 "$here/imap_script.py" "$kind" "$work/cert.pem" "$work/key.pem" 2993 "$T/log" </dev/null >"$T/server" 2>&1 &
    server=$!
    wait_for 10 listens 2993
    account 2993 "$@"
    start_watch
}
end_server() {
    kill $server
    wait $server 2>/dev/null
}
# told COUNT WORDS: the server was told so at least so many times.
told() { [ "$(grep -c "^$2" "$T/log")" -ge "$1" ]; }

against poll 'poll-seconds = 1'
ok wait_for 30 told 3 SELECT -- "a server without IDLE is looked at every poll-seconds"
is "$(grep -c '^connection' "$T/log")" 1 "on one connection"
end_watch INT
is "$code:$(grep -c '^LOGOUT' "$T/log")" 0:1 "SIGINT ends it with 0, and it takes its leave"
end_server

against refuses 'poll-seconds = 1' 'idle-seconds = 1'
ok wait_for 30 told 3 SELECT -- "a server that refuses to IDLE is looked at every poll-seconds"
is "$(grep -c '^IDLE' "$T/log")" 1 "and not asked again"
end_watch TERM
end_server

against early
ok wait_for 30 told 3 IDLE -- "news that comes with the word that the client may wait is heard"
is "$(grep -cE '^(SELECT|DONE)' "$T/log")" 5 "and looked at each time"
end_watch TERM
is "$code:$(tail -n 2 "$T/log" | tr '\n' ' ')" "0:DONE LOGOUT " "asked to stop it ends the IDLE and takes its leave"
end_server

against chatty
ok wait_for 30 told 2 IDLE -- "news is found in what the server says byte by byte"
is "$(grep -c '^DONE' "$T/log")" 1 "and what is no news does not end the IDLE"
end_watch TERM
end_server

against early 'idle-seconds = 1'
ok wait_for 30 told 4 IDLE -- "IDLE is begun anew after idle-seconds"
end_watch TERM
end_server

against dies
ok wait_for 60 told 3 connection -- "a server that dies is tried again"
ok wait_for 30 told 2 IDLE -- "until it holds"
is "$(grep -c 'trying again in [1-4] s' "$T/err")" 2 "the pauses are short at first"
end_watch TERM
is $code 0 "and it ends with 0"
end_server

against slow
wait_for 30 told 1 begun
kill -TERM $watch
: >"$T/log.go"
wait $watch
is "$?:$(sed 1,/begun/d "$T/log" | tr '\n' ' ')" "0:SELECT INBOX LOGOUT " \
    "asked to stop amid an answer it hears that to its end, and takes its leave"
end_server

against nonext 'poll-seconds = 1500'
ok wait_for 30 told 1 IDLE -- "a server that says no UIDNEXT is waited for with IDLE, too"
is "$(grep -c '^UID FETCH' "$T/log")" 2 "behind a second look, when something comes before the IDLE"
end_watch TERM
end_server

against mute
wait_for 30 told 1 IDLE
end_watch TERM
is $code 0 "a server that does not answer is not waited for at the end"
end_server
done_testing
