#!/usr/bin/env python3
"""A remote SMTP server for tests: refuses, defers or takes recipients by their local part.

usage: smtp_sink.py PORT FOLDER [ADDRESS]

refuse@... gets 550, later@... 451, full@... 552, silent@... no answer at all; anything else is taken
and kept as FOLDER/N.eml. Listens on 127.0.0.1 unless told and says "ready" on standard output.
"""
import os
import socketserver
import sys
import threading

REPLIES = {
    "refuse": "550 5.1.1 <%s>: Recipient address rejected: User unknown",
    "later": "451 4.7.1 <%s>: Greylisted, try again later",
    "full": "552 5.2.2 <%s>: Mailbox full",
}
lock = threading.Lock()
count = 0


class Session(socketserver.StreamRequestHandler):
    def say(self, text):
        self.wfile.write(text.encode() + b"\r\n")
        self.wfile.flush()

    def recipient(self, argument):
        address = argument.partition("<")[2].partition(">")[0]
        local = address.partition("@")[0]
        if local == "silent":
            threading.Event().wait()
        self.say(REPLIES[local] % address if local in REPLIES else "250 2.1.5 ok")

    def data(self):
        global count
        self.say("354 go ahead")
        lines = []
        while (line := self.rfile.readline()) not in (b"", b".\r\n", b".\n"):
            lines.append(line[1:] if line.startswith(b".") else line)
        with lock:
            count += 1
            name = os.path.join(sys.argv[2], "%d.eml" % count)
        with open(name + ".tmp", "wb") as f:
            f.write(b"".join(lines))
        os.rename(name + ".tmp", name)
        self.say("250 2.0.0 taken as %d" % count)

    def handle(self):
        self.say("220 far.test ESMTP")
        while line := self.rfile.readline():
            verb, _, argument = line.decode("latin-1").strip().partition(" ")
            verb = verb.upper()
            if verb == "EHLO":
                self.say("250-far.test\r\n250-ENHANCEDSTATUSCODES\r\n250 8BITMIME")
            elif verb == "RCPT":
                self.recipient(argument)
            elif verb == "DATA":
                self.data()
            elif verb == "QUIT":
                self.say("221 2.0.0 bye")
                return
            else:
                self.say("250 2.0.0 ok")


class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True


if __name__ == "__main__":
    os.makedirs(sys.argv[2], exist_ok=True)
    address = sys.argv[3] if len(sys.argv) > 3 else "127.0.0.1"
    with Server((address, int(sys.argv[1])), Session) as server:
        print("ready", flush=True)
        server.serve_forever()
