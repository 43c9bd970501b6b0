#!/bin/sh
# check --dns: what domains publish, asked from a real name server; and one that never answers.
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
done_testing
