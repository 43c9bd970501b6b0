#!/bin/sh
# A digest from a journal of EVENTS (1000000) responses of two weeks: that of a day, and one in which
# all of them are new. Each beside sqlite3 that merely reads the same rows and sums their lengths; and
# instructions of each.
set -eu
: "${BACKSIFT:?}" "${BUILD:?}" "${EVENTS:=1000000}" "${ROUNDS:=10}"
HOME=$(mktemp -d "${BENCH_DIR:-$PWD}/digest.XXXXXX")
export HOME
trap 'rm -rf "$HOME"' EXIT
unset XDG_CONFIG_HOME XDG_STATE_HOME
mkdir -p "$HOME/.config/backsift"
printf '[own]\ndomain = shop.example\n[index]\nsource = stdin\n' >"$HOME/.config/backsift/backsift.conf"
"$BUILD/bench/fill_journal" "$EVENTS" 14
store=$HOME/.local/state/backsift/backsift.db
yesterday=$(($(date +%s) - 86400))
read_rows="SELECT sum(length(class) + length(origin) + length(mailbox) + length(folder) + length(file)
    + length(findings)) FROM journal WHERE time >="

# side_by_side WHAT SINCE: the digest of what is new since then, and the rows behind it.
side_by_side() {
    echo "-- $1: $(sqlite3 "$store" "SELECT count(*) FROM journal WHERE time >= $2") of $EVENTS events are new"
    "$BUILD/bench/alternate" "$ROUNDS" /dev/null "$BACKSIFT" digest --text -- sqlite3 "$store" "$read_rows $2"
    for command in "$BACKSIFT digest --text" "sqlite3 $store \"$read_rows $2\""; do
        eval "valgrind --tool=callgrind --callgrind-out-file=/dev/null $command" 2>&1 >/dev/null |
            sed -n 's/.*refs: *\([0-9,]*\).*/instructions: \1/p'
    done
}
side_by_side "all at once" 0
sqlite3 "$store" "INSERT INTO note VALUES ('digest-until', '$yesterday');
    INSERT INTO note SELECT 'digest-event', max(number) FROM journal WHERE time < $yesterday"
side_by_side "the digest of a day" "$yesterday"
