#!/usr/bin/env python3
"""Sweeps a mailbox again and again, each time interrupted at another point, and looks after each
what the next run makes of it.

    interrupt.py PREFIX SENT HOW...    folder prefix and mailbox of sent mail on the server

Between backsift and the server on port 993 stands a proxy on port 1993 that ends TLS on both sides,
so that it sees commands and answers. In every round fresh messages are put into the inbox, one sweep
is interrupted, a second is not, and then each message must stand once where it belongs, with its
flags and date, none be marked \\Deleted but by its owner, and each response be once in the journal,
at its place on the server; one that is counted must be counted once. HOW is any of

    half    the connection is cut in the middle of the answer to a command, for every command
    lost    ... once the server has done a command that changes something, and none of its answer is
            passed on
    unsent  ... in the middle of such a command on its way to the server
    kill    backsift is killed (SIGKILL) when the server has done such a command
    restart the server is stopped as soon as it is given such a command, or one for messages, and
            started again; what it has said by then is passed on

For a restart "again" is written into the pipe IMAP_AGAIN/ask, and a line is awaited from
IMAP_AGAIN/told.

Prints what is wrong, and in the end how many rounds there were and for how many backsift said that
it must run again."""
import json
import os
import re
import signal
import socket
import sqlite3
import ssl
import subprocess
import sys
import threading

sys.path.insert(0, os.path.dirname(__file__))
import mailbox  # noqa: E402  (the one beside this file)

CHANGING = {"CREATE", "SUBSCRIBE", "MOVE", "COPY", "STORE", "EXPUNGE"}
PORT = 1993


def again():
    """The server anew."""
    pipes = os.environ["IMAP_AGAIN"]
    with open(f"{pipes}/ask", "w", encoding="ascii") as ask:
        ask.write("again\n")
    with open(f"{pipes}/told", encoding="ascii") as told:
        told.readline()


class Proxy:
    """One connection after the other. The plan is (how, N): what happens at the Nth command."""

    def __init__(self, work):
        self.inside = ssl.create_default_context(cafile=f"{work}/ca.pem")
        self.outside = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.outside.load_cert_chain(f"{work}/good.pem", f"{work}/good.key")
        self.listener = socket.create_server(("127.0.0.1", PORT), backlog=8)
        self.plan, self.program, self.commands, self.struck = None, None, [], False
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        while True:
            raw, _ = self.listener.accept()
            try:
                client = self.outside.wrap_socket(raw, server_side=True)
                server = self.inside.wrap_socket(
                    socket.create_connection(("127.0.0.1", 993)), server_hostname="localhost")
                self.relay(client, server)
            except OSError:
                pass
            raw.close()

    def relay(self, client, server):
        asks, answers = client.makefile("rb"), server.makefile("rb")
        with client, server:
            client.sendall(answers.readline())
            self.commands = []
            for line in asks:
                words = line.decode("latin-1").upper().split()
                verb = words[2] if words[1] == "UID" else words[1]
                self.commands.append(verb)
                how = self.plan[0] if self.plan and self.plan[1] == len(self.commands) else None
                if how == "unsent":
                    server.sendall(line[:len(line) // 2])
                    return self.strike()
                server.sendall(line)
                if how == "restart":
                    again()
                    client.sendall(answers.read())
                    return self.strike()
                answer = self.answer(answers, words[0], client, asks, server, how)
                if how == "kill":
                    self.program.send_signal(signal.SIGKILL)
                if how in ("kill", "lost"):
                    return self.strike()
                if how == "half":
                    client.sendall(answer[:len(answer) // 2])
                    return self.strike()
                client.sendall(answer)
                if verb == "LOGOUT":
                    return None

    def strike(self):
        self.struck = True

    @staticmethod
    def answer(answers, tag, client, asks, server, how):
        """All of the answer to one command; a literal in it is no line of its own."""
        whole = b""
        while True:
            line = answers.readline()
            whole += line
            if line.rstrip().endswith(b"}") and b"{" in line:
                whole += answers.read(int(line[line.rindex(b"{") + 1:line.rindex(b"}")].rstrip(b"+")))
            elif line.startswith(b"+"):
                if how == "half":
                    return whole
                client.sendall(whole)
                whole = b""
                server.sendall(asks.readline())
            elif not line or line.upper().startswith(tag.encode() + b" "):
                return whole


class Rounds:
    def __init__(self, prefix, sent):
        self.prefix, self.sent = prefix, sent
        self.proxy = Proxy(os.environ["IMAP_WORK"])
        self.backsift = os.environ["BACKSIFT"]
        self.samples = {k: open(f"{os.environ['IMAP_WORK']}/{k}.eml", "rb").read()
                        for k in ("bounce", "plain", "sent")}
        self.server = mailbox.login()
        self.journal = sqlite3.connect(f"{os.environ['HOME']}/.local/state/backsift/backsift.db")
        self.count, self.again, self.wrong = 0, 0, 0

    def sample(self, kind, name):
        return self.samples[kind].replace(b"NAME", name.encode()).replace(b"\n", b"\r\n")

    def empty(self, fresh):
        for folder in (self.sent, self.prefix + "Bounces", self.prefix + "Backscatter", "INBOX"):
            answer, count = self.server.select(mailbox.quoted(folder))
            if answer == "OK" and int(count[0]) > 0:
                self.server.store("1:*", "+FLAGS.SILENT", "(\\Deleted)")
                self.server.expunge()
        if fresh:
            self.server.delete(mailbox.quoted(self.prefix + "Bounces"))

    def fill(self, n):
        date = '" 2-Nov-2026 10:00:00 +0000"'
        put = lambda *a: mailbox.put(self.server, *a)  # noqa: E731
        put(self.sent, self.sample("sent", f"known{n}"))
        put("INBOX", self.sample("bounce", f"known{n}"), "(\\Seen \\Flagged)", date)
        put("INBOX", self.sample("plain", f"mail{n}"), None, date)
        put("INBOX", self.sample("plain", f"gone{n}"), "(\\Deleted)", date)
        put("INBOX", self.sample("bounce", f"forged{n}"), None, date)

    def sweep(self):
        self.proxy.struck = False
        with subprocess.Popen([self.backsift, "sweep", "imap:work"], stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as program:
            self.proxy.program = program
            out, _ = program.communicate(timeout=60)
        return program.returncode, out.decode().strip()

    def events(self):
        return json.loads(subprocess.check_output([self.backsift, "index", "stats", "--json"]))["journal_events"]

    def places(self):
        """The messages at the places of the last two events."""
        rows = self.journal.execute("SELECT folder, file FROM journal ORDER BY number DESC LIMIT 2").fetchall()
        return sorted(f"{folder}: {self.at(*re.fullmatch('(.*);UIDVALIDITY=(.*)/;UID=(.*)', file).groups())}"
                      for folder, file in rows)

    def at(self, folder, validity, uid):
        if self.server.select(mailbox.quoted(folder), readonly=True)[0] != "OK":
            return "no such folder"
        if self.server.untagged_responses["UIDVALIDITY"][-1].decode() != validity:
            return "numbered anew"
        answer = self.server.uid("FETCH", uid, "(BODY.PEEK[HEADER.FIELDS (MESSAGE-ID)])")[1][0]
        return re.search(rb"<([^>@]*)", answer[1]).group(1).decode() if answer else "not there"

    def strays(self, n):
        """How often the bounce to a recipient that was never written to has been counted."""
        asked = [self.backsift, "index", "lookup", "--json", f"known{n}@example.org"]
        return json.loads(subprocess.check_output(asked))["strays"]

    def seen(self, n):
        def of(folder):
            return [(m[0], m[1], m[2].split()[1][:5]) for m in mailbox.messages(self.server, folder)]
        return {"INBOX": of("INBOX"), "Bounces": of(self.prefix + "Bounces"),
                "Backscatter": of(self.prefix + "Backscatter"), "places": self.places(), "strays": self.strays(n)}

    @staticmethod
    def wanted(n):
        return {"INBOX": [(f"gone{n}", "\\Deleted", "10:00"), (f"mail{n}", "", "10:00")],
                "Bounces": [(f"bounce-known{n}", "\\Flagged \\Seen", "10:00")],
                "Backscatter": [(f"bounce-forged{n}", "", "10:00")],
                "places": [f"Backscatter: bounce-forged{n}", f"Bounces: bounce-known{n}"],
                "strays": 1}

    def one(self, how, at, fresh):
        """A round; at 0 nothing is interrupted. fresh: the folder Bounces is not there. What backsift
        asked of the server."""
        self.count += 1
        n = self.count
        self.empty(fresh)
        self.fill(n)
        before = self.events()
        self.proxy.plan = (how, at)
        code, out = self.sweep()
        commands, struck = list(self.proxy.commands), self.proxy.struck
        self.proxy.plan = None
        if how == "restart":
            self.server = mailbox.login()
        last = commands[-1] if commands else ""
        if at and not struck:
            self.complain(f"{how} {at}: was not interrupted: {out}")
        elif at and how != "kill" and last != "LOGOUT" and not (how == "restart" and code == 0):
            self.again += code == 75
            if code != 75 or "backsift: imap:work: " not in out:
                self.complain(f"{how} {last} ({at}): code {code}: {out}")
        if at:
            code, out = self.sweep()
        if code != 0:
            self.complain(f"{how} {last} ({at}): the next run ends with {code}: {out}")
        seen, wanted, events = self.seen(n), self.wanted(n), self.events() - before
        if seen != wanted or events != 2:
            self.complain(f"{how} {last} ({at}): {events} events, {seen}, not {wanted}")
        return commands

    def complain(self, words):
        self.wrong += 1
        print(words)

    def run(self, ways):
        making = {"CREATE", "SUBSCRIBE"}
        first, whole = self.one("", 0, True), self.one("", 0, False)
        for how in ways:
            for at, verb in enumerate(first, 1):
                if verb in making:
                    self.one(how, at, True)
            for at, verb in enumerate(whole, 1):
                if how == "half" or verb in CHANGING or (how == "restart" and verb == "FETCH"):
                    self.one(how, at, False)
        print(f"{self.count} rounds: {self.wrong} wrong; {self.again} times to be run again")


def main():
    prefix, sent, *ways = sys.argv[1:]
    Rounds(prefix, sent).run(ways)


if __name__ == "__main__":
    main()
