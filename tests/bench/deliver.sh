#!/bin/sh
# One delivery as a whole process beside procmail, maildrop, fdm and dovecot-lda: the same messages,
# the same disk, commands in turn; an index of a million sent messages. Of these, backsift alone syncs
# the folder, too; durable_floor is the least that a delivery with both syncs can take. And the start
# without a message beside /bin/true. And one delivery into a folder of CROWD messages beside one into an empty folder.
# ROUNDS (100), IDS (1000000) and CROWD (100000) are settings. Started by root it does all this as
# daemon, since dovecot-lda asks a server for the user when it runs as root.
set -eu
: "${BACKSIFT:?}" "${BUILD:?}" "${ROUNDS:=100}" "${IDS:=1000000}" "${CROWD:=100000}"
if [ "$(id -u)" -eq 0 ]; then
    parent=$(mktemp -d "${BENCH_DIR:-$PWD}/bench.XXXXXX")
    trap 'rm -rf "$parent"' EXIT
    chown daemon "$parent"
    as_daemon="setpriv --reuid=daemon --regid=$(id -g daemon) --clear-groups"
    if $as_daemon test -r "$0" && $as_daemon test -x "$BACKSIFT" && $as_daemon test -x "$parent"; then
        $as_daemon env BENCH_DIR="$parent" ROUNDS="$ROUNDS" IDS="$IDS" CROWD="$CROWD" sh "$0"
        exit
    fi
    echo "the user daemon cannot enter this folder: run as root"
fi
HOME=$(mktemp -d "${BENCH_DIR:-$PWD}/bench.XXXXXX")
export HOME
trap 'rm -rf "$HOME"' EXIT
unset XDG_CONFIG_HOME XDG_STATE_HOME SENDER RECIPIENT
# As mail systems do.
USER=$(id -un) LOGNAME=$(id -un)
export USER LOGNAME
mkdir -p "$HOME/Maildir/cur" "$HOME/Maildir/new" "$HOME/Maildir/tmp" "$HOME/.config/backsift"
printf '[own]\ndomain = example.org\n[index]\nsource = stdin\ncomplete-since = %s\n' \
    "$(date -u -d '60 days ago' +%F)" >"$HOME/.config/backsift/backsift.conf"
"$BUILD/bench/fill_index" "$IDS"
umask 077
for n in procmail maildrop fdm dovecot floor; do
    mkdir -p "$HOME/$n/cur" "$HOME/$n/new" "$HOME/$n/tmp"
done
printf 'MAILDIR=%s\nDEFAULT=%s/procmail/\nLOGFILE=/dev/null\n' "$HOME" "$HOME" >"$HOME/procmailrc"
printf 'to "%s/maildrop"\n' "$HOME" >"$HOME/mailfilter"
cat >"$HOME/fdm.conf" <<EOF
set default-user "$(id -un)"
set lock-file "$HOME/fdm.lock"
account "stdin" stdin
action "maildir" maildir "$HOME/fdm"
match all action "maildir"
EOF
cat >"$HOME/dovecot.conf" <<EOF
protocols =
ssl = no
mail_location = maildir:$HOME/dovecot
log_path = /dev/null
postmaster_address = postmaster@example.org
first_valid_uid = 0
EOF
chmod 600 "$HOME/procmailrc" "$HOME/mailfilter" "$HOME/fdm.conf"

# The others, as far as they are here.
lda=/usr/lib/dovecot/dovecot-lda
set -- procmail -t "$HOME/procmailrc" -- maildrop "$HOME/mailfilter"
if command -v fdm >/dev/null; then
    set -- "$@" -- fdm -q -f "$HOME/fdm.conf" -a stdin fetch
else
    echo "fdm is not installed: left out"
fi
if [ -x $lda ] && [ "$(id -u)" -ne 0 ]; then
    set -- "$@" -- $lda -c "$HOME/dovecot.conf" -e
else
    echo "dovecot-lda is left out: not installed (dovecot-core), or run as root"
fi

{
    printf 'Return-Path: <dan@friend.example>\nFrom: dan@friend.example\nTo: me@example.org\nSubject: Lunch?\nMessage-ID: <1@friend.example>\n\n'
    yes 'Are you free on Friday? There is a new place by the river.' | head -n 60
} >"$HOME/mail"
cat >"$HOME/bounce" <<'EOF'
Return-Path: <>
From: MAILER-DAEMON@mx.example.net (Mail Delivery System)
To: x7@example.org
Subject: Undelivered Mail Returned to Sender
Message-ID: <b1@mx.example.net>
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="B"

--B
Content-Type: text/plain

This is the mail system at host mx.example.net.

<you@example.net>: host mail.example.net[192.0.2.1] said: 550 5.1.1 User unknown
--B
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.net
X-Postfix-Sender: rfc822; x7@example.org

Final-Recipient: rfc822; you@example.net
Action: failed
Status: 5.1.1
Diagnostic-Code: smtp; 550 5.1.1 User unknown
--B
Content-Type: message/rfc822

Received: from pc (unknown [198.51.100.7]) by mx.example.net
From: x7@example.org
To: you@example.net
Subject: Cheap watches
Message-ID: <spam-1@USER-PC>

Buy now.
--B--
EOF

set -- "$@" -- "$BUILD/bench/durable_floor" "$HOME/floor"

for message in mail bounce; do
    echo "-- delivering: $message ($(wc -c <"$HOME/$message") bytes, index of $IDS)"
    "$BUILD/bench/alternate" "$ROUNDS" "$HOME/$message" \
        "$BACKSIFT" deliver -r x7@example.org -- "$@"
done
echo "-- the start without a message"
"$BUILD/bench/alternate" "$ROUNDS" /dev/null "$BACKSIFT" --version -- /bin/true
# instructions MESSAGE: of one delivery, in all its processes.
instructions() {
    valgrind --tool=callgrind --trace-children=yes --callgrind-out-file=/dev/null \
        "$BACKSIFT" deliver -r x7@example.org <"$HOME/$1" 2>&1 |
        awk '/Collected/ { sum += $NF } END { printf "%.0f", sum }'
}
if command -v valgrind >/dev/null; then
    echo "-- instructions of one delivery (callgrind, all processes)"
    for message in mail bounce; do
        printf '%-10s %s\n' $message "$(instructions $message)"
    done
    rm -rf "$HOME/Maildir"
    mkdir -p "$HOME/Maildir/cur" "$HOME/Maildir/new" "$HOME/Maildir/tmp"
    few=$(instructions mail)
    python3 -c '
import sys
for n in range(int(sys.argv[2])):
    open(f"{sys.argv[1]}/1700000000.{n}.host", "x").close()' "$HOME/Maildir/new" "$CROWD"
    many=$(instructions mail)
    echo "-- one delivery into an empty folder: $few, into one of $CROWD messages: $many"
fi
