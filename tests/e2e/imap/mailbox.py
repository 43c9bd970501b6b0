#!/usr/bin/env python3
"""What a test does to a mailbox on a server beside backsift, by IMAP, so that it is the same for all.

    mailbox.py put FOLDER [FLAGS [DATE]]   stores the message on standard input; the folder is made
    mailbox.py ids FOLDER                  the Message-IDs in it, sorted, in one line
    mailbox.py list FOLDER                 one line a message: Message-ID flags INTERNALDATE
    mailbox.py folders | subscribed        names of folders, one a line
    mailbox.py delete FOLDER
    mailbox.py raw COMMAND...              any command; prints the untagged answers

FOLDER is the server's own name. IMAP_PORT, IMAP_USER, IMAP_PASSWORD, IMAP_CA say where."""
import imaplib
import os
import re
import ssl
import sys

imaplib.Commands.setdefault("XRAW", ("AUTH", "SELECTED"))


def login():
    context = ssl.create_default_context(cafile=os.environ["IMAP_CA"])
    port = int(os.environ.get("IMAP_PORT", "993"))
    server = imaplib.IMAP4_SSL("localhost", port, ssl_context=context)
    server.login(os.environ["IMAP_USER"], os.environ["IMAP_PASSWORD"])
    return server


def quoted(name):
    return '"' + name.replace("\\", "\\\\").replace('"', '\\"') + '"'


def done(answer):
    if answer[0] != "OK":
        sys.exit(f"the server says {answer[0]}: {answer[1]}")
    return answer[1]


def put(server, folder, message, flags=None, date=None):
    if server.append(quoted(folder), flags, date, message)[0] != "OK":
        done(server.create(quoted(folder)))
        done(server.append(quoted(folder), flags, date, message))


def messages(server, folder):
    """(Message-ID, flags without \\Recent, INTERNALDATE) of each message."""
    if server.select(quoted(folder), readonly=True)[0] != "OK":
        return []
    what = "(FLAGS INTERNALDATE BODY.PEEK[HEADER.FIELDS (MESSAGE-ID)])"
    found = []
    for item in done(server.fetch("1:*", what)) if int(server.untagged_responses["EXISTS"][-1]) else []:
        if not isinstance(item, tuple):
            continue
        flags = {f.decode() for f in imaplib.ParseFlags(item[0])} - {"\\Recent"}
        date = re.search(rb'INTERNALDATE "([^"]*)"', item[0]).group(1).decode()
        name = re.search(rb"<([^>@]*)", item[1])
        found.append((name.group(1).decode() if name else "-", " ".join(sorted(flags)), date.strip()))
    return sorted(found)


def folders(server, subscribed=False):
    found = done(server.lsub('""', "*") if subscribed else server.list('""', "*"))
    names = []
    for line in found:
        if line:
            text = line.decode() if isinstance(line, bytes) else (line[0] + line[1]).decode()
            names.append(re.search(r'\) (?:"[^"]*"|NIL) (.*)$', text).group(1).strip('"'))
    return sorted(names)


def main():
    verb, *rest = sys.argv[1:]
    server = login()
    if verb == "put":
        flags, date = (rest[1:] + [None, None])[:2]
        put(server, rest[0], sys.stdin.buffer.read(), flags or None, f'"{date}"' if date else None)
    elif verb == "ids":
        print(*[m[0] for m in messages(server, rest[0])])
    elif verb == "list":
        for m in messages(server, rest[0]):
            print(*[x for x in m if x])
    elif verb in ("folders", "subscribed"):
        print(*folders(server, verb == "subscribed"), sep="\n")
    elif verb == "delete":
        done(server.delete(quoted(rest[0])))
    elif verb == "raw":
        tag = "RAW1"
        server.send(f"{tag} {' '.join(rest)}\r\n".encode())
        while not (line := server.readline()).startswith(tag.encode()):
            print(line.decode().rstrip())
        print(line.decode().rstrip())
    server.logout()


if __name__ == "__main__":
    main()
