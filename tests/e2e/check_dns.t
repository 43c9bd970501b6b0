#!/bin/sh
# check --dns and [digest] dnsbl: what domains publish and block lists say, asked from a real name server;
# and one that never answers.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/e2e/private_root.sh
. "$(dirname "$0")/private_root.sh"
in_private_root nsd
command -v python3 >/dev/null || skip_all "needs python3"

# zone NAME RECORD...: served by nsd.
zone() {
    name=$1
    shift
    {
        echo "\$TTL 60"
        echo "@ IN SOA ns hostmaster 1 60 60 60 60"
        echo "@ IN NS ns"
        echo "ns IN A 127.0.0.1"
        printf '%s\n' "$@"
    } >"$T/$name.zone"
    printf 'zone:\n  name: %s\n  zonefile: %s\n' "$name" "$T/$name.zone" >>"$T/nsd.conf"
}
cat >"$T/nsd.conf" <<CONF
server:
  ip-address: 127.0.0.1
  username: ""
  pidfile: "$T/nsd.pid"
  zonesdir: "$T"
  database: ""
  xfrdfile: "$T/xfrd.state"
  zonelistfile: "$T/zone.list"
remote-control:
  control-enable: no
CONF
long=$(printf 'x%.0s' $(seq 250))
zone good.example '@ TXT "v=spf1 mx " "-all"' '@ TXT "site-verification=1"' \
    '_dmarc TXT "v=DMARC1; p=reject"' 'mail._domainkey TXT "v=DKIM1; p=MIGf"'
zone weak.example '@ TXT "v=spf1 mx ~all"' '_dmarc TXT "v=DMARC1; p=none"' \
    'mail._domainkey TXT "v=DKIM1; p="'
zone bare.example 'mail A 192.0.2.1'
zone long.example "@ TXT \"v=spf1 -all\"" "$(for i in 1 2 3 4 5 6 7 8; do echo "@ TXT \"$i$long\" \"$long\""; done)" \
    'alias._domainkey CNAME key' 'key TXT "p=MIGf"'
zone hostile.example '@ TXT "v=spf1 \027[2J\010 -all"' '_dmarc TXT "v=DMARC1; p=\027[31m"'

# Block lists: one as it should be, one that lists everything, one that refuses to answer.
six=$(python3 -c 'import ipaddress; print(ipaddress.ip_address("2001:db8::25").reverse_pointer[:-9])')
zone bl.example '7.100.51.198 A 127.0.0.2' "$six A 127.0.0.4" '9.100.51.198 A 203.0.113.1'
zone all.example '* A 127.0.0.2'
zone refuse.example '* A 127.255.255.254'

nsd -d -c "$T/nsd.conf" 2>"$T/nsd.log" &
server=$!
on_exit "kill $server 2>/dev/null"
# shellcheck disable=SC2317
listens() { python3 -c 'import socket; socket.create_connection(("127.0.0.1", 53), 1)'; }
wait_for 20 listens || { sed 's/^/# /' "$T/nsd.log"; skip_all "nsd does not start here"; }

mkdir -p "$HOME/.config/backsift" "$HOME/Maildir/cur" "$HOME/Maildir/new" "$HOME/Maildir/tmp"
rm -f /etc/resolv.conf
check() {
    printf 'nameserver %s\n' "$1" >/etc/resolv.conf
    printf '[own]\ndomain = %s\n' "$2" >"$HOME/.config/backsift/backsift.conf"
    shift 2
    "$BACKSIFT" check --dns "$@" 2>&1 | grep -E ' (spf|dkim|dmarc|dns) ' >"$T/out"
}
line() { grep " $1 " "$T/out"; }

check 127.0.0.1 good.example --selector mail
like "$(line spf)" "ok *good.example: SPF ends in -all*" "strings of one record are joined"
like "$(line dmarc)" "ok *good.example: DMARC asks*" "a policy that holds mail back is good"
like "$(line dkim)" "ok *mail._domainkey.good.example: the DKIM key is there" "the key is there"
check 127.0.0.1 sub.good.example
like "$(line spf)" "warning *there is no SPF*" "a name that does not exist has no record"
like "$(line dmarc)" "ok *sub.good.example: DMARC asks*" "but is under its organisation's policy"
like "$(line dkim)" "note *--selector*" "without selectors it is said how to name one"
check 127.0.0.1 weak.example -s mail -s other
like "$(line spf)" "warning *~all*" "softfail is weak"
like "$(line dmarc)" "warning *policy none*" "policy none is weak"
like "$(line dkim)" "warning *mail._domain*revoked*other._domain*there is no DKIM key*" "keys that count for nothing"
check 127.0.0.1 bare.example
like "$(line spf)$(line dmarc)" "*no SPF record*no DMARC record*" "nothing published"
check 127.0.0.1 long.example -s alias
like "$(line spf)" "ok *SPF ends in -all*" "an answer too long for a datagram is read"
like "$(line dkim)" "ok *the DKIM key is there" "so is a key behind an alias"
check 127.0.0.1 hostile.example
is "$(tr -d '[:print:]\n' <"$T/out" | wc -c)" 0 "no control character reaches the terminal"
check 127.0.0.1 not-served.example
like "$(line spf)" "warning *no answer*nothing is known" "a refused question is no missing record"

# A server that takes questions and never answers.
cat >"$T/silent.py" <<'CODE'
import socket, sys, threading
u = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); u.bind(("127.0.0.2", 53))
open(sys.argv[1], "w").close()
while True:
    u.recvfrom(4096)
CODE
python3 "$T/silent.py" "$T/listening" &
silent=$!
on_exit "kill $silent 2>/dev/null"
wait_for 10 test -e "$T/listening"
check 127.0.0.2 good.example -s mail
is "$(grep -c 'no answer from the DNS' "$T/out")" 3 "a server that hangs costs its time and no more"

# --- block lists ---
# backscatter N RECEIVED-FROM: a bounce of forged mail that host N's server sends.
backscatter() {
    cat <<MAIL | "$BACKSIFT" deliver -f '' -r "x$1@shop.example" || echo "# deliver failed"
Return-Path: <>
Received: from $2 by mail.shop.example; Mon, 3 Aug 2026 10:00:00 +0000
From: MAILER-DAEMON@mx$1.far.example
To: x$1@shop.example
Subject: Undelivered Mail Returned to Sender
Message-ID: <bounce-$1@far.example>
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="limit"

--limit
Content-Type: message/delivery-status

Reporting-MTA: dns; mx$1.far.example

Final-Recipient: rfc822; victim@far.example
Action: failed
Status: 5.1.1

--limit
Content-Type: text/rfc822-headers

From: x$1@shop.example
Message-ID: <$1@shop.example>

--limit--
MAIL
}
lists() {
    config '[own]' 'domain = shop.example' 'address = ada@shop.example' 'addresses-complete = yes' \
        '[digest]' "dnsbl = $1"
}
digest() {
    "$BACKSIFT" digest --json "$@" >"$T/json" 2>"$T/err" || sed 's/^/# /' "$T/err"
}
# figures EXPRESSION: of the list of block lists b in the last digest.
figures() {
    python3 -c 'import json, sys; b = json.load(open(sys.argv[1]))["blocklists"]; print(eval(sys.argv[2]))' "$T/json" "$1"
}
echo 'nameserver 127.0.0.1' >/etc/resolv.conf
lists bl.example
backscatter 1 'mx1.far.example (mx1.far.example [198.51.100.7])'
backscatter 2 'mx2.far.example (mx2.far.example [IPv6:2001:db8::25])'
backscatter 3 'mx3.far.example (mx3.far.example [198.51.100.8])'
backscatter 4 'mx4.far.example (mx4.far.example [198.51.100.9])'
backscatter 5 'localhost [127.0.0.1]'
config '[own]' 'domain = shop.example'
digest
is "$(figures b)" "[]" "nobody is asked unless a list is configured"
lists 'bl.example, all.example, refuse.example'
digest
is "$(figures 'sorted((h["address"], h["listed"]) for h in b[0]["hosts"])')" \
    "[('198.51.100.7', 'yes'), ('198.51.100.8', 'no'), ('198.51.100.9', 'unknown'), ('2001:db8::25', 'yes')]" \
    "listed, not listed, an answer that no list gives, IPv6; not a host of our own"
is "$(figures '[x["lists_everything"] for x in b]')" "[False, True, False]" "a list of everything is noticed"
is "$(figures '{h["listed"] for h in b[2]["hosts"]}')" "{'unknown'}" "a refusal is no listing"
"$BACKSIFT" digest --text | tr -s '\n ' ' ' >"$T/text"
like "$(cat "$T/text")" "*bl.example lists 2 of the 3 hosts that sent most of it: mx1.far.example (198.51.100.7), mx2.far.example (2001:db8::25). It did not answer on 1 more.*" \
    "the digest tells it in words"
like "$(cat "$T/text")" "*all.example lists every address*refuse.example did not answer*" "and what is wrong with a list"

lists 'bl.example, hangs.example'
"$BACKSIFT" digest # a mail: what was answered is kept
echo 'nameserver 127.0.0.2' >/etc/resolv.conf
before=$(date +%s%3N)
digest --since "$(date -u -d yesterday +%F)"
took=$(($(date +%s%3N) - before))
is "$(figures 'sorted(h["listed"] for h in b[0]["hosts"])')" "['no', 'unknown', 'yes', 'yes']" "answers are kept for the next digest"
is "$(figures '{h["listed"] for h in b[1]["hosts"]}')" "{'unknown'}" "a server that hangs says nothing"
echo "# $took ms with a server that hangs, at most 2,000 of them for it"
done_testing
