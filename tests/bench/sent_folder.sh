#!/bin/sh
# A Maildir folder of sent copies as `record` reads it: all of it for the first time, then with nothing
# new, then with one more. COPIES (100000) is a setting.
set -eu
: "${BACKSIFT:?}" "${COPIES:=100000}"
HOME=$(mktemp -d "${BENCH_DIR:-$PWD}/bench.XXXXXX")
export HOME
trap 'rm -rf "$HOME"' EXIT
unset XDG_CONFIG_HOME XDG_STATE_HOME
sent=$HOME/Maildir/.Sent
mkdir -p "$HOME/.config/backsift" "$sent/cur" "$sent/new" "$sent/tmp"
printf '[own]\ndomain = home.test\n[index]\nsource = maildir:%s\n' "$sent" >"$HOME/.config/backsift/backsift.conf"

now=$(date +%s)
date=$(date -u '+%a, %d %b %Y %H:%M:%S +0000')
awk -v copies="$COPIES" -v now="$now" -v date="$date" -v folder="$sent/cur" 'BEGIN {
    for (i = 0; i < copies; i++) {
        file = folder "/" now - 86400 * (i % 80) - i % 3600 ".M" i ".host:2,S"
        printf "From: ann@home.test\nTo: customer%d@far.test\nDate: %s\nMessage-ID: <%d@home.test>\n\nHello.\n", i, date, i >file
        close(file)
    }
}'
# The folder must have been left alone for some seconds before its time stamp is trusted.
while [ "$(date +%s)" -le "$(($(stat -c %Y "$sent/cur") + 3))" ]; do sleep 1; done

now_ns() { date +%s%N; }
run() {
    start=$(now_ns)
    "$BACKSIFT" record >"$HOME/out" </dev/null
    took=$((($(now_ns) - start) / 1000000))
    printf '  %-26s %6d ms  %s\n' "$1" "$took" "$(sed 's/.*: //' "$HOME/out")"
}
run "first run"
run "nothing new"
printf 'From: ann@home.test\nTo: bob@far.test\nMessage-ID: <one-more@home.test>\n\nHello.\n' >"$sent/cur/$(date +%s).M1.host:2,S"
run "one more"
