#!/usr/bin/env python3
"""Reads a digest by Python's own parser and fails on what RFC 5322, 2045 and 2046 forbid, and on
whatever of a response has become a header field, a control character or markup."""
import email
import email.policy
import html.parser
import sys

raw = open(sys.argv[1], "rb").read()
assert raw.isascii(), "8-bit bytes"
head, _, body = raw.partition(b"\n\n")
for line in head.split(b"\n"):
    assert len(line) <= 78, line
for line in body.split(b"\n"):
    assert len(line) <= 76, line
message = email.message_from_bytes(raw, policy=email.policy.default)
for part in message.walk():
    assert not part.defects, part.defects
for name in ("Date", "From", "To", "Subject", "Message-ID", "List-Id", "Auto-Submitted"):
    assert len(message.get_all(name, [])) == 1, name
    assert not message[name].defects, (name, message[name].defects)
assert message["Date"].datetime is not None
assert message.get_content_type() == "multipart/alternative"
kinds = [part.get_content_type() for part in message.iter_parts()]
assert kinds == ["text/plain", "text/html"], kinds
text = message.get_body(("plain",)).get_content()
page = message.get_body(("html",)).get_content()
assert text.startswith("backsift digest for "), text[:80]
assert page.startswith("<!DOCTYPE html>") and page.rstrip().endswith("</html>"), page[-80:]

known = {"Date", "From", "To", "Subject", "Message-ID", "List-Id", "Auto-Submitted"}
known |= {"X-Backsift-Digest", "MIME-Version", "Content-Type"}
assert set(message.keys()) == known, message.keys()
for content in (text, page):
    for character in content:
        code = ord(character)
        assert code >= 0x20 or character == "\n", hex(code)
        assert not 0x7F <= code < 0xA0 and not 0x202A <= code <= 0x202E, hex(code)
        assert not 0x2066 <= code <= 0x2069 and code != 0x200F, hex(code)
    assert "://" not in content


class Markup(html.parser.HTMLParser):
    own = set("html head meta title style body table tr td p h1 h2 span br b bdi pre".split())

    def handle_starttag(self, tag, attributes):
        assert tag in self.own, tag
        for name, _ in attributes:
            assert name in {"lang", "charset", "name", "content", "class", "style", "role"}, name


Markup().feed(page)
