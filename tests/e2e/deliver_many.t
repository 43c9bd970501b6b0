#!/bin/sh
# Two thousand deliveries by 16 processes at once, some killed: what was acknowledged is there once.
# shellcheck source-path=SCRIPTDIR source=lib.sh disable=SC2016
. "$(dirname "$0")/lib.sh"

BENCH_DIR=$T BACKSIFT=$BACKSIFT DELIVERIES=${SANITIZE:+300} sh -c '
    [ -n "$DELIVERIES" ] || DELIVERIES=2000
    export DELIVERIES
    exec sh "$1"' sh "$top/tests/bench/deliver_storm.sh" >"$T/out" 2>&1
is $? 0 "all is there that was acknowledged, nothing twice, and nothing broken"
sed 's/^/# /' "$T/out"
like "$(cat "$T/out")" "*acknowledged, [1-9]* killed*0 wrong" "and some were killed"
done_testing
