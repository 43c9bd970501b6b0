#!/bin/sh
# The outbound index of IDS (10000000) messages and half as many again recipients: load, size,
# lookups, beside LMDB with the same keys; and one lookup as a whole process.
set -eu
: "${BACKSIFT:?}" "${BUILD:?}" "${IDS:=10000000}" "${ROUNDS:=200}"
HOME=$(mktemp -d "${BENCH_DIR:-$PWD}/bench.XXXXXX")
export HOME
trap 'rm -rf "$HOME"' EXIT
unset XDG_CONFIG_HOME XDG_STATE_HOME
mkdir -p "$HOME/.config/backsift" "$HOME/lmdb"
printf '[own]\ndomain = example.org\n' >"$HOME/.config/backsift/backsift.conf"
"$BUILD/bench/index_bench" "$IDS" "$HOME/lmdb"
hyperfine -N --warmup 20 --runs "$ROUNDS" \
    -n 'index lookup' "$BACKSIFT index lookup bench-7@example.org" \
    -n '/bin/true' /bin/true
