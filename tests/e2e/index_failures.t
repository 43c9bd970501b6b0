#!/bin/sh
# An index that is damaged, locked, read-only or on a full disk: what comes is filed, a log line says
# what is unknown and what to do, recording says "try again", and nothing recorded before is lost.
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"

state=$HOME/.local/state/backsift
store=$state/backsift.db
log=$state/backsift.log
inbox=$HOME/Maildir
config '[own]' 'domain = shop.example' '[index]' 'source = stdin' \
    "complete-since = $(date -u -d '60 days ago' +%F)"
make_maildir "$inbox"

record() { # ID
    printf 'From: ann@shop.example\nTo: bob@far.example\nMessage-ID: <%s@shop.example>\n\nHello.\n' "$1" |
        "$BACKSIFT" record - >"$T/out" 2>"$T/err"
    code=$?
}
deliver() { # ID: an autoreply to it
    printf 'From: bob@far.example\nTo: ann@shop.example\nSubject: Automatic reply: away\nAuto-Submitted: auto-replied\nIn-Reply-To: <%s@shop.example>\n\nI am out of the office.\n' "$1" |
        "$BACKSIFT" deliver -f '' -r ann@shop.example >"$T/out" 2>"$T/err"
    code=$?
}
# afresh: no mail, no log; the index stays.
afresh() {
    rm -rf "$inbox" "$log"
    make_maildir "$inbox"
}
unknown_because() { # PATTERN NAME
    afresh
    deliver one
    is "$code $(messages "$inbox")" '0 1' "$2: the message is in the inbox"
    like "$(cat "$log")" "*filed in the inbox: its origin is unknown: $1 'backsift sweep' judges it again*" \
        "$2: the log says what is unknown, why, and what to do"
    is "$(wc -l <"$log")" 1 "$2: in one line"
}
well_again() { # NAME
    afresh
    deliver one
    is "$code $(messages "$inbox/.Autoreplies")" '0 1' "$1: when mended, what was recorded before is known"
    is "$("$BACKSIFT" index verify)" 'the index is sound' "$1: and the index is sound"
}

record one
is "$code" 0 'a message is recorded'
well_again 'at first'

# --- damaged ---
mkdir "$T/backup"
cp -p "$store" "$store-wal" "$T/backup/"
rm -f "$store-wal" "$store-shm"
head -c 8192 /dev/urandom >"$store"
unknown_because "*$store is damaged*restore it from a backup*" 'a damaged file'
record two
is "$code" 75 'a damaged file: recording is to be tried again'
like "$(cat "$T/err")" "*$store is damaged*index verify*restore it*" 'a damaged file: and says what to do'
"$BACKSIFT" index verify >"$T/out" 2>&1
is "$?" 78 'a damaged file: index verify fails'
rm -f "$store" "$store-wal" "$store-shm"
cp -p "$T/backup/"* "$state/"
"$BACKSIFT" sweep -q
is "$(messages "$inbox") $(messages "$inbox/.Autoreplies")" '0 1' 'a restored file: sweep files what waited in the inbox'
well_again 'a restored file'

# --- locked ---
python3 - "$store" "$T" <<'PYTHON' &
import os, sqlite3, sys, time
db = sqlite3.connect(sys.argv[1], isolation_level=None)
db.execute("PRAGMA locking_mode = EXCLUSIVE")
db.execute("BEGIN EXCLUSIVE")
open(sys.argv[2] + "/locked", "w").close()
while not os.path.exists(sys.argv[2] + "/unlock"):
    time.sleep(0.02)
PYTHON
while [ ! -e "$T/locked" ]; do sleep 0.02; done
unknown_because "*$store is locked by another process*fuser $store*" 'a locked database'
: >"$T/unlock"
wait
well_again 'a lock that is gone'

# --- a folder for reading only, and a full disk ---
# in_mounted_state COMMAND...: delivers and records where COMMAND has mounted something over $state, of
# which $T/state is a copy.
in_mounted_state() {
    # shellcheck disable=SC2016
    unshare -m sh -c '
        state=$1 && shift
        mount --make-rprivate / && cp -a "$state" "$T/state" && "$@" || exit 99
        printf "From: bob@far.example\nTo: ann@shop.example\nSubject: Automatic reply: away\nAuto-Submitted: auto-replied\nIn-Reply-To: <one@shop.example>\n\nI am out of the office.\n" |
            "$BACKSIFT" deliver -f "" -r ann@shop.example 2>"$T/err"
        echo $? >"$T/deliver"
        printf "From: ann@shop.example\nMessage-ID: <three@shop.example>\n\nHello.\n" |
            "$BACKSIFT" record - 2>"$T/err"
        echo $? >"$T/record"
        "$BACKSIFT" index lookup one@shop.example >"$T/lookup" 2>&1
    ' sh "$state" "$@"
    code=$?
    rm -rf "$T/state"
}
mount_and() { # NAME ERROR
    afresh
    # shellcheck disable=SC2016
    in_mounted_state sh -c '. "$0"; '"$1" "$T/mounts"
    [ "$code" -ne 99 ] || { skip "$2" "cannot mount here"; return; }
    is "$(cat "$T/deliver") $(find "$inbox" -path '*/new/*' | wc -l)" '0 1' "$2: the message is filed"
    is "$(cat "$T/record")" 75 "$2: recording is to be tried again"
    like "$(cat "$T/err")" "$3" "$2: and says what to do"
    like "$(cat "$T/lookup")" '*sent by us*' "$2: what was recorded before is found"
    well_again "$2"
}
export BACKSIFT T state
cat >"$T/mounts" <<'SH'
read_only() { mount --bind "$state" "$state" && mount -o remount,bind,ro "$state"; }
full() {
    mount -t tmpfs -o mode=700,size=8m none "$state" && cp -a "$T/state/." "$state/" &&
        { cat /dev/zero >"$state/filler" 2>/dev/null || :; }
}
SH
if [ "$(id -u)" -eq 0 ] && unshare -m true 2>/dev/null; then
    mount_and read_only 'a folder for reading only' '*check the permissions*'
    mount_and full 'a full disk' '*disk or quota is full, make room*'
else
    skip 'a folder for reading only, a full disk' 'needs root and mount namespaces'
fi
done_testing
