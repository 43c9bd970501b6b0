#!/usr/bin/env python3
"""Writes bounces and autoreplies into a folder in which every value is an attack: on terminals, on
HTML, on header fields, on MIME boundaries, on the patience of the reader."""
import os
import sys

attacks = [
    b"<script>alert(1)</script><img src=x onerror=alert(1)> \"'&lt;",
    b"=?UTF-8?Q?a=0D=0ABcc:_victim@far.example=0D=0A=0D=0Abody?=",
    b"=?UTF-8?Q?=1B]0;title=07=1B[2J=C2=9B31m?=",
    "safe\u202egpj.exe \u2066\u200f\u061c".encode(),
    b"\xff\xfe\xc0\xaf\xed\xa0\x80 broken UTF-8",
    b"https://evil.example/?a=1 www.evil.example javascript://x",
    ("z" + "\u0301" * 500).encode(),
    b"=?UTF-8?Q?=0A--=3D=5Fbacksift=0A--=3D=5Fbacksift--=0A.=0A?=",
    b"'; rm -rf ~ #`id`$(id)",
    b"W" * 1_000_000,
]

BOUNCE = b"""Return-Path: <>
From: MAILER-DAEMON@mx.far.example (%(a)s)
To: ada@shop.example
Subject: Undelivered Mail %(a)s
Message-ID: <b%(n)d@mx.far.example>
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="limit"

--limit
Content-Type: text/plain

%(a)s
--limit
Content-Type: message/delivery-status

Reporting-MTA: dns; %(a)s

Final-Recipient: rfc822; victim@far.example
Original-Recipient: rfc822; %(a)s
Action: failed
Status: 5.1.1 %(a)s
Diagnostic-Code: smtp; 550 5.1.1 %(a)s

--limit
Content-Type: text/rfc822-headers

From: %(a)s <ada@shop.example>
To: victim@far.example
Date: %(a)s
Subject: %(a)s
Message-ID: <%(id)s@shop.example>

--limit--
"""
AUTOREPLY = b"""Return-Path: <>
From: "%(a)s" <x@far.example>
To: ada@shop.example
Subject: Automatic reply: %(a)s
Message-ID: <r%(n)d@far.example>
In-Reply-To: <%(id)s@shop.example>
Auto-Submitted: auto-replied

%(a)s
"""

os.mkdir(sys.argv[1])
for n, attack in enumerate(attacks):
    for name, form in (("bounce", BOUNCE), ("autoreply", AUTOREPLY)):
        for kind, original in (("ours", b"evil"), ("forged", b"spam-%d" % n)):
            path = os.path.join(sys.argv[1], "%02d-%s-%s" % (n, name, kind))
            with open(path, "wb") as out:
                out.write(form % {b"a": attack, b"n": n, b"id": original})
