#!/bin/sh
# A Postfix log of a million lines as `record` reads it for the first time: mostly inbound mail, as
# many logs have it, with submitted mail in between; then the same log with nothing new, and the same
# compressed. LINES (1000000) is a setting.
set -eu
: "${BACKSIFT:?}" "${LINES:=1000000}"
HOME=$(mktemp -d "${BENCH_DIR:-$PWD}/bench.XXXXXX")
export HOME
trap 'rm -rf "$HOME"' EXIT
unset XDG_CONFIG_HOME XDG_STATE_HOME
mkdir -p "$HOME/.config/backsift"
printf '[own]\ndomain = home.test\n[index]\nsource = log:%s/mail.log\n' "$HOME" >"$HOME/.config/backsift/backsift.conf"

# One message in twenty is submitted, each of eight lines.
awk -v lines="$LINES" -v day="$(date '+%b %e')" 'BEGIN {
    for (i = 0; i * 8 < lines; i++) {
        q = sprintf("%010X", i + 1048576)
        at = day " 00:00:00 mx postfix/"
        if (i % 20 == 0) {
            print at "pickup[11]: " q ": uid=1000 from=<ann>"
            print at "smtpd[12]: connect from unknown[192.0.2.1]"
        } else {
            print at "smtpd[12]: connect from mx" i ".far.test[192.0.2.1]"
            print at "smtpd[12]: " q ": client=mx" i ".far.test[192.0.2.1]"
        }
        print at "cleanup[13]: " q ": message-id=<" i ".20260105@host" i ".example>"
        print at "qmgr[14]: " q ": from=<sender" i "@example.org>, size=2345, nrcpt=1 (queue active)"
        print at "local[15]: " q ": to=<user" i % 500 "@home.test>, relay=local, delay=0.03, delays=0.01/0.02/0/0, dsn=2.0.0, status=sent (delivered to command: /usr/bin/backsift deliver)"
        print at "qmgr[14]: " q ": removed"
        print at "smtpd[12]: disconnect from mx" i ".far.test[192.0.2.1] ehlo=1 mail=1 rcpt=1 data=1 quit=1 commands=5"
        print at "smtpd[12]: NOQUEUE: reject: RCPT from unknown[192.0.2.2]: 554 5.7.1 <x@y>: Relay access denied; from=<a@b> to=<x@y> proto=ESMTP helo=<z>"
    }
}' >"$HOME/mail.log"

now_ns() { date +%s%N; }
run() {
    start=$(now_ns)
    "$BACKSIFT" record "log:$HOME/mail.log" >"$HOME/out"
    took=$((($(now_ns) - start) / 1000000))
    printf '  %-26s %6d ms  %8d lines/s  %s\n' "$1" "$took" "$((LINES * 1000 / (took + 1)))" "$(sed 's/.*: //' "$HOME/out")"
}
run "first run"
run "nothing new"
rm -rf "$HOME/.local/state"
mv "$HOME/mail.log" "$HOME/mail.log.1"
gzip "$HOME/mail.log.1"
: >"$HOME/mail.log"
run "rotated and compressed"
