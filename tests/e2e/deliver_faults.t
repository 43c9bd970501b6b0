#!/bin/sh
# Every system call of `backsift deliver` made to fail in each way it can, one after the other, and
# SIGKILL at each: those of the program, of the C library, of SQLite, and of the process that reads
# the message. Afterwards the message is whole in exactly one new/ and the exit code is 0, or it is
# nowhere and the exit code is 75; ordinary mail is in the inbox, and a bounce of our own mail never
# in Backscatter. tests/e2e/faults.c does it.
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"

# Memory in place of a disk, where there is some: thousands of deliveries follow.
if [ -d /dev/shm ] && [ -w /dev/shm ]; then
    T=$(mktemp -d /dev/shm/backsift-test.XXXXXX)
    on_exit "rm -rf '$T'"
    HOME=$T/home
    mkdir "$HOME"
fi
# Under the sanitizers, which take many times as long and cannot look for leaks here, some calls do.
ASAN_OPTIONS="${ASAN_OPTIONS:-}:detect_leaks=0"
export ASAN_OPTIONS
faults=$BUILD/tests/faults

cat >"$T/bounce" <<'MESSAGE'
Return-Path: <>
From: MAILER-DAEMON@mx.far.example (Mail Delivery System)
To: ada@shop.example
Subject: Undelivered Mail Returned to Sender
Message-ID: <b1@mx.far.example>
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="B"

--B
Content-Type: text/plain; charset=iso-8859-2

This is the mail system at host mx.far.example.

<bo@far.example>: host mail.far.example[192.0.2.1] said: 550 5.1.1 User unknown
--B
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.far.example

Final-Recipient: rfc822; bo@far.example
Action: failed
Status: 5.1.1
Diagnostic-Code: smtp; 550 5.1.1 User unknown

--B
Content-Type: text/rfc822-headers

From: ada@shop.example
To: bo@far.example
Message-ID: <offer-1@shop.example>

--B--
MESSAGE
{ printf 'Return-Path: <dan@far.example>\nFrom: dan@far.example\nSubject: Lunch?\n\n\0\r\377' && head -c 100000 /dev/zero; } >"$T/plain"

# ready WHAT: a template of a home folder in which WHAT has been done already.
ready() {
    rm -rf "$HOME" "$T/template"
    make_maildir "$HOME/Maildir"
    config '[own]' 'domain = shop.example' '[index]' 'source = stdin' \
        "complete-since = $(date -u -d '60 days ago' +%F)"
    case $1 in used)
        printf 'From: ada@shop.example\nTo: bo@far.example\nMessage-ID: <offer-1@shop.example>\n\nx\n' |
            "$BACKSIFT" record -
        # Until the rules are kept as a snapshot: not while their files have just changed.
        wait_for_snapshot
        ;;
    esac
    cp -R "$HOME" "$T/template"
}
wait_for_snapshot() {
    left=40
    while
        "$BACKSIFT" deliver <"$T/bounce"
        [ ! -e "$HOME/.local/state/backsift/rules.snapshot" ] && [ "$left" -gt 0 ]
    do
        left=$((left - 1))
        sleep 0.1
    done
    is "$(messages "$HOME/Maildir/.Bounces") $(messages "$HOME/Maildir")" "$((41 - left)) 0" "the bounce is known to be ours"
    find "$HOME/Maildir" -type f -path '*/new/*' -exec rm {} +
}
# faulty MODE MESSAGE FOLDERS NAME [EVERY]: EVERY: how many calls further the next one is.
faulty() {
    every=${5:-1}
    [ -z "${SANITIZE:-}" ] || every=$((every * 13))
    FAULTS_EVERY=$every "$faults" "$1" "$T/template" "$HOME" "$T/$2" "$3" \
        "$BACKSIFT" "$command" -f "$sender" -r ada@shop.example >"$T/out" 2>"$T/err"
    code=$?
    [ $code -ne 2 ] || skip_all "$(cat "$T/err")"
    is "$code $(grep -v ' runs at ' "$T/out" | head -n 20)" "0 " "$4: $(tail -n 1 "$T/out"), one call in $every"
    [ "$(sed -n 's/.* runs at \([0-9]*\) calls.*/\1/p' "$T/out")" -gt 100 ] || fail "$4: so few calls?"
}

command=deliver
ready used
sender=dan@far.example
faulty turn plain /./ "ordinary mail, calls fail in one of their ways"
faulty kill plain /./ "ordinary mail, killed at calls"
faulty lasting plain /./ "ordinary mail, a disk full or broken, no descriptors, from a call on" 4
sender=
faulty each bounce /./.Bounces/.Unverified/ "a bounce, calls fail in each of their ways"
faulty kill bounce /./.Bounces/.Unverified/ "a bounce, killed at calls"
faulty lasting bounce /./.Bounces/.Unverified/ "a bounce, a disk full or broken, no descriptors, from a call on" 4
command=filter
faulty filter bounce - "filter, calls fail in one of their ways" 2
command=deliver
# Nothing is there yet: rules are read as text and kept, the index is made, the folder, too.
ready fresh
faulty turn bounce /./.Bounces/.Unverified/ "a first bounce, some calls fail" 3
faulty kill bounce /./.Bounces/.Unverified/ "a first bounce, killed at some calls" 11

done_testing
