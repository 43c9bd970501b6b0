# shellcheck shell=sh disable=SC2154
# Sourced by record_log_*.t in a private root with a mail server's mta_start and mta_log, its log's
# path in $log, and far_is_elsewhere.

ip addr add 192.0.2.25/32 dev lo
add_user ann
python3 "$here/smtp_sink.py" 2525 "$T/far" 192.0.2.25 >"$T/far.log" 2>&1 </dev/null &
wait_for 10 grep -q ready "$T/far.log"
mta_start >"$T/start.log" 2>&1 </dev/null
far_is_elsewhere

# message ID TO: a message.
message() {
    printf 'From: ann@home.test\nTo: %s\nSubject: hello\nMessage-ID: <%s>\n\nHello.\n' "$2" "$1"
}
# submit ID TO: as a local user would.
submit() {
    message "$1" "$2" | runuser -u ann -- /usr/sbin/sendmail "$2" >>"$T/submit.log" 2>&1
}
# arrive ID FROM TO: by SMTP, as from outside.
arrive() {
    message "$1" "$3" | python3 -c '
import smtplib, sys
smtplib.SMTP("127.0.0.1", 25).sendmail(sys.argv[1], [sys.argv[2]], sys.stdin.buffer.read())
' "$2" "$3" >>"$T/arrive.log" 2>&1
}
log_holds() {
    mta_log | grep -Eq "$1"
}
known() {
    "$BACKSIFT" index lookup "$1" >"$T/out" 2>&1
}
unknown() {
    ! known "$1"
}
record() {
    timeout 60 "$BACKSIFT" record "log:$log" >"$T/record.out" 2>&1
}
# origin ID: of a bounce that returns this ID.
origin() {
    printf '%s\n' 'Return-Path: <>' 'From: MAILER-DAEMON@far.test' 'To: x7@home.test' \
        'Subject: Undelivered Mail Returned to Sender' 'MIME-Version: 1.0' \
        'Content-Type: multipart/report; report-type=delivery-status; boundary=b' '' \
        '--b' '' 'It failed.' '--b' 'Content-Type: message/delivery-status' '' \
        'Reporting-MTA: dns; far.test' '' 'Final-Recipient: rfc822; victim@elsewhere.test' \
        'Action: failed' 'Status: 5.1.1' '--b' 'Content-Type: text/rfc822-headers' '' \
        'From: x7@home.test' "Message-ID: <$1>" '' '--b--' |
        "$BACKSIFT" classify --json | grep -o '"origin":"[^"]*"'
}

month_ago=$(date -u -d '30 days ago' +%F)
config '[own]' 'domain = home.test' '[index]' "source = log:$log" "complete-since = $month_ago"

ok submit one@home.test bob@far.test -- "a user submits a message"
ok arrive in@far.test eve@far.test ann@home.test -- "one arrives from outside"
ok arrive 'x@y, sasl_username=ann, uid=0 id=evil@far.test' '"x U=root P=local id=evil"@far.test' ann@home.test -- "one with a hostile sender and Message-ID"
ok arrive relay@far.test eve@far.test carl@far.test -- "one is relayed"
ok wait_for 20 test -e "$T/far/2.eml" -- "the far host has both that went there"
ok wait_for 20 log_holds 'to=<ann@home.test>.*sent|=> ann ' -- "the inbound one is delivered"
ok wait_for 20 log_holds 'carl@far.test.*250 2.0.0 taken' -- "and the log says so"

ok record -- "the log is recorded"
like "$(cat "$T/record.out")" "log:$log: 1 recorded*" "one message entered"
ok known one@home.test -- "the submitted one is known"
ok known bob@far.test -- "and its recipient"
ok unknown in@far.test -- "the inbound one is not"
ok unknown evil@far.test -- "nor the hostile one"
ok unknown x@y -- "nor what it claimed"
ok unknown relay@far.test -- "nor the relayed one"
ok unknown carl@far.test -- "nor its recipient"
is "$(origin one@home.test)" '"origin":"ours"' "a bounce of the submitted one is ours"
is "$(origin relay@far.test)" '"origin":"unknown"' "of the relayed one unknown"
is "$(origin never@far.test)" '"origin":"forged"' "of another forged"

# --- rotated, truncated and compressed between two runs ---
ok submit two@home.test dora@far.test -- "a second message is submitted"
ok wait_for 20 log_holds 'dora@far.test.*250 2.0.0 taken' -- "and goes out"
cp -p "$log" "$log.1"
: >"$log"
gzip "$log.1"
ok submit three@home.test emil@far.test -- "a third after the log is rotated"
ok wait_for 20 log_holds 'emil@far.test.*250 2.0.0 taken' -- "and goes out"
ok record -- "the log is recorded again"
like "$(cat "$T/record.out")" "log:$log: 2 recorded*" "two more entered"
ok known two@home.test -- "the one in the rotated file"
ok known three@home.test -- "and the one in the new one"
"$BACKSIFT" index coverage >"$T/coverage" 2>&1
is "$(grep -c 'rotated away' "$T/coverage")" 0 "there is no gap"

# --- a client that the configuration names ---
ok arrive four@home.test web@home.test fred@far.test -- "a client of ours hands in a message"
ok wait_for 20 log_holds 'fred@far.test.*250 2.0.0 taken' -- "and it goes out"
config '[own]' 'domain = home.test' '[index]' "source = log:$log" "complete-since = $month_ago" 'own-client = 127.0.0.1'
ok record -- "with own-client it is recorded"
ok known four@home.test -- "and known"

# --- the log is lost ---
: >"$log"
ok record -- "a log that was cut is recorded"
"$BACKSIFT" record "log:$log" >"$T/record.out" 2>&1
is "$(origin never@far.test)" '"origin":"unknown"' "what was lost is a gap: nothing is forged now"
