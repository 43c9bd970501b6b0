#!/bin/sh
# Each fuzzing harness over its seeds and over all that it once crashed on (tests/fuzz/found), without
# a fuzzer.
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"

for harness in "$top"/tests/fuzz/fuzz_*.c; do
    name=$(basename "$harness" .c)
    set --
    for file in "$top/tests/fuzz/seeds/${name#fuzz_}"/* "$top/tests/fuzz/found/${name#fuzz_}"/*; do
        [ ! -f "$file" ] || set -- "$@" "$file"
    done
    case $name in
    fuzz_rules) set -- "$@" "$top"/rules/*.rules ;;
    fuzz_message | fuzz_report) set -- "$@" "$top"/tests/messages/*/*.eml ;;
    esac
    [ $# -gt 0 ] || set -- /dev/null
    "$BUILD/tests/replay_$name" "$@" >"$T/out" 2>&1
    is $? 0 "$name: $# files"
    [ "$(wc -l <"$T/out")" -eq $# ] || tail -n 20 "$T/out" | sed 's/^/# /'
done
done_testing
