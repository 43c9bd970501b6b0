#!/bin/sh
# run.sh PROGRAM SECONDS SEEDS...: one harness under libFuzzer for a time, from its seeds (seeds/NAME),
# what it once crashed on (found/NAME), the messages and the rules. What it finds lies beside it.
set -u
program=$1 seconds=$2
shift 2
name=$(basename "$program")
here=$(cd "$(dirname "$0")" && pwd)
top=$(cd "$here/../.." && pwd)
mkdir -p "$program.corpus"
for folder in "$here/seeds/${name#fuzz_}" "$here/found/${name#fuzz_}"; do
    [ ! -d "$folder" ] || set -- "$@" "$folder"
done
case $name in
fuzz_rules) set -- "$@" "$top/rules" ;;
fuzz_message | fuzz_report | fuzz_message_id) set -- "$@" "$top/tests/messages"/* ;;
esac
if UBSAN_OPTIONS=print_stacktrace=1 "$program" -max_total_time="$seconds" -timeout=10 -max_len=65536 \
    -verbosity=0 -print_final_stats=1 -artifact_prefix="$program-" "$program.corpus" "$@" \
    >"$program.log" 2>&1; then
    awk -v n="$name" -v s="$seconds" '/number_of_executed_units/ { printf "%s: %s runs in %s s\n", n, $2, s }' "$program.log"
else
    cat "$program.log"
    echo "$name: found something: keep the file named above in tests/fuzz/found/${name#fuzz_}/"
    exit 1
fi
