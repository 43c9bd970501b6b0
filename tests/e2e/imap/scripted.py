#!/usr/bin/env python3
"""An IMAP server with mailboxes in memory over TLS, which fails where it is told to.

    scripted.py CERTIFICATE KEY STATE

In the folder STATE: "port" is written with the port it listens on; "inbox/" holds the messages it
begins with, named by their UIDs, "sent" names the mailbox of sent mail if there is one. At each
connection "fault" is read: what goes wrong on it, none when empty. "log" gets a line for each
command without its tag, "mail" a line for each message that is anywhere, when a connection ends:
FOLDER UID FLAGS MESSAGE-ID.

Faults; the first message whose header is asked for is the one that is meant:

    huge      its header is said to have 10 GB, and bytes come without end
    eof       the connection ends within its header
    less      its header is shorter than said, so that what follows is taken for it
    more      its header is longer than said
    lines     5,000,000 untagged lines come in answer to SELECT, N lines with "lines N TEXT"
    nil       NIL instead of each header          wholenil  ... of each whole message
    nothing   no answer for any message           expunged  ... and they are gone then
    stop VERB the connection ends when a command of that name has been done, without an answer
    no VERB   ... is not done, and is answered with NO
    say VERB LINE|LINE...     these lines come before those of its own
    also VERB LINE|LINE...    ... behind them
    only VERB LINE|LINE...    ... instead of them

"marked" holds UIDs in INBOX that somebody marks \Deleted before the next connection, and the message
"arrived" comes there.
"abilities" holds further words of CAPABILITY: MOVE and UIDPLUS are also done."""
import os
import re
import socket
import ssl
import sys


class Mailbox:
    def __init__(self):
        self.messages, self.next, self.validity = {}, 1, 7

    def add(self, message, flags=()):
        self.messages[self.next] = [message, set(flags)]
        self.next += 1
        return self.next - 1


class End(Exception):
    pass


class Server:
    def __init__(self, state):
        self.state = state
        self.boxes = {"INBOX": Mailbox()}
        inbox = self.boxes["INBOX"]
        for name in sorted(os.listdir(f"{state}/inbox"), key=int):
            inbox.next = int(name)
            self.put(inbox, f"inbox/{name}")
        self.abilities = self.read("abilities").split()
        self.subscribed = set()

    def put(self, box, name):
        with open(f"{self.state}/{name}", "rb") as f:
            box.add(f.read().replace(b"\r\n", b"\n").replace(b"\n", b"\r\n"))

    def read(self, name):
        try:
            with open(f"{self.state}/{name}") as f:
                return f.read().strip()
        except FileNotFoundError:
            return ""

    def tell(self, name, lines):
        with open(f"{self.state}/{name}.new", "w") as f:
            f.write("".join(line + "\n" for line in lines))
        os.rename(f"{self.state}/{name}.new", f"{self.state}/{name}")

    def tell_mail(self):
        lines = []
        for folder, box in sorted(self.boxes.items()):
            for uid, (message, flags) in sorted(box.messages.items()):
                found = re.search(rb"(?im)^message-id: *<([^>@]*)", message)
                lines.append(" ".join([folder, str(uid), *sorted(flags), found.group(1).decode() if found else "-"]))
        self.tell("mail", lines)

    # --- one connection ---
    def serve(self, c):
        self.c, self.box, self.fault = c, None, self.read("fault")
        for uid in self.read("marked").split():
            if int(uid) in self.boxes["INBOX"].messages:
                self.boxes["INBOX"].messages[int(uid)][1].add("\\Deleted")
        if os.path.exists(f"{self.state}/arrived"):
            self.put(self.boxes["INBOX"], "arrived")
            os.remove(f"{self.state}/arrived")
        asks = c.makefile("rb")
        self.send(b"* OK hello")
        for line in asks:
            tag, rest = line.decode("latin-1").rstrip("\r\n").split(" ", 1)
            words = rest.split()
            uid = words[0].upper() == "UID"
            verb = words[1 if uid else 0].upper()
            with open(f"{self.state}/log", "a") as f:
                f.write((verb if verb == "AUTHENTICATE" else rest) + "\n")
            do = getattr(self, "do_" + verb.lower(), lambda r: "BAD what")
            if self.fault == f"no {verb}":
                do = lambda r: "NO not now"  # noqa: E731
            kind, _, lie = self.fault.partition(" ")
            lines = lie[len(verb) + 1:].split("|") if lie.startswith(verb + " ") else []
            self.lie(lines if kind in ("say", "only") else [])
            if kind == "only" and lines:
                do = self.do_nothing
            answer = do(rest.split(" ", 2)[2] if uid else rest.partition(" ")[2])
            self.lie(lines if kind == "also" else [])
            if self.fault == f"stop {verb}":
                raise End
            self.send(f"{tag} {answer or 'OK done'}".encode())
            if verb == "LOGOUT":
                return

    def send(self, line):
        self.c.sendall(line + b"\r\n")

    def lie(self, lines):
        for line in lines:
            self.send(line.encode("latin-1"))

    def do_nothing(self, _):
        pass

    def do_capability(self, _):
        self.send(("* CAPABILITY IMAP4rev1 SASL-IR AUTH=PLAIN " + " ".join(self.abilities)).encode().rstrip())

    do_authenticate = do_nothing

    def do_logout(self, _):
        self.send(b"* BYE then")

    def do_list(self, rest):
        words = re.findall(r'"[^"]*"|\S+', rest)
        if words[1] == '""':
            self.send(b'* LIST (\\Noselect) "/" ""')
            return
        for line in self.read("special").splitlines():
            self.send(b"* LIST " + line.encode())
        for name in self.boxes:
            if f'"{name}"' not in self.read("special"):
                self.send(f'* LIST () "/" "{name}"'.encode())

    def do_select(self, rest):
        name = rest.strip('"')
        if name not in self.boxes:
            return "NO none of that name"
        self.box = self.boxes[name]
        if self.fault.startswith("lines"):
            words = self.fault.split(" ", 2)
            line = (words[2] if len(words) > 2 else "* OK x").encode() + b"\r\n"
            left = int(words[1]) if len(words) > 1 else 5000000
            while left > 0:
                self.c.sendall(line * min(left, 5000))
                left -= 5000
        self.send(f"* {len(self.box.messages)} EXISTS".encode())
        self.send(f"* OK [UIDVALIDITY {self.box.validity}] x".encode())
        self.send(f"* OK [UIDNEXT {self.box.next}] x".encode())
        return None

    do_examine = do_select

    def do_status(self, rest):
        name = re.findall(r'"[^"]*"|\S+', rest)[0].strip('"')
        if name not in self.boxes:
            return "NO none of that name"
        self.send(f'* STATUS "{name}" (UIDNEXT {self.boxes[name].next})'.encode())
        return None

    def do_create(self, rest):
        self.boxes.setdefault(rest.strip('"'), Mailbox())

    def do_subscribe(self, rest):
        self.subscribed.add(rest.strip('"'))

    def chosen(self, words, numbers=None):
        """The UIDs of a set, in order."""
        numbers = sorted(self.box.messages) if numbers is None else numbers
        top = numbers[-1] if numbers else 0
        found = set()
        for item in words.split(","):
            first, _, last = item.partition(":")
            first = top if first == "*" else int(first)
            last = top if last == "*" else int(last or first)
            found |= {n for n in numbers if min(first, last) <= n <= max(first, last)}
        return sorted(found)

    def do_search(self, rest):
        words = rest.upper().split()
        if words[0] == "UID":
            uids = self.chosen(words[1])
        else:
            places = {i: u for i, u in enumerate(sorted(self.box.messages), 1)}
            uids = [places[i] for i in self.chosen(words[0], sorted(places))]
        self.send(("* SEARCH " + " ".join(map(str, uids))).rstrip().encode())

    def do_fetch(self, rest):
        words, what = rest.split(" ", 1)
        whole = "BODY.PEEK[]" in what.upper()
        gone = []
        for place, uid in enumerate(sorted(self.box.messages), 1):
            if uid not in self.chosen(words):
                continue
            if self.fault in ("nothing", "expunged"):
                gone.append(uid)
                continue
            message, flags = self.box.messages[uid]
            part = message if whole else message[:message.index(b"\r\n\r\n") + 4]
            kind = "" if whole else "HEADER"
            start = (f"* {place} FETCH (UID {uid} RFC822.SIZE {len(message)} FLAGS ({' '.join(sorted(flags))}) "
                     f'INTERNALDATE " 2-Nov-2026 10:00:00 +0000" ').encode()
            if "BODYSTRUCTURE" in what.upper():
                start += self.structure(message)
            start += f"BODY[{kind}]<0> ".encode()
            if self.fault == ("wholenil" if whole else "nil"):
                self.send(start + b"NIL)")
            else:
                self.literal(start, part)
        if self.fault == "expunged":
            for uid in gone:
                del self.box.messages[uid]

    @staticmethod
    def structure(message):
        if b"multipart/report" not in message:
            return b'BODYSTRUCTURE ("TEXT" "PLAIN" NIL NIL NIL "7BIT" 9 1) '
        return (b'BODYSTRUCTURE (("TEXT" "PLAIN" NIL NIL NIL "7BIT" 9 1)("MESSAGE" "DELIVERY-STATUS" NIL NIL NIL "7BIT" 9)'
                b'("TEXT" "RFC822-HEADERS" NIL NIL NIL "7BIT" 9 1) "REPORT" ("REPORT-TYPE" "delivery-status") NIL NIL) ')

    def literal(self, start, part):
        size = len(part)
        if self.fault == "huge":
            self.send(start + b"{10737418240}")
            while True:
                self.c.sendall(b"x" * 65536)
        if self.fault == "eof":
            self.c.sendall(start + f"{{{size}}}\r\n".encode() + part[:size // 2])
            raise End
        said = size + {"less": 90, "more": -90}.get(self.fault, 0)
        self.send(start + f"{{{said}}}\r\n".encode() + part + b")")
        if self.fault == "less":
            self.send(b"* OK so\r\n" * 100)

    # --- moving ---
    def copy(self, rest, keep):
        words, name = re.findall(r'"[^"]*"|\S+', rest)[:2]
        name, pairs = name.strip('"'), []
        if name not in self.boxes:
            return "NO [TRYCREATE] none of that name"
        for uid in self.chosen(words):
            message, flags = self.box.messages[uid]
            pairs.append((uid, self.boxes[name].add(message, flags)))
            if not keep:
                del self.box.messages[uid]
        if not pairs or "UIDPLUS" not in self.abilities:
            return None
        old, new = (",".join(str(p[i]) for p in pairs) for i in (0, 1))
        code = f"[COPYUID {self.boxes[name].validity} {old} {new}]"
        if keep:
            return f"OK {code} done"
        self.send(f"* OK {code} moved".encode())
        return None

    def do_copy(self, rest):
        return self.copy(rest, True)

    def do_move(self, rest):
        return self.copy(rest, False) if "MOVE" in self.abilities else "BAD what"

    def do_store(self, rest):
        words, _, flags = rest.split(" ", 2)
        for uid in self.chosen(words):
            self.box.messages[uid][1].update(flags.strip("()").split())

    def do_expunge(self, rest):
        if "UIDPLUS" not in self.abilities or not rest:
            return "BAD what"
        for uid in self.chosen(rest):
            if "\\Deleted" in self.box.messages[uid][1]:
                del self.box.messages[uid]
        return None


def main(kind=Server):
    certificate, key, state = sys.argv[1:4]
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    listener = socket.create_server(("127.0.0.1", 0), backlog=8)
    server = kind(state)
    server.tell_mail()
    server.tell("port", [str(listener.getsockname()[1])])
    while True:
        raw, _ = listener.accept()
        try:
            with context.wrap_socket(raw, server_side=True) as c:
                server.serve(c)
        except (OSError, ValueError, End):
            pass
        raw.close()
        server.tell_mail()


if __name__ == "__main__":
    main()
