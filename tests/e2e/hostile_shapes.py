#!/usr/bin/env python3
"""Writes messages into a folder that exhaust parsers: by depth, number, length, and by what libraries
are known to fall over. The unit tests of message/ read the same shapes (test_message_hostile.c)."""
import base64
import os
import sys

HEAD = b"Return-Path: <>\nFrom: MAILER-DAEMON@far.example\nTo: ada@shop.example\nSubject: Undelivered Mail\n"
MIXED = b"Content-Type: multipart/mixed; boundary=b\n\n"
shapes = {
    "empty": b"",
    "a-line-end": b"\n",
    "a-nul": b"\0",
    "only-cr": HEAD.replace(b"\n", b"\r") + b"\rbody\r",
    "nul-in-header": HEAD + b"X: \0\0\nContent-Type: text/html\n\nbody\0",
    "no-final-newline": HEAD + b"\nbody",
    "no-colon": b"junk\n" + HEAD + b"\nbody\n",
    "from-lines": HEAD + b"\n" + b"From x@y  Thu Jan  1 00:00:00 2026\n" * 10000,
    "folded-first-line": b" folded\n" + HEAD + b"\nbody\n",
    "long-line": HEAD + b"X: " + b"0123456789" * 200000 + b"\n\nbody\n",
    "long-body-line": HEAD + b"\n" + b"x" * 20_000_000,
    "many-fields": HEAD + b"X: y\n" * 100000 + b"\nbody\n",
    "much-folding": HEAD + b"X: x" + b"\n y" * 400000 + b"\n\nbody\n",
    "many-parts": HEAD + MIXED + b"--b\n\n" * 1000000,
    "many-false-boundaries": HEAD + MIXED + b"--bx\n" * 1000000,
    "no-boundary": HEAD + b"Content-Type: multipart/mixed\n\n" + b"--%d\n" * 100000,
    "quote-boundary": HEAD + b'Content-Type: multipart/mixed; boundary="\\""\n\n--"\n\nx\n',
    "nested-multiparts": HEAD + b"".join(
        b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (i, i) for i in range(50000)),
    "nested-messages": HEAD + b"Content-Type: message/rfc822\n\n" * 100000,
    "nested-comments": b"From: " + b"(" * 200000 + b"\n" + HEAD + b"\nbody\n",
    "nested-angles": b"In-Reply-To: " + b"<" * 200000 + b"\n" + HEAD + b"\nbody\n",
    "many-ids": b"References: " + b"<a@b> " * 100000 + b"\n" + HEAD + b"\nbody\n",
    "cut-quoted-printable": HEAD + b"Content-Transfer-Encoding: quoted-printable\n\nx=4",
    "cut-base64": HEAD + b"Content-Transfer-Encoding: base64\n\n" + base64.b64encode(b"x" * 99)[:-3],
    "unknown-charset": HEAD + b"Content-Type: text/plain; charset=no-such\n\n\xff\xfe\n",
    "utf-7": HEAD + b"Content-Type: text/plain; charset=utf-7\n\n" + b"+A" * 100000,
    "html": HEAD + b"Content-Type: text/html\n\n" + b"<div>" * 200000 + b"&#x;" * 100000,
    "encoded-words": HEAD + b"X-S: " + b"=?UTF-8?Q?=" * 100000 + b"\n\nbody\n",
    "wide-report": HEAD + b'Content-Type: multipart/report; report-type=delivery-status; boundary=b\n\n--b\n\nx\n--b\n'
                   b"Content-Type: message/delivery-status\n\n"
                   + b"\nFinal-Recipient: rfc822; x@far.example\nAction: failed\nStatus: 5.1.1\n" * 50000 + b"\n--b--\n",
}

os.mkdir(sys.argv[1])
for name, message in shapes.items():
    with open(os.path.join(sys.argv[1], name), "wb") as out:
        out.write(message)
