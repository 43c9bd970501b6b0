# An IMAP server over TLS that takes logins by token, and says exactly what it was told:
# imap_token_server.py CERT KEY DIR. Its port is in DIR/port once it listens. What it does with a
# connection stands in DIR/kind, words of:
#
#   ir        has SASL-IR
#   refuse    answers the token with the reason in JSON, then NO
#   busy      answers the token with NO [UNAVAILABLE]
#   twice     asks once more behind the answer to the reason
#   mute      closes the connection behind the token
#
# What it is told is in DIR/told: a line for each command without its tag, base64 decoded and ^A for
# the control character, and "answer" with what the client answers the reason with, as it stands.
import base64, os, socket, ssl, sys

cert, key, folder = sys.argv[1:4]
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(cert, key)
listener = socket.create_server(("127.0.0.1", 0))
told = open(folder + "/told", "a", buffering=1)
reason = b'{"status":"invalid_token","scope":"mail"}'


def decoded(text):
    """What base64 text means; it must be base64 to the letter, on one line."""
    plain = base64.b64decode(text, validate=True)
    if base64.b64encode(plain) != text:
        raise ValueError("no canonical base64")
    return plain.decode().replace("\x01", "^A")


def read_line(lines):
    line = lines.readline()
    if line and not line.endswith(b"\r\n"):
        raise ValueError("no CRLF")
    return line[:-2]


def authenticate(c, lines, tag, words, kind):
    """True when the client is logged in."""
    if len(words) == 2:
        c.sendall(b"+ \r\n")
        told.write(words[0].decode() + " " + words[1].decode() + "\n")
        told.write("response " + decoded(read_line(lines)) + "\n")
    else:
        told.write(b" ".join(words[:2]).decode() + " " + decoded(words[2]) + "\n")
    if "mute" in kind:
        raise OSError("enough")
    if "busy" in kind:
        c.sendall(tag + b" NO [UNAVAILABLE] the token cannot be looked at now\r\n")
        return False
    if "refuse" in kind or "twice" in kind:
        c.sendall(b"+ " + base64.b64encode(reason) + b"\r\n")
        told.write("answer '" + read_line(lines).decode() + "'\n")
        if "twice" in kind:
            c.sendall(b"+ \r\n")
            told.write("answer '" + read_line(lines).decode() + "'\n")
        c.sendall(tag + b" NO [AUTHENTICATIONFAILED] the token does not hold\r\n")
        return False
    c.sendall(b"* CAPABILITY IMAP4rev1\r\n" + tag + b" OK logged in\r\n")
    return True


def serve(c, kind):
    lines = c.makefile("rb")
    c.sendall(b"* OK hello\r\n")
    while line := read_line(lines):
        tag, *words = line.split(b" ")
        if words[0] == b"AUTHENTICATE":
            authenticate(c, lines, tag, words, kind)
            continue
        told.write(b" ".join(words).decode() + "\n")
        if words[0] == b"CAPABILITY":
            c.sendall(b"* CAPABILITY IMAP4rev1%s AUTH=XOAUTH2 AUTH=OAUTHBEARER\r\n"
                      % (b" SASL-IR" if "ir" in kind else b""))
        if words[0] in (b"SELECT", b"EXAMINE"):
            c.sendall(b"* 0 EXISTS\r\n* OK [UIDVALIDITY 7] x\r\n* OK [UIDNEXT 1] x\r\n")
        c.sendall(tag + b" OK done\r\n")


with open(folder + "/port.new", "w") as f:
    f.write(str(listener.getsockname()[1]))
os.rename(folder + "/port.new", folder + "/port")
while True:
    raw, _ = listener.accept()
    with open(folder + "/kind") as f:
        kind = f.read().split()
    try:
        with context.wrap_socket(raw, server_side=True) as c:
            serve(c, kind)
    except ValueError as e:
        told.write("wrong: %s\n" % e)
    except (OSError, ssl.SSLError):
        pass
