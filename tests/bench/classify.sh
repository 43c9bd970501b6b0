#!/bin/sh
# `classify` over many files, one core, beside Sisimai, flufl.bounce and SpamAssassin (VBounce) on the
# same files in one run: messages a second of the second of two runs each, so that files are cached.
# CORPUS (default: the project's own samples) is a folder that is searched for files, MOST (4000)
# bounds them, SPAMASSASSIN_MOST (60) those given to SpamAssassin, MANY (200000) is a number of files for
# one process. What is not installed is left out.
# shellcheck disable=SC2016
set -eu
: "${BACKSIFT:?}" "${MOST:=4000}" "${SPAMASSASSIN_MOST:=60}" "${MANY:=200000}"
top=$(cd "$(dirname "$0")/../.." && pwd)
: "${CORPUS:=$top/tests/messages}"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
HOME=$work
export HOME
unset XDG_CONFIG_HOME XDG_STATE_HOME
find "$CORPUS" -type f ! -name '*.tsv' ! -name '*.jsonl' | sort | head -n "$MOST" >"$work/list"
head -n "$SPAMASSASSIN_MOST" "$work/list" >"$work/short"
count=$(wc -l <"$work/list")
echo "$count messages, $(tr '\n' '\0' <"$work/list" | xargs -0 cat | wc -c) bytes"

# timed NAME LIST COMMAND...: runs it twice with the list on standard input.
timed() {
    name=$1 list=$2
    shift 2
    for run in 1 2; do
        start=$(date +%s%N)
        taskset -c 0 "$@" <"$list" >"$work/out" 2>"$work/err" || {
            echo "$name failed: $(head -n 1 "$work/err")"
            return 0
        }
        end=$(date +%s%N)
    done
    awk -v name="$name" -v n="$(wc -l <"$list")" -v ns=$((end - start)) \
        'BEGIN { printf "%-24s %9.0f messages/s  (%.2f s, run '"$run"')\n", name, n / (ns / 1e9), ns / 1e9 }'
}

timed 'backsift classify' "$work/list" xargs -d '\n' -n 100000 "$BACKSIFT" classify
timed 'backsift classify --json' "$work/list" xargs -d '\n' -n 100000 "$BACKSIFT" classify --json
if perl -MSisimai -e 1 2>/dev/null; then
    timed 'Sisimai' "$work/list" perl -MSisimai -ne 'chomp; Sisimai->make($_)'
else
    echo "Sisimai is not installed (libsisimai-perl)"
fi
if /usr/bin/python3 -c 'import flufl.bounce' 2>/dev/null; then
    timed 'flufl.bounce' "$work/list" /usr/bin/python3 -c '
import email, sys
from flufl.bounce import all_failures
for name in sys.stdin:
    with open(name.rstrip("\n"), "rb") as f:
        try:
            all_failures(email.message_from_binary_file(f))
        except Exception:
            pass'
else
    echo "flufl.bounce is not installed (python3-flufl.bounce)"
fi
if perl -MMail::SpamAssassin -e 1 2>/dev/null; then
    timed 'SpamAssassin' "$work/short" perl -MMail::SpamAssassin -e '
my $sa = Mail::SpamAssassin->new({local_tests_only => 1, dont_copy_prefs => 1});
while (my $name = <STDIN>) {
    chomp $name;
    open my $f, "<", $name or next;
    my $m = $sa->parse([<$f>]);
    $sa->check($m)->finish();
    $m->finish();
}'
else
    echo "SpamAssassin is not installed (spamassassin)"
fi

# Flat memory, and the rate by processor time, which other work on the machine hardly changes: the same
# files over and over in one process.
if [ -x /usr/bin/time ]; then
    for many in 20000 "$MANY"; do
        while :; do cat "$work/list"; done | head -n "$many" >"$work/many"
        taskset -c 0 /usr/bin/time -f '%U %S %M' -o "$work/time" "$BACKSIFT" classify -T "$work/many" >"$work/out"
        awk -v n="$many" '{ printf "%d messages in one process: %.0f a second of processor time, at most %d KiB\n", n, n / ($1 + $2), $3 }' "$work/time"
    done
fi
