#!/bin/sh
# A recheck that moves all of MESSAGES (10000) responses, beside the sweep that filed them, in one run:
# seconds of each, on the same disk, and their ratio.
set -eu
: "${BACKSIFT:?}" "${MESSAGES:=10000}"
HOME=$(mktemp -d "${BENCH_DIR:-$PWD}/recheck.XXXXXX")
export HOME MESSAGES
trap 'rm -rf "$HOME"' EXIT
unset XDG_CONFIG_HOME XDG_STATE_HOME
mkdir -p "$HOME/Maildir/cur" "$HOME/Maildir/new" "$HOME/Maildir/tmp" "$HOME/.config/backsift"
printf '[own]\naddress = ada@shop.example\n' >"$HOME/.config/backsift/backsift.conf"
python3 - "$BACKSIFT" <<'PY'
import os, subprocess, sys, time
home, count = os.environ["HOME"], int(os.environ["MESSAGES"])
filed = int(time.time()) - 86400
for n in range(count):
    with open(f"{home}/Maildir/new/{filed}.{n}.host", "w") as f:
        f.write(f"Return-Path: <>\nFrom: Bo <bo@far.example>\nTo: x{n}@shop.example\nSubject: Automatic reply: {n}\n"
                f"Auto-Submitted: auto-replied\nIn-Reply-To: <{n}@pc>\n\nI am away.\n")
def timed(command):
    start = time.monotonic()
    out = subprocess.run([sys.argv[1], command], check=True, capture_output=True, text=True).stdout.strip()
    return time.monotonic() - start, out
swept, told = timed("sweep")
print(f"sweep: {swept:.2f} s: {told}")
with open(f"{home}/.config/backsift/backsift.conf", "a") as f:
    f.write("addresses-complete = yes\n")
rechecked, told = timed("recheck")
print(f"recheck: {rechecked:.2f} s: {told}")
print(f"ratio: {rechecked / swept:.2f}")
PY
