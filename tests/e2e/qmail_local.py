#!/usr/bin/env python3
"""Deliver one message by a .qmail file as qmail-local(8) does by its manual, dot-qmail(5) and
qmail-command(8): a stand-in, since Debian has no qmail. What a program meets is meant to be the same:
the environment, /bin/sh -c at home, umask 077, the message without Return-Path as one file that all
lines share and that is rewound before each, SIGPIPE as it is by default, and what becomes of exit codes.

  qmail_local.py USER HOME LOCAL DASH EXT HOST SENDER <MESSAGE

The message must be a file. Exit: 0 delivered, 100 it bounces, 111 it is tried again. It knows lines
with a program or a Maildir and comments, and nothing of forwarding and mbox files.
"""
import os
import signal
import socket
import stat
import subprocess
import sys
import time

DONE, BOUNCE, RETRY = 0, 100, 111
DONE_STOP = 99
HARD = (100, 64, 65, 70, 76, 77, 78, 112)


def end(code, why):
    print(why)
    sys.exit(code)


def environment(user, home, local, ext, host, sender):
    recipient = f"{local}@{host}"
    env = dict(os.environ, HOST=host, HOME=home, USER=user, LOCAL=local, RECIPIENT=recipient, SENDER=sender,
               NEWSENDER=sender)
    env["DTLINE"] = f"Delivered-To: {recipient}".replace("\n", "_") + "\n"
    env["RPLINE"] = f"Return-Path: <{sender}".replace("\n", "_") + ">\n"
    who = "".join("-" if c in " \t\n" else c for c in sender) or "MAILER-DAEMON"
    env["UFLINE"] = f"From {who} {time.asctime()}\n"
    for n in range(1, 5):
        env["EXT" + (str(n) if n > 1 else "")] = ext
        ext = ext.partition("-")[2]
        if n > 1:
            host = host.rpartition(".")[0]
            env[f"HOST{n}"] = host
    return env


def instructions(dash, ext, env):
    """The lines of the most particular file; -default ones say in DEFAULT what they stand for."""
    safe = ext.lower().replace(".", ":")
    names = [(f".qmail{dash}{safe}", None)]
    for i in range(len(safe), -1, -1):
        if dash and (i == 0 or safe[i - 1] == "-"):
            names.append((f".qmail{dash}{safe[:i]}default", ext[i:]))
    for name, default in names:
        if os.path.isfile(name):
            if os.stat(name).st_mode & 0o002:
                end(RETRY, f"{name} is writable by all")
            if default is not None:
                env["DEFAULT"] = default
            with open(name, encoding="utf-8", errors="surrogateescape") as f:
                return f.read().splitlines()
    if dash:
        end(BOUNCE, "no mailbox here by that name")
    return ["./Maildir/"]


def run(command, env):
    """True when further lines are to be looked at."""
    os.lseek(0, 0, os.SEEK_SET)
    status = subprocess.run(["/bin/sh", "-c", command], env=env, restore_signals=True, check=False).returncode
    if status < 0:
        end(RETRY, "child crashed")
    if status in HARD:
        sys.exit(BOUNCE)
    if status not in (DONE, DONE_STOP):
        sys.exit(RETRY)
    return status == DONE


def file_in_maildir(folder, env):
    os.lseek(0, 0, os.SEEK_SET)
    name = f"{int(time.time())}.{os.getpid()}.{socket.gethostname()}"
    try:
        with open(0, "rb", closefd=False) as message, open(f"{folder}tmp/{name}", "xb") as f:
            f.write((env["RPLINE"] + env["DTLINE"]).encode() + message.read())
            f.flush()
            os.fsync(f.fileno())
        os.link(f"{folder}tmp/{name}", f"{folder}new/{name}")
        os.unlink(f"{folder}tmp/{name}")
    except OSError:
        end(RETRY, "temporary error on maildir delivery")


def refuse_loop(env):
    with open(0, "rb", closefd=False) as message:
        for line in message:
            if line == b"\n":
                break
            if line == env["DTLINE"].encode():
                end(BOUNCE, "this message is looping")


def main():
    user, home, local, dash, ext, host, sender = sys.argv[1:]
    os.umask(0o077)
    signal.signal(signal.SIGPIPE, signal.SIG_IGN)
    os.chdir(home)
    if os.stat(".").st_mode & (stat.S_ISVTX | 0o002):
        end(RETRY, "home is sticky or writable by all")
    env = environment(user, home, local, ext, host, sender)
    refuse_loop(env)
    for line in instructions(dash, ext, env):
        line = line.rstrip(" \t")
        if line.startswith("|"):
            if not run(line[1:], env):
                break
        elif line.endswith("/"):
            file_in_maildir(line, env)
        elif line and not line.startswith("#"):
            sys.exit(f"cannot do this line: {line}")


main()
