# shellcheck shell=sh
# Sourced by record_copies_*.t behind a mail server with the recipe in place, for the user ann.

mkdir -p /home/ann/.config/backsift
printf '[own]\ndomain = home.test\n[index]\nsource = stdin\n' >/home/ann/.config/backsift/backsift.conf
chown -R ann /home/ann/.config
message() {
    printf 'From: ann@home.test\nTo: %s\nSubject: hello\nMessage-ID: <%s>\n\nHello.\n' "$2" "$1"
}
submit() {
    message "$1" "$2" | runuser -u ann -- /usr/sbin/sendmail "$2" >>"$T/submit.log" 2>&1
}
arrive() {
    message "$1" "$2" | python3 -c '
import smtplib, sys
smtplib.SMTP("127.0.0.1", 25).sendmail("ann@home.test", [sys.argv[1]], sys.stdin.buffer.read())
' "$2" >>"$T/arrive.log" 2>&1
}
known() {
    runuser -u ann -- env HOME=/home/ann "$BACKSIFT" index lookup "$1" >"$T/out" 2>&1
}
unknown() {
    ! known "$1"
}
log_holds() {
    mta_log | grep -Eq "$1"
}

chmod 755 "$HOME" "$T"
ok submit one@home.test bob@far.test -- "a user submits a message"
ok wait_for 20 test -e "$T/far/1.eml" -- "it goes out"
ok wait_for 20 known one@home.test -- "and is recorded"
ok known bob@far.test -- "with its recipient"
ok arrive in@far.test ann@home.test -- "one with a forged sender of ours arrives"
ok wait_for 20 log_holds 'to=<ann@home.test>.*sent|=> ann ' -- "and is delivered"
ok unknown in@far.test -- "it is not recorded"
