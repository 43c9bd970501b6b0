#!/bin/sh
# A sweep over a Maildir of MESSAGES (20000) messages, one in ten a response: messages a second, and the
# largest memory of the process.
set -eu
: "${BACKSIFT:?}" "${MESSAGES:=20000}"
HOME=$(mktemp -d "${BENCH_DIR:-$PWD}/sweep.XXXXXX")
export HOME MESSAGES
trap 'rm -rf "$HOME"' EXIT
unset XDG_CONFIG_HOME XDG_STATE_HOME
mkdir -p "$HOME/Maildir/cur" "$HOME/Maildir/new" "$HOME/Maildir/tmp" "$HOME/.config/backsift"
printf '[own]\naddress = ada@shop.example\naddresses-complete = yes\n' >"$HOME/.config/backsift/backsift.conf"
python3 - <<'PY'
import os
home = os.environ["HOME"]
for n in range(int(os.environ["MESSAGES"])):
    if n % 10 == 0:
        text = (f"Return-Path: <>\nFrom: Bo <bo@far.example>\nTo: x{n}@shop.example\nSubject: Automatic reply: {n}\n"
                f"Auto-Submitted: auto-replied\nIn-Reply-To: <{n}@pc>\n\nI am away.\n")
    else:
        text = f"From: dan@far.example\nSubject: Lunch?\n\n" + "Are you free on Friday?\n" * 60
    with open(f"{home}/Maildir/new/1700000000.{n}.host", "w") as f:
        f.write(text)
PY
python3 - "$BACKSIFT" <<'PY'
import os, resource, subprocess, sys, time
for what in "first run", "nothing new":
    start = time.monotonic()
    out = subprocess.run([sys.argv[1], "sweep"], check=True, capture_output=True, text=True).stdout.strip()
    took = time.monotonic() - start
    most = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    print(f"{what}: {took:.1f} s, {int(os.environ['MESSAGES']) / took:.0f} messages/s, at most {most} KiB: {out}")
PY
