#!/bin/sh
# The line of progress: on a terminal and nowhere else, within its window, gone at the end and at ^C.
# shellcheck source-path=SCRIPTDIR source=lib.sh disable=SC2154
. "$(dirname "$0")/lib.sh"

config '[own]' 'domain = shop.example' 'address = ada@shop.example' 'addresses-complete = yes'
inbox=$HOME/Maildir
fill() {
    rm -rf "$inbox" "$HOME/.local"
    make_maildir "$inbox"
    python3 - "$inbox/new" "$1" <<'PY'
import sys
for n in range(int(sys.argv[2])):
    with open(f"{sys.argv[1]}/1700000000.{n}.host", "w") as f:
        f.write(f"From: dan@far.example\nMessage-ID: <{n}@far.example>\nSubject: Lunch?\n\n{n}\n" if n % 4 else
                f"Return-Path: <>\nFrom: Bo <bo@far.example>\nTo: x{n}@shop.example\nSubject: Automatic reply: offer\n"
                f"Auto-Submitted: auto-replied\nIn-Reply-To: <{n}@pc>\nMessage-ID: <r{n}@far.example>\n\nI am away.\n")
PY
}
# watch COLUMNS TERM INTERRUPT COMMAND...
watch() { python3 "$here/progress_screen.py" "$@" >"$T/seen"; }
seen() { sed -n "s/^$1 //p" "$T/seen"; }
summary='400 looked at: 0 ours, 100 forged, 0 unknown; 100 moved'

fill 400
watch 100 xterm no "$BACKSIFT" sweep
like "$(seen line)" "*\[###*\] 400 of 400, *responses*$summary" "a terminal is shown a bar, then what was done"
is "$(seen line | grep -c '^\[')$(seen line | grep '^\[' | tail -n 1 | grep -c '\[#\{30\}\]')" "$(seen line | grep -c '^\[')1" "it ends full"
is "$(seen left) $(seen status)" " 0" "and is gone at the end"
is "$(seen line | grep '^\[' | grep -c looked)" 0 "nothing of it is left beside the summary"
for columns in 40 30 20 12 5; do
    fill 40
    watch $columns xterm no "$BACKSIFT" sweep
    seen line | grep ' of ' >"$T/bar"
    ok test "$(awk '{ if (length > n) n = length } END { print n + 0 }' "$T/bar")" -lt $columns -- "$columns columns: it stays within"
done
fill 40
watch 20 xterm no "$BACKSIFT" sweep
like "$(seen line)" "*40 of 40
*" "20 columns: the count alone"

# --- where there is none ---
for term in dumb ''; do
    fill 40
    watch 100 "$term" no "$BACKSIFT" sweep
    is "$(seen escapes) $(seen line)" "0 40 looked at: 0 ours, 10 forged, 0 unknown; 10 moved" "TERM='$term': the summary alone, without escape sequences"
done
fill 40
TERM=xterm "$BACKSIFT" sweep >"$T/out" 2>"$T/err" </dev/null
is "$(cat "$T/err")" "" "no terminal: nothing on standard error"
is "$(grep -c "$(printf '\033\\|\r')" "$T/out")" 0 "and no control characters on standard output"
fill 40
watch 100 xterm no "$BACKSIFT" sweep -q
is "$(seen escapes)$(seen line)" "0" "-q: nothing"
fill 40
watch 100 xterm no "$BACKSIFT" sweep -n
is "$(seen escapes) $(seen line | tail -n 1)" "0 40 looked at: 0 ours, 10 forged, 0 unknown; 0 moved" "--dry-run prints lines and no bar"

# --- interrupted ---
fill 8000
slow=
[ -n "${SANITIZE:-}" ] || slow="env SHIM=fsync:1:SLOW LD_PRELOAD=$BUILD/tests/shim.so"
# shellcheck disable=SC2086
watch 100 xterm yes $slow "$BACKSIFT" sweep
is "$(seen left) $(seen status)" " -2" "^C takes it away and ends the sweep"
"$BACKSIFT" sweep -q
is "$(messages "$inbox") $(messages "$inbox/.Backscatter")" "6000 2000" "which the next one goes on with"
# What nohup ignores stays ignored.
fill 400
# shellcheck disable=SC2086
watch 100 xterm yes sh -c 'trap "" INT; exec "$@"' sh $slow "$BACKSIFT" sweep
is "$(seen status) $(seen line | tail -n 1)" "0 $summary" "a ^C that is ignored stays so"

# --- record ---
mkdir -p "$HOME/Sent"
make_maildir "$HOME/Sent"
for n in 1 2 3; do
    printf 'From: ada@shop.example\nTo: bo@far.example\nDate: Mon, 2 Nov 2026 10:00:00 +0000\nMessage-ID: <s%s@shop.example>\n\nHi\n' $n >"$HOME/Sent/cur/$n.1.host:2,S"
done
watch 20 xterm no "$BACKSIFT" record "maildir:$HOME/Sent"
like "$(seen line | tail -n 1)|$(seen left)" "*3 recorded*|" "record takes its line away, too"
done_testing
