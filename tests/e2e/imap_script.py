# An IMAP server of a few lines over TLS that does what its first argument says, for what no real server
# can be made to do on demand: imap_script.py KIND CERT KEY PORT LOG. Every command is a line in LOG
# without its tag, once it is answered (LOGOUT before: its answer ends the client), every connection a
# line "connection".
#
#   poll      has no IDLE
#   refuses   says it has IDLE, and answers BAD
#   early     news in one piece before, then behind, the word that the client may wait
#   chatty    much that is no news while the client waits, in pieces of one byte
#   dies      ends the first connection at once, the second while the client waits
#   mute      does not answer the end of an IDLE
#   slow      ends its answer to SELECT when the file LOG.go is there
#   nonext    says no UIDNEXT; there is one message, and a second comes while a search is answered that
#             is the first behind an EXAMINE
import os, socket, ssl, sys, time

kind, cert, key, port, log = sys.argv[1:6]
go = log + ".go"
log = open(log, "a", buffering=1)
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(cert, key)
listener = socket.socket()
listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
listener.bind(("127.0.0.1", int(port)))
listener.listen(5)
connections = idles = 0
messages, examined = 1 if kind == "nonext" else 0, False


def idle(c, lines, tag):
    """Answers IDLE; False when the connection is to end."""
    global idles
    idles += 1
    if kind == "refuses":
        c.sendall(tag + b" BAD what\r\n")
        log.write("IDLE\n")
        return True
    if kind == "early" and idles == 1:
        c.sendall(b"* 2 EXISTS\r\n* 1 RECENT\r\n+ idling\r\n")
    elif kind == "early" and idles == 2:
        c.sendall(b"+ idling\r\n* 3 EXISTS\r\n")
    else:
        c.sendall(b"+ idling\r\n")
    if kind == "chatty" and idles == 1:
        for byte in b"* OK still here\r\n* 1 FETCH (FLAGS (\\Seen))\r\n* 4 EXISTS\r\n":
            c.sendall(bytes([byte]))
    log.write("IDLE\n")
    if kind == "dies" and connections == 2:
        return False
    word = lines.readline().strip()
    log.write(word.decode() + "\n")
    if kind == "mute":
        lines.read()
    c.sendall(tag + b" OK done\r\n")
    return True


def search(c, words):
    global messages, examined
    numbers = words[-1].decode().partition(":")
    found = range(int(numbers[0]), (messages if numbers[1] else int(numbers[0])) + 1)
    c.sendall(("* SEARCH " + " ".join(map(str, found)) + "\r\n").encode())
    if examined and messages == 1:
        messages = 2
        c.sendall(b"* 2 EXISTS\r\n")


def fetch(c, words):
    header = b"Subject: lunch\r\n\r\n"
    c.sendall(
        b'* %s FETCH (UID %s RFC822.SIZE 18 FLAGS () INTERNALDATE " 2-Nov-2026 10:00:00 +0000" '
        b'BODYSTRUCTURE ("TEXT" "PLAIN" NIL NIL NIL "7BIT" 0 0) BODY[HEADER]<0> {%d}\r\n%s)\r\n'
        % (words[2], words[2], len(header), header)
    )


def serve(c):
    global examined
    lines = c.makefile("rb")
    c.sendall(b"* OK hello\r\n")
    for line in lines:
        tag, words = line.strip().split(b" ", 1)
        verb = words.split()[0]
        if verb == b"IDLE":
            if not idle(c, lines, tag):
                return
            continue
        if verb == b"CAPABILITY":
            c.sendall(b"* CAPABILITY IMAP4rev1 SASL-IR AUTH=PLAIN%s\r\n" % (b"" if kind == "poll" else b" IDLE"))
        if verb in (b"SELECT", b"EXAMINE"):
            c.sendall(b"* %d EXISTS\r\n* OK [UIDVALIDITY 7] x\r\n" % messages)
            if kind != "nonext":
                c.sendall(b"* OK [UIDNEXT 1] x\r\n")
            examined = verb == b"EXAMINE"
            if kind == "slow":
                log.write("begun\n")
                while not os.path.exists(go):
                    time.sleep(0.01)
        if words.startswith(b"UID SEARCH"):
            search(c, words.split())
        if words.startswith(b"UID FETCH"):
            fetch(c, words.split())
        if verb == b"LOGOUT":
            log.write("LOGOUT\n")
            c.sendall(b"* BYE then\r\n" + tag + b" OK done\r\n")
            return
        c.sendall(tag + b" OK done\r\n")
        log.write((words if verb != b"AUTHENTICATE" else verb).decode() + "\n")


while True:
    raw, _ = listener.accept()
    connections += 1
    log.write("connection\n")
    try:
        with context.wrap_socket(raw, server_side=True) as c:
            if kind != "dies" or connections > 1:
                serve(c)
    except (OSError, ssl.SSLError, ValueError):
        pass
