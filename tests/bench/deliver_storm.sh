#!/bin/sh
# Deliveries by 16 processes at once with random SIGKILLs among them, into one Maildir: each message
# acknowledged with 0 is there once, one whose process was killed at most twice, and nothing else.
# DELIVERIES (100000) and PROCESSES (16) are settings; tests/e2e/deliver_many.t runs it small.
set -eu
: "${BACKSIFT:?}" "${DELIVERIES:=100000}" "${PROCESSES:=16}"
HOME=$(mktemp -d "${BENCH_DIR:-$PWD}/storm.XXXXXX")
export HOME BACKSIFT DELIVERIES PROCESSES
trap 'rm -rf "$HOME"' EXIT
unset XDG_CONFIG_HOME XDG_STATE_HOME SENDER RECIPIENT
mkdir -p "$HOME/Maildir/cur" "$HOME/Maildir/new" "$HOME/Maildir/tmp" "$HOME/.config/backsift"
printf '[own]\naddress = ada@shop.example\naddresses-complete = yes\n' >"$HOME/.config/backsift/backsift.conf"
python3 - <<'PY'
import collections, os, pathlib, random, signal, subprocess, sys, threading, time

home, program = os.environ["HOME"], os.environ["BACKSIFT"]
total, workers = int(os.environ["DELIVERIES"]), int(os.environ["PROCESSES"])
lock, following = threading.Lock(), iter(range(total))
ended = {}  # number: exit code; negative by a signal

def message(n):
    if n % 3 == 0:
        return (f"Return-Path: <>\nFrom: Bo <bo@far.example>\nTo: x{n}@shop.example\nSubject: Automatic reply: {n}\n"
                f"Auto-Submitted: auto-replied\nIn-Reply-To: <{n}@pc>\nX-Number: {n}\n\nI am away.\n").encode()
    return f"From: dan@far.example\nSubject: Lunch?\nX-Number: {n}\n\nFriday?\n".encode()

def work(seed):
    chance = random.Random(seed)
    while True:
        with lock:
            n = next(following, None)
        if n is None:
            return
        p = subprocess.Popen([program, "deliver"], stdin=subprocess.PIPE,
                             stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        # A signal within the time that a delivery takes; what has ended by then takes no harm.
        timer = threading.Timer(chance.uniform(0, 0.05), p.send_signal, [signal.SIGKILL]) if chance.random() < 0.2 else None
        if timer:
            timer.start()
        try:
            p.communicate(message(n))
        except BrokenPipeError:
            p.wait()
        if timer:
            timer.cancel()
        ended[n] = p.returncode

start = time.monotonic()
threads = [threading.Thread(target=work, args=(i,)) for i in range(workers)]
for t in threads: t.start()
for t in threads: t.join()
took = time.monotonic() - start

found = collections.Counter()
wrong = 0
for path in pathlib.Path(home, "Maildir").glob("**/new/*"):
    body = path.read_bytes()
    numbers = [l for l in body.split(b"\n") if l.startswith(b"X-Number: ")]
    n = int(numbers[0][10:]) if numbers else -1
    if n < 0 or body != message(n):
        print(f"{path}: not what was handed in")
        wrong += 1
    found[n] += 1
for n, code in sorted(ended.items()):
    if found[n] > 1 or (code == 0 and found[n] != 1) or (code == 75 and found[n] != 0):
        print(f"message {n}: exit {code}, there {found[n]} times")
        wrong += 1
codes = collections.Counter(ended.values())
print(f"{total} deliveries by {workers} processes in {took:.1f} s ({total / took:.0f}/s): {codes[0]} acknowledged, "
      f"{codes[-9]} killed ({sum(found[n] for n, c in ended.items() if c == -9)} of them had been filed), "
      f"{codes[75]} put off, {wrong} wrong")
sys.exit(1 if wrong or codes[0] + codes[-9] + codes[75] != total or not codes[0] else 0)
PY
