#!/usr/bin/env python3
"""Others at work in a Maildir in which `backsift sweep` runs: an MTA that delivers, a mail program by
IMAP, mutt. And at the end: is every message there once, whole, with its flags?

  sweep_beside.py deliver MAILDIR NAME COUNT     COUNT ordinary messages and COUNT responses into new/
  sweep_beside.py imap MAILDIR STOP              flags, moves, expunges, in the inbox and Backscatter, until
                                                 the file STOP is there and nothing is left to be done; prints
                                                 what was told to be done, one "flag|gone|move ID WHAT" a line
  sweep_beside.py mutt MAILDIR STOP              the same by mutt again and again, flags and removes
  sweep_beside.py check MAILDIR DONE NAME...     prints what is wrong
  sweep_beside.py work MAILDIR NAME              prints how many of that run have been flagged by mutt, and removed
  sweep_beside.py seen MAILDIR                   prints what the IMAP server shows that the disk does not have

What is done to a message is decided by its number; ordinary mail is as often met as responses.
"""
import collections
import hashlib
import imaplib
import os
import pty
import re
import select
import socket
import sys
import time

FOLDERS = {"INBOX": ".", "Backscatter": ".Backscatter", "Kept": ".Kept"}
IMAP_FLAGS = {r"\Seen": "S", r"\Flagged": "F", r"\Answered": "R", r"\Deleted": "T"}


def message(kind, name, number):
    """A message of its own, and the flags with which it comes: a mail program has seen some."""
    subject = ("Flag", "Remove", "Leave")[number % 3]
    head = f"Message-ID: <{kind}.{name}.{number}@far.example>\nX-Line: {'x' * (number % 500)}\n"
    if kind == "plain":
        text = f"From: dan@far.example\nSubject: {subject} lunch\n{head}\n{number}: Friday?\n"
    else:
        text = (f"Return-Path: <>\nFrom: Bo <bo@far.example>\nTo: x{number}@shop.example\n"
                f"Subject: {subject} automatic reply\nAuto-Submitted: auto-replied\n"
                f"In-Reply-To: <{number}@pc>\n{head}\n{number}: I am away.\n")
    return text.encode(), "FS" if number % 5 == 0 else ""


def deliver(maildir, name, count):
    for number in range(int(count)):
        for kind in "plain", "response":
            text, flags = message(kind, name, number)
            file = f"{int(time.time())}.{kind[0]}{name}{number}.{socket.gethostname()}"
            with open(f"{maildir}/tmp/{file}", "wb") as f:
                f.write(text)
            os.rename(f"{maildir}/tmp/{file}", f"{maildir}/cur/{file}:2,{flags}" if flags else f"{maildir}/new/{file}")
        if number % 50 == 49:
            time.sleep(0.3)


# --- a mail program by IMAP ---

def connect(folder):
    server = imaplib.IMAP4("127.0.0.1", 143)
    server.login("me", "any")
    imaplib.Commands.setdefault("MOVE", ("SELECTED",))
    if server.select(folder)[0] != "OK":
        server.create(folder)
        server.select(folder)
    return server


def ids(server):
    """UID and ID of all messages that are there."""
    _, found = server.uid("FETCH", "1:*", "(UID BODY.PEEK[HEADER.FIELDS (MESSAGE-ID)])")
    for item in found or []:
        if isinstance(item, tuple) and (name := re.search(rb"<([^>@]*)@", item[1])):
            yield re.search(rb"UID (\d+)", item[0]).group(1).decode(), name.group(1).decode()


def is_set(maildir, folder, name, flag):
    """A STORE of a message that leaves the inbox at this moment is acknowledged and even shown, though it
    comes too late: there what counts is what stands on disk. Nobody moves what is in Backscatter."""
    kind, of, number = name.split(".")
    there = [f for f in os.listdir(f"{maildir}/cur") if f".{kind[0]}{of}{number}." in f]
    return folder != "INBOX" or any(flag in f.partition(":2,")[2] for f in there)


def act(server, maildir, folder, uid, name):
    """One change, and what was acknowledged of it."""
    kind, _, number = name.split(".")
    number = int(number)
    if number % 3 == 0:
        flag = r"\Answered" if folder == "INBOX" else r"\Flagged"
        server.uid("STORE", uid, "+FLAGS", f"({flag})")
        server.noop()
        print("flag", name, IMAP_FLAGS[flag] if is_set(maildir, folder, name, IMAP_FLAGS[flag]) else "-")
    elif number % 3 == 1 and number % 2 == (folder == "INBOX"):
        server.uid("STORE", uid, "+FLAGS", r"(\Deleted)")
        server.uid("EXPUNGE", uid)
        print("gone", name, folder)
    elif number % 12 == 2:
        server.uid("MOVE", uid, "Kept")
        print("move", name, "Kept")


def imap(maildir, stop):
    connect("Kept").logout()
    done = set()
    while True:
        last = os.path.exists(stop)
        met = 0
        for folder in "INBOX", "Backscatter":
            server = connect(folder)
            # All files get other names, also those that a sweep has in hand.
            for sign in "+", "-":
                server.uid("STORE", "1:*", f"{sign}FLAGS.SILENT", r"(\Draft)")
            for uid, name in list(ids(server)):
                if (folder, name) not in done:
                    done.add((folder, name))
                    act(server, maildir, folder, uid, name)
                    met += 1
            server.logout()
        if last and met == 0:
            break


# --- mutt ---

MUTTRC = """set quit=yes delete=yes move=no mark_old=yes mail_check=0 timeout=1 sort=mailbox-order wait_key=no
set header_cache="" folder=~/Maildir record="" confirmappend=no charset=utf-8
push "<tag-pattern>~s Flag<enter><tag-prefix-cond><set-flag>r<end-cond><untag-pattern>.<enter>\
<delete-pattern>~s Remove<enter><sync-mailbox><quit>"
"""


def run_in_terminal(command, seconds):
    """What it wrote there, or None when it had to be ended."""
    child, terminal = pty.fork()
    if child == 0:
        os.environ["TERM"] = "xterm"
        os.execvp(command[0], command)
    written, until = b"", time.monotonic() + seconds
    while time.monotonic() < until:
        if select.select([terminal], [], [], 0.1)[0]:
            try:
                written += os.read(terminal, 65536)
            except OSError:
                os.waitpid(child, 0)
                os.close(terminal)
                return written
    os.kill(child, 9)
    os.waitpid(child, 0)
    os.close(terminal)
    return None


def mutt(maildir, stop):
    with open(f"{maildir}/../muttrc", "w", encoding="ascii") as f:
        f.write(MUTTRC)
    runs, last = 0, False
    while not last:
        last = os.path.exists(stop)
        for folder in ".", ".Backscatter":
            if os.path.isdir(f"{maildir}/{folder}/cur"):
                runs += run_in_terminal(["mutt", "-F", f"{maildir}/../muttrc", "-f", f"{maildir}/{folder}"], 20) is not None
    print("runs", "mutt", runs)


# --- at the end ---

def on_disk(maildir):
    """ID: list of (folder, flags, bytes)."""
    found = collections.defaultdict(list)
    for folder, path in FOLDERS.items():
        for sub in "new", "cur":
            where = f"{maildir}/{path}/{sub}"
            for file in os.listdir(where) if os.path.isdir(where) else []:
                with open(f"{where}/{file}", "rb") as f:
                    text = f.read()
                flags = file.partition(":2,")[2]
                found[re.search(rb"Message-ID: <([^>@]*)", text).group(1).decode()].append((folder, flags, text))
    return found


def acknowledged(done):
    told = collections.defaultdict(list)
    with open(done, encoding="ascii") as f:
        for line in f:
            what, name, value = line.split()
            told[name].append((what, value))
    return told


def wrong_with(name, places, told, removable):
    kind, of, number = name.split(".")
    text, first_flags = message(kind, of, int(number))
    removable = removable or any(w == "gone" for w, _ in told)
    if not places:
        return None if removable else "is lost"
    # To move by IMAP is to link and to remove: of two who do so at once each may leave its own.
    moved = {p[0] for p in places} == {"Kept", "Backscatter"} and ("move", "Kept") in told
    if len(places) > 1 and not (moved and len(places) == 2):
        return f"is there {len(places)} times: {[p[:2] for p in places]}"
    folder, flags, found = places[0]
    if hashlib.sha256(found).digest() != hashlib.sha256(text).digest():
        return "is not whole"
    allowed = {"INBOX", "Kept"} if kind == "plain" else {"Backscatter", "Kept"}
    if folder not in allowed:
        return f"is in {folder}"
    wanted = set(first_flags) | {v for w, v in told if w == "flag" and v != "-"}
    if not wanted <= set(flags):
        return f"has flags '{flags}' in {folder}, not '{''.join(sorted(wanted))}'"
    return None


def check(maildir, done, *names):
    """NAME:COUNT of each run of deliver; NAME:COUNT:r where mutt removed."""
    found, told = on_disk(maildir), acknowledged(done)
    for name in names:
        name, count, *removes = name.split(":")
        for number in range(int(count)):
            for kind in "plain", "response":
                one = f"{kind}.{name}.{number}"
                removable = bool(removes) and number % 3 == 1
                if why := wrong_with(one, found.get(one, []), told.get(one, []), removable):
                    print(one, why, told.get(one, []))


def work(maildir, name):
    """How much mutt has done: messages that it flagged, and that it removed."""
    places = {n: p for n, p in on_disk(maildir).items() if n.split(".")[1] == name}
    print(sum("R" in flags for p in places.values() for _, flags, _ in p),
          sum(1 for number in range(1, 1000, 3) if f"plain.{name}.{number - 1}" in places and f"plain.{name}.{number}" not in places))


def seen(maildir):
    disk = sorted((name, folder, "".join(sorted(flags))) for name, places in on_disk(maildir).items()
                  for folder, flags, _ in places)
    shown = []
    for folder in FOLDERS:
        server = connect(folder)
        names = dict(ids(server))
        _, found = server.uid("FETCH", "1:*", "(UID FLAGS)")
        for item in found or []:
            flags = [IMAP_FLAGS[f.decode()] for f in imaplib.ParseFlags(item) if f.decode() in IMAP_FLAGS]
            shown.append((names[re.search(rb"UID (\d+)", item).group(1).decode()], folder, "".join(sorted(flags))))
        server.logout()
    for one in set(disk) ^ set(shown):
        print(*one, "disk" if one in disk else "server")


{f.__name__: f for f in (deliver, imap, mutt, check, work, seen)}[sys.argv[1]](*sys.argv[2:])
