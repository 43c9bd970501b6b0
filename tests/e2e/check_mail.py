#!/usr/bin/env python3
"""Reads a mail by Python's own parser and fails on what RFC 5322, 2045 and 2046 forbid."""
import email
import email.policy
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
html = message.get_body(("html",)).get_content()
assert text.startswith("backsift digest for "), text[:80]
assert html.startswith("<!DOCTYPE html>") and html.rstrip().endswith("</html>"), html[-80:]
