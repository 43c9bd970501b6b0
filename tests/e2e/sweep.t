#!/bin/sh
# `backsift sweep` over a Maildir, and expiry: what moves, what stays, what is seen once only, and
# that an interrupted run goes on.
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"

inbox=$HOME/Maildir
run() {
    "$BACKSIFT" sweep "$@" >"$T/out" 2>"$T/err"
    code=$?
}
autoreply() {
    printf 'Return-Path: <>\nFrom: Bo <bo@far.example>\nTo: %s\nSubject: Automatic reply: offer %s\n' "$2" "$1"
    printf 'Auto-Submitted: auto-replied\nIn-Reply-To: <%s@pc>\nMessage-ID: <r-%s@far.example>\n\nI am away.\n' "$1" "$1"
}
plain() { printf 'From: dan@far.example\nSubject: Lunch?\n\n%s\n' "$1"; }
settings() {
    config '[own]' 'domain = shop.example' 'address = ada@shop.example' 'addresses-complete = yes' "$@"
}
first=1700000000

settings
run
is "$code" 75 "no Maildir: an error"
make_maildir "$inbox"
run -q
is "$code $(cat "$T/out" "$T/err")" "0 " "an empty one is nothing to do, and -q says nothing"

autoreply 1 x7@shop.example >"$inbox/new/$first.1.host"
autoreply 2 ada@shop.example >"$inbox/new/$first.2.host,U=7"
plain 3 >"$inbox/new/$first.3.host"
autoreply 4 x8@shop.example >"$inbox/cur/$first.4.host:2,RS"
cp "$inbox/new/$first.3.host" "$T/plain"

run -n
is "$code $(messages "$inbox")" "0 4" "--dry-run moves nothing"
like "$(cat "$T/out")" "*new/$first.1.host: autoreply, forged, by rule *: would go to Backscatter*3 looked at*" "and says what would be done"
is "$("$BACKSIFT" digest --json | grep -c '"forged":{"autoreply"')" 0 "and journals nothing"

run
like "$code $(cat "$T/out")" "0 3 looked at: 0 ours, 1 forged, 1 unknown; 2 moved" "a sweep tells what it did"
is "$(messages "$inbox") $(messages "$inbox/.Backscatter") $(messages "$inbox/.Unverified")" "2 1 1" "responses go to their folders, what is in cur/ stays"
ok cmp -s "$T/plain" "$inbox/new/$first.3.host" -- "ordinary mail keeps its name and bytes"
ok test -f "$inbox/.Backscatter/maildirfolder" -- "a folder is made as deliver makes it"
is "$(find "$inbox" -name '*,U=7*')" "" "a UID does not go along"
like "$("$BACKSIFT" digest --print)" "*x7@shop.example*" "the digest tells of them"
run
like "$(cat "$T/out")" "0 looked at*" "nothing is looked at twice"
mv "$inbox/new/$first.3.host" "$inbox/cur/$first.3.host:2,S"
run --cur
like "$(cat "$T/out")" "1 looked at: 0 ours, 1 forged*1 moved" "--cur looks into cur/, but not again at a message that was seen in new/"
is "$(find "$inbox/.Backscatter/cur" -name '*:2,RS' | wc -l)" 1 "flags are kept"

# --- where deliver is at work, too ---
settings '[folders]' 'autoreply.forged = INBOX'
autoreply 5 x9@shop.example | "$BACKSIFT" deliver
run
is "$("$BACKSIFT" digest --json | grep -o '"expired":0')" '"expired":0' "the digest has a figure of what expired"
before=$("$BACKSIFT" digest --text | grep -c x9@shop.example)
run
is "$("$BACKSIFT" digest --text | grep -c x9@shop.example)" "$before" "what deliver journaled is not journaled again"
settings '[deliver]' 'observe = yes'
autoreply 6 x6@shop.example >"$inbox/new/$first.6.host"
run
is "$(find "$inbox/new" -name "$first.6.host" | wc -l)" 1 "with observe = yes all stays in the inbox"
like "$("$BACKSIFT" digest --print)" "*x6@shop.example*" "and is journaled"

# --- a message that kills its reader ---
settings
run -q
autoreply 7 x5@shop.example >"$inbox/new/$first.7.host"
autoreply 8 x5@shop.example >"$inbox/new/$first.8.host"
if [ -n "${SANITIZE:-}" ] || [ ! -e "$BUILD/tests/shim.so" ]; then
    skip "a dying reader" "the preloaded library does not go with the sanitizers, or is not built"
else
    SHIM=write:1:SEGV SHIM_IN=child LD_PRELOAD=$BUILD/tests/shim.so "$BACKSIFT" sweep >"$T/out" 2>"$T/err"
    is $? 0 "a dying reader does not end the sweep"
    like "$(cat "$T/out")" "2 looked at*2 could not be read*" "and is counted"
    is "$(find "$inbox/new" -name "$first.[78].host" | wc -l)" 2 "its message stays in the inbox"
    like "$(cat "$HOME/.local/state/backsift/backsift.log")" "*sweep leaves $first.7.host in the inbox*killed by signal*" "and the log names it"
fi

# --- a reader that dies again and again, but not of a message ---
inbox_of() {
    rm -rf "$1"
    make_maildir "$1"
    n=0
    while [ $n -lt 40 ]; do
        n=$((n + 1))
        if [ $((n % 4)) -eq 0 ]; then plain $n; else autoreply $n x$n@shop.example; fi >"$1/new/$first.$n.host"
    done
}
# sorted DIR: each message of inbox_of is where it belongs, once, and nothing is left over.
sorted() {
    echo "$(messages "$1") $(messages "$1/.Backscatter") $(cat "$1"/.Backscatter/*/* | grep '^Message-ID' | sort -u | wc -l) $(find "$1/tmp" "$1/.Backscatter/tmp" -type f | wc -l)"
}
if [ -n "${SANITIZE:-}" ] || [ ! -e "$BUILD/tests/shim.so" ]; then
    skip "readers and sweeps that are killed" "the preloaded library does not go with the sanitizers, or is not built"
else
    inbox_of "$HOME/third"
    SHIM=write:7:KILL SHIM_IN=child LD_PRELOAD=$BUILD/tests/shim.so "$BACKSIFT" sweep "$HOME/third" >"$T/out" 2>&1
    is "$? $(cat "$T/out")" "0 40 looked at: 0 ours, 30 forged, 0 unknown; 30 moved" "a reader that is killed costs no message its verdict"
    # A sweep that dies at each step of a batch of moves, and one whose calls fail.
    for plan in link:1:KILL link:9:KILL fsync:1:KILL fsync:2:KILL fsync:3:KILL unlink:1:KILL unlink:9:KILL \
        write:3:KILL link:9:ENOSPC fsync:2:EIO unlink:9:EIO; do
        inbox_of "$HOME/third.$plan"
        SHIM=$plan SHIM_LOG=$T/shim LD_PRELOAD=$BUILD/tests/shim.so "$BACKSIFT" sweep -q "$HOME/third.$plan" >/dev/null 2>&1
        all=$(find "$HOME/third.$plan" -type f -size +0 -exec cat {} + | grep -cE '^(Message-ID|Subject: Lunch)')
        ok test "$all" -ge 40 -- "$plan: no message is lost"
        "$BACKSIFT" sweep -q "$HOME/third.$plan" >"$T/out" 2>&1
        is "$? $(cat "$T/out")$(sorted "$HOME/third.$plan")" "0 10 30 30 0" "$plan: the next sweep ends with each message in its place, once"
    done
    is "$(wc -l <"$T/shim" | tr -d ' ')" 11 "each of these went wrong"
    # A mail program that changes a message's flags faster than it can be moved.
    make_maildir "$HOME/busy"
    autoreply 20 x20@shop.example >"$HOME/busy/cur/$first.20.host:2,S"
    python3 - "$HOME/busy/cur/$first.20.host:2," "$T/stop" <<'PY' &
import os, sys, time
at, end = "S", time.monotonic() + 60
while not os.path.exists(sys.argv[2]) and time.monotonic() < end:
    to = "S" + (chr(ord(at[1:]) + 1) if at[1:] and at != "Sz" else "a")
    os.rename(sys.argv[1] + at, sys.argv[1] + to)
    at = to
    time.sleep(0.005)
PY
    pid=$!
    wait_for 10 test ! -e "$HOME/busy/cur/$first.20.host:2,S"
    SHIM=fsync:1:SLOW LD_PRELOAD=$BUILD/tests/shim.so "$BACKSIFT" sweep -q --cur "$HOME/busy" >"$T/out" 2>&1
    code=$?
    : >"$T/stop"
    wait $pid
    is "$code $(cat "$T/out") $(find "$HOME/busy" -name "[0-9]*" -type f | wc -l)" "0  1" "a message that is changed all the time is there once"
    "$BACKSIFT" sweep -q --cur "$HOME/busy" >"$T/out" 2>&1
    is "$? $(cat "$T/out") $(messages "$HOME/busy") $(messages "$HOME/busy/.Backscatter")" "0  0 1" "and moved when it no longer is"
fi

# --- interrupted ---
other=$HOME/other
make_maildir "$other"
i=0
while [ $i -lt 400 ]; do
    i=$((i + 1))
    if [ $((i % 4)) -eq 0 ]; then plain $i; else autoreply $i x$i@shop.example; fi >"$other/new/$first.$i.host"
done
runs=0
slow= # so that it is killed before its end
[ -n "${SANITIZE:-}" ] || [ ! -e "$BUILD/tests/shim.so" ] || slow="env SHIM=fsync:1:SLOW LD_PRELOAD=$BUILD/tests/shim.so"
while :; do
    # shellcheck disable=SC2086
    $slow "$BACKSIFT" sweep -q "$other" >/dev/null 2>&1 &
    pid=$!
    # Killed as soon as it has moved some more messages than the last one.
    moved=$(messages "$other/.Backscatter")
    while kill -0 $pid 2>/dev/null && [ "$(messages "$other/.Backscatter")" -le $((moved + 20)) ]; do :; done
    kill -KILL $pid 2>/dev/null
    wait $pid 2>/dev/null && break
    runs=$((runs + 1))
    [ $runs -lt 100 ] || break
done
is "$(messages "$other") $(messages "$other/.Backscatter")" "100 300" "killed again and again, a sweep ends with each message where it belongs"
ok test $runs -gt 0 -- "and was killed at least once"
is "$(cat "$other"/.Backscatter/*/* | grep '^Message-ID' | sort -u | wc -l)" 300 "none twice"
is "$(find "$other/tmp" "$other/.Backscatter/tmp" -type f)" "" "and leaves nothing in tmp/"

# --- two at a time ---
exec 9>"$HOME/.local/state/backsift/sweep.lock"
flock 9
run
is "$code" 75 "a second sweep at the same time does not start"
exec 9>&-

# --- expiry ---
rm -rf "$inbox" "$HOME/.local"
make_maildir "$inbox"
settings '[maildir]' 'expire-days = 30'
# journal DAYS ID TO: a response filed DAYS ago, as the clock stands.
age_all() {
    python3 - "$HOME/.local/state/backsift/backsift.db" "$1" <<'PY'
import sqlite3, sys
db = sqlite3.connect(sys.argv[1])
db.execute("update journal set time = time - ?", (int(sys.argv[2]) * 86400,))
db.commit()
PY
}
autoreply 11 x1@shop.example >"$inbox/new/$first.11.host"
autoreply 12 x2@shop.example >"$inbox/new/$first.12.host"
autoreply 13 x3@shop.example >"$inbox/new/$first.13.host"
autoreply 14 ada@shop.example >"$inbox/new/$first.14.host"
plain 15 >"$inbox/new/$first.15.host"
run
back=$inbox/.Backscatter
is "$(messages "$back")" 3 "forged responses are filed"
run
is "$(messages "$back")" 3 "fresh ones stay"
age_all 31
flagged=$(find "$back/new" -type f | head -n 1)
mv "$flagged" "$back/cur/$(basename "$flagged"):2,FS"
kept=$(find "$back/new" -type f | head -n 1)
mkdir -p "$inbox/.Kept/cur" "$inbox/.Kept/new" "$inbox/.Kept/tmp"
mv "$kept" "$inbox/.Kept/new/"
plain 16 >"$back/new/$first.16.host"
autoreply 17 x4@shop.example >"$inbox/new/$first.17.host"
run -n
like "$(cat "$T/out")" "*, 1 old ones would be removed" "--dry-run counts what would be removed"
is "$(messages "$back")" 3 "and removes nothing"
run
like "$(cat "$T/out")" "*, 1 old ones removed" "a sweep removes what is old"
is "$(find "$back/cur" -name '*:2,FS' | wc -l)" 1 "not what is flagged"
is "$(messages "$inbox/.Kept")" 1 "not what its owner moved elsewhere"
ok test -f "$back/new/$first.16.host" -- "not what was put there by others"
is "$(messages "$back")" 3 "and not what was filed today"
is "$(messages "$inbox/.Unverified") $(messages "$inbox")" "1 1" "nothing unknown, and no mail"
like "$("$BACKSIFT" digest --text)" "*1 old one was removed, as expire-days asks.*" "the digest says how much"
like "$("$BACKSIFT" digest --json)" '*"expired":1*' "also in JSON"
settings
age_all 60
run
is "$(messages "$back")" 3 "without expire-days nothing is removed"
settings '[maildir]' 'expire-days = 90'
run
is "$code" 78 "expire-days beyond what the journal keeps is refused"

# --- accounts at a mail server ---
mkdir "$T/libexec"
printf '#!/bin/sh\necho "$@"\n' >"$T/libexec/backsift-imap"
chmod +x "$T/libexec/backsift-imap"
is "$(BACKSIFT_LIBEXEC=$T/libexec "$BACKSIFT" sweep -n imap:work)" "sweep -n work" "imap:NAME is handed to backsift-imap"
BACKSIFT_LIBEXEC=$T "$BACKSIFT" sweep imap:work >"$T/out" 2>&1
is $? 78 "which may not be installed"

run --wrong
is "$code" 64 "a wrong option"
run a b
is "$code" 64 "more than one Maildir"
done_testing
