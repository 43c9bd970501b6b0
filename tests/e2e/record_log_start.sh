# shellcheck shell=sh disable=SC2154
# Sourced in a private root with a mail server's mta_start and mta_log, its log's path in $log, and
# far_is_elsewhere: starts it, and has what tests of its log need.

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
smtplib.SMTP("127.0.0.1", 25).sendmail(sys.argv[1], [sys.argv[2]], sys.stdin.buffer.read().replace(b"\n", b"\r\n"))
' "$2" "$3" >>"$T/arrive.log" 2>&1
}
log_holds() {
    mta_log | grep -Eq "$1"
}
# went ADDRESS: the far host has taken mail to it, and the log says so.
went() {
    log_holds "$1.*(250 2.0.0 taken|stat=Sent .taken)"
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

# shellcheck disable=SC2034
month_ago=$(date -u -d '30 days ago' +%F)
