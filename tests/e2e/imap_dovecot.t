#!/bin/sh
# Sweeping an account of a real server: Debian's Dovecot in a root of its own, over TLS with a CA made
# here: what is moved, what a second and an interrupted run do, sent mail, and who is refused.
# shellcheck disable=SC2016,SC2086,SC2154
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/e2e/private_root.sh
. "$(dirname "$0")/private_root.sh"
# shellcheck source=tests/e2e/imap/dovecot.sh
. "$here/imap/dovecot.sh"
in_private_root $server_packages

# shellcheck source=tests/e2e/imap/imap.sh
. "$here/imap/imap.sh"

# --- certificates -------------------------------------------------------------------------------------
server_certificates
authority stranger
certificate other mail.example.net ca -days 10
certificate unknown localhost stranger -days 10
certificate expired localhost ca -days -1
openssl req -x509 -newkey rsa:2048 -nodes -days 10 -subj /CN=localhost -addext \
    subjectAltName=DNS:localhost -keyout "$work/self.key" -out "$work/self.pem" 2>/dev/null

# --- the server ---------------------------------------------------------------------------------------
on_exit server_stop
server_start || {
    cat "$work/start.log" "$work/dovecot.log" | sed 's/^/# /'
    skip_all "Dovecot does not start here"
}

account
put() { # put FOLDER NAME <message
    mkdir -p "$mail/$1/cur" "$mail/$1/new" "$mail/$1/tmp"
    cat >"$mail/$1/new/$2"
    chown -R vmail:vmail "$work/mail"
}
count() { messages "$mail/$1"; }

# --- sweeping -----------------------------------------------------------------------------------------
for i in 1 2 3; do plain $i | put . "17000000$i.P$i.host"; done
bounce ann known-1 | put . 170000011.B1.host
bounce eve forged-1 | put . 170000012.B2.host
sent known-1 ann | put ".Sent mail of mine" 170000001.S1.host

got=$(sweep --dry-run)
like "$got" '*INBOX 5: bounce * -> *imap:work: 5 looked at, 2 responses, 0 moved*' \
    "--dry-run tells what would be moved"
is "$(count .)" 5 "and moves nothing"

got=$(sweep)
is $? 0 "a sweep ends well"
like "$got" 'imap:work: 5 looked at, 2 responses, 2 moved, * KB read' "it says what it did in one line"
is "$(count .)" 3 "ordinary mail stays"
is "$(count .Bounces)" 1 "the bounce of a message in the mailbox of sent mail is ours"
ok grep -q known-1 "$mail/.Bounces/new/"* "$mail/.Bounces/cur/"* -- "it is that one"
is "$(($(count .Backscatter) + $(count .Unverified)))" 1 "the other one is filed too"
ok grep -q Bounces "$mail/subscriptions" -- "new folders are subscribed"
is "$(find "$mail/cur" "$mail/new" -name '*,*S*' | wc -l | tr -d ' ')" 0 "nothing is marked read"

# --- what an idle run costs ---------------------------------------------------------------------------
got=$(sweep)
like "$got" 'imap:work: 0 looked at, 0 responses, 0 moved, * KB read' "a second run finds nothing"
kb=$(printf %s "$got" | sed -n 's/.*, \([0-9]*\) KB read.*/\1/p')
ok [ "${kb:-99}" -le 4 ] -- "and reads little more than the server's greeting ($kb KB)"
is "$(sweep --quiet)" "" "--quiet says nothing"

# --- sent mail ----------------------------------------------------------------------------------------
got=$(timeout 60 "$BACKSIFT" record imap:work </dev/null 2>&1)
is "$got" "imap:work: 0 recorded" "record: all sent mail is known already"
sent known-2 bob | put ".Sent mail of mine" 170000002.S2.host
got=$(timeout 60 "$BACKSIFT" record </dev/null 2>&1)
is "$got" "imap:work: 1 recorded" "record reads what is new, among all declared sources"
like "$("$BACKSIFT" index lookup known-2@example.org 2>&1)" "known-2@example.org: sent by us*" "and the index knows it"
like "$("$BACKSIFT" index lookup hidden@example.net 2>&1)" 'hidden@example.net: last written to by us*' "with its blind recipients"

put ".Posted" 170000003.S3.host <<'MESSAGE'
From: me@example.org
To: zoe@example.net
Message-ID: <known-3@example.org>
Date: Mon, 02 Nov 2026 09:59:00 +0000

hello
MESSAGE
account 'sent = Posted'
got=$(timeout 60 "$BACKSIFT" record imap:work </dev/null 2>&1)
is "$got" "imap:work: 1 recorded" "sent names the mailbox of sent mail, whatever the server marks"
like "$("$BACKSIFT" index lookup known-3@example.org 2>&1)" "known-3@example.org: sent by us*" "and what is in it is in the index"
account 'sent = Nowhere'
got=$(timeout 60 "$BACKSIFT" record imap:work </dev/null 2>&1)
is $? 65 "a mailbox of sent mail that is not there"
like "$got" '*opening the mailbox Nowhere*' "is named"
account

# --- interrupted --------------------------------------------------------------------------------------
bounce bob known-2 | put . 170000021.B3.host
plain 4 | put . 170000022.P4.host
bounce mallory forged-2 | put . 170000023.B4.host
before=$(find "$mail" -path '*new/*' -o -path '*cur/*' | wc -l)
cat >"$work/proxy.py" <<'END'
# A proxy in front of the server's plain side of TLS that ends each connection behind N bytes from the
# server (cut), says nothing more (stall), or passes a byte a second (drip).
import socket, sys, threading, time
mode, after, port = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
def pump(a, b):
    try:
        while True:
            d = a.recv(65536)
            if not d: break
            b.sendall(d)
    except OSError: pass
    for s in (a, b):
        try: s.shutdown(socket.SHUT_RDWR)
        except OSError: pass
def down(server, client):
    left = after
    try:
        while True:
            d = server.recv(65536)
            if not d: break
            client.sendall(d[:left]); rest = d[left:]; left -= min(left, len(d))
            if not left:
                if mode == 'cut': break
                if mode == 'stall': time.sleep(3600)
                for i in range(len(rest)):
                    client.sendall(rest[i:i+1]); time.sleep(1)
                left = 0
    except OSError: pass
    for s in (server, client):
        try: s.shutdown(socket.SHUT_RDWR)
        except OSError: pass
l = socket.socket(); l.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
l.bind(('127.0.0.1', port)); l.listen(5)
while True:
    c, _ = l.accept()
    s = socket.create_connection(('127.0.0.1', 993))
    threading.Thread(target=pump, args=(c, s), daemon=True).start()
    threading.Thread(target=down, args=(s, c), daemon=True).start()
END
# through MODE BYTES [OPTION...]: a sweep through the proxy; its exit code in $code, output in $got.
through() {
    python3 "$work/proxy.py" "$1" "$2" 1993 </dev/null >"$work/proxy.log" 2>&1 &
    proxy=$!
    shift 2
    wait_for 10 listens 1993
    account 'port = 1993' "timeout = $seconds"
    got=$(sweep "$@")
    code=$?
    account
    kill $proxy
    wait $proxy 2>/dev/null
}
seconds=3600
through stall 2000 --timeout=2
is $code 75 "a server that falls silent: try again"
like "$got" '*the time for this run is over*' "and it says so"
seconds=3
through drip 3000
is $code 75 "a server that gives a byte a second: try again, when the account's time is over"
seconds=3600

# Cut behind ever more bytes, until a run comes to its end.
cuts=0
limit=1500
code=75
while [ $code -eq 75 ] && [ $limit -lt 60000 ]; do
    through cut $limit
    [ $code -eq 75 ] && cuts=$((cuts + 1))
    limit=$((limit + 350))
done
is $code 0 "after $cuts cut connections a run completes"
ok [ "$cuts" -gt 5 ] -- "the connection was cut in many places"
is "$(find "$mail" -path '*new/*' -o -path '*cur/*' | wc -l)" "$before" "no message is lost, none is there twice"
is "$(count .)" 4 "ordinary mail is in the inbox"
is "$(count .Bounces)" 2 "ours in Bounces"
is "$(($(count .Backscatter) + $(count .Unverified)))" 2 "the others beside"
is "$("$BACKSIFT" index stats --json 2>/dev/null | grep -o '"journal[_a-z]*": *[0-9]*' | grep -o '[0-9]*$')" 4 \
    "each response is in the journal once"

# A run that ends between journal and move: the server cannot take the message.
events() { "$BACKSIFT" index stats --json | grep -o '"journal[_a-z]*": *[0-9]*' | grep -o '[0-9]*$'; }
target=$mail/.Backscatter
[ -d "$target" ] || target=$mail/.Unverified
bounce heidi forged-7 | put . 170000071.B9.host
chmod 500 "$target/tmp" "$target/new" "$target/cur"
got=$(sweep)
is "$?:$(events)" 75:5 "a message that cannot be moved is in the journal, and the run is to be repeated"
chmod 700 "$target/tmp" "$target/new" "$target/cur"
like "$(sweep)" '*1 looked at, 1 responses, 1 moved*' "the next run moves it"
is "$(events)" 5 "and does not journal it again"

# --- the lock -----------------------------------------------------------------------------------------
lock=$HOME/.local/state/backsift/imap-work.lock
got=$(flock "$lock" timeout 60 "$BACKSIFT" sweep imap:work </dev/null 2>&1)
is "$?:$got" "0:" "a run that meets another one ends quietly"

# --- logins -------------------------------------------------------------------------------------------
for auth in login cram-md5 scram-sha-256; do
    account "auth = $auth"
    got=$(sweep)
    if [ $? -eq 78 ] && [ "${got#*libsasl2-modules}" != "$got" ]; then
        skip "auth = $auth" "no SASL modules here"
    else
        like "$got" 'imap:work: 0 looked at*' "auth = $auth"
    fi
done
account
sed -i '/^password-file/d' "$HOME/.config/backsift/backsift.conf"
echo 'password-command = cat "$HOME/secret"' >>"$HOME/.config/backsift/backsift.conf"
like "$(sweep)" 'imap:work: 0 looked at*' "password-command"
sed -i '/^password-command/d' "$HOME/.config/backsift/backsift.conf"
echo 'password-command = echo wrong' >>"$HOME/.config/backsift/backsift.conf"
got=$(sweep)
is $? 78 "a wrong password is a matter of configuration"
like "$got" '*the server refuses*' "and the server's words are shown"
account
chmod 644 "$HOME/secret"
got=$(sweep)
is $? 78 "a password file that others may read is refused"
chmod 600 "$HOME/secret"
account 'port = 143' 'tls = starttls'
like "$(sweep)" 'imap:work: 0 looked at*' "STARTTLS"

# --- servers that can do less, and more mailboxes -----------------------------------------------------
# restart LINE...: the server again, with these lines more in its configuration.
restart() {
    server_stop
    server_start "$@"
}
# A message that the user has marked deleted and not expunged must outlive every sweep.
for f in "$mail"/cur/*P1.host*; do mv "$f" "${f%%:*}:2,T"; done

restart 'imap_capability = IMAP4rev1 SASL-IR NAMESPACE UIDPLUS'
account
bounce carl forged-3 | put . 170000031.B5.host
like "$(sweep)" 'imap:work: 1 looked at, 1 responses, 1 moved*' "without MOVE: by copy"
is "$(count .)" 4 "the copied message is expunged, and no other that is marked deleted"

restart 'imap_capability = IMAP4rev1 SASL-IR'
bounce dora forged-4 | put . 170000041.B6.host
like "$(sweep)" '*1 moved*the old copies are marked deleted*' "without UIDPLUS: marked, with a word about it"
is "$(count .)" 5 "nothing is expunged at all"
is "$(find "$mail/cur" -name '*B6*,*T*' | wc -l | tr -d ' ')" 1 "the old copy is marked deleted"
like "$(sweep)" 'imap:work: 0 looked at*' "and not looked at again"
restart
account '[folders]' 'bounce.* = Robots/Größe & Co'
bounce emil forged-5 | put . 170000051.B7.host
plain 5 | put . 170000052.P5.host
plain 6 | put . 170000053.P6.host
like "$(sweep --limit=2)" 'imap:work: 2 looked at, 1 responses, 1 moved*' "--limit ends a run early"
is "$(count '.Robots.Gr&APYA3w-e &- Co')" 1 "a folder in a folder, with a name beyond ASCII"
like "$(sweep)" 'imap:work: 1 looked at, 0 responses*' "and the next goes on behind it"
bounce fritz forged-6 | put .Archive 170000061.B8.host
account 'mailbox = INBOX, Archive'
touch -d 2020-01-01 "$mail/.Archive/new/170000061.B8.host"
like "$(sweep --dry-run --since=2026-01-01)" 'imap:work: 0 looked at*' "--since leaves older messages alone"
like "$(sweep)" 'imap:work: 1 looked at, 1 responses, 1 moved*' "further mailboxes are swept"
is "$(count .Archive)" 0 "and what is found there is moved"
account 'mailbox = Nowhere'
got=$(sweep)
is $? 65 "a mailbox that is not there"
like "$got" '*opening the mailbox Nowhere*' "is named as the trouble"
bounce gina forged-8 | put .Archive 170000062.B10.host
account 'mailbox = Nowhere, Archive, Neverwhere'
got=$(sweep)
is $? 65 "mailboxes that are not there, around one that is"
like "$got" '*opening the mailbox Nowhere*opening the mailbox Neverwhere*1 looked at, 1 responses, 1 moved*' \
    "are named, and what is between them is swept"
bounce hugo forged-9 | put . 170000063.B11.host
account 'sent = Nowhere'
got=$(sweep)
is $? 65 "a mailbox of sent mail that is not there does not end a sweep"
like "$got" '*opening the mailbox Nowhere*1 looked at, 1 responses, 1 moved*' "it is named, and all else is done"

# A new UIDVALIDITY: all is looked at anew, and nothing is journaled twice as the same message.
account
rm "$mail"/dovecot-uidlist "$mail"/dovecot.index* 2>/dev/null
like "$(sweep)" "imap:work: $(count .) looked at*" "a new UIDVALIDITY: everything is looked at again"

# --- who is not trusted -------------------------------------------------------------------------------
cat >"$work/fake.py" <<'END'
# A server that is not to be trusted. It writes what it is told by the client to a file.
import socket, ssl, sys
kind, work, port = sys.argv[1], sys.argv[2], int(sys.argv[3])
l = socket.socket(); l.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
l.bind(('127.0.0.1', port)); l.listen(5)
log = open(work + '/told', 'ab', buffering=0)
def tls(c, name):
    x = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    x.load_cert_chain(f'{work}/{name}.pem', f'{work}/{name}.key')
    if kind == 'old':
        x.set_ciphers('ALL:@SECLEVEL=0'); x.minimum_version = x.maximum_version = ssl.TLSVersion.TLSv1_1
    x.sni_callback = lambda tls, asked, _: log.write(b'SNI %s\n' % str(asked).encode()) and None
    return x.wrap_socket(c, server_side=True)
while True:
    c, _ = l.accept()
    try:
        caps = b'IMAP4rev1 SASL-IR AUTH=PLAIN'
        if kind in ('self', 'other', 'unknown', 'expired'):
            c = tls(c, kind)
        elif kind in ('literal', 'bye', 'garbage', 'byelater', 'lines', 'deep', 'old'):
            c = tls(c, 'good')
        elif kind != 'stripped':
            caps += b' STARTTLS'
        greetings = {'preauth': b'* PREAUTH hello', 'bye': b'* BYE too many', 'garbage': b'(((('}
        c.sendall(greetings.get(kind, b'* OK hello') + b'\r\n')
        f = c.makefile('rb')
        for line in f:
            log.write(line)
            tag, verb = line.split()[:2]
            if verb == b'CAPABILITY': c.sendall(b'* CAPABILITY ' + caps + b'\r\n')
            if verb == b'STARTTLS':
                c.sendall(tag + b' OK go\r\n* CAPABILITY IMAP4rev1 AUTH=PLAIN\r\n')
                continue
            if verb == b'SELECT' and kind == 'byelater':
                c.sendall(b'* BYE going down\r\n'); c.shutdown(socket.SHUT_RDWR)
            if verb == b'SELECT' and kind == 'lines':
                while True: c.sendall(b'* OK still here\r\n' * 4096)
            if b'FETCH' in line and kind == 'deep':
                if b'BODYSTRUCTURE' in line:
                    c.sendall(b'* 1 FETCH (UID 1 BODYSTRUCTURE ' + b'(' * 100 + b'oops))\r\n')
                else:
                    c.sendall(b'* 1 FETCH (UID 1 BODY[HEADER]<0> {12}\r\nSubject: x\r\n)\r\n')
                c.sendall(tag + b' OK done\r\n')
                continue
            if verb == b'SELECT':
                c.sendall(b'* 1 EXISTS\r\n* OK [UIDVALIDITY 7] x\r\n* OK [UIDNEXT 2] x\r\n')
            if b'SEARCH' in line: c.sendall(b'* SEARCH 1\r\n')
            if b'FETCH' in line:
                c.sendall(b'* 1 FETCH (UID 1 BODY[HEADER]<0> {4000000000}\r\n')
                while True: c.sendall(b'x' * 65536)
            c.sendall(tag + b' OK done\r\n')
    except Exception: pass
    c.close()
END
# refused KIND TLS PATTERN NAME
refused() {
    : >"$work/told"
    python3 "$work/fake.py" "$1" "$work" 2993 </dev/null >"$work/fake.log" 2>&1 &
    fake=$!
    wait_for 10 listens 2993
    account 'port = 2993' "tls = $2"
    got=$(sweep)
    code=$?
    kill $fake
    wait $fake 2>/dev/null
    is $code 65 "$4: refused"
    like "$got" "$3" "$4: it says why"
    is "$(grep -ciE 'LOGIN|AUTHENTICATE' "$work/told")" 0 "$4: no credential was sent"
}
print_of() { openssl x509 -in "$work/$1.pem" -noout -fingerprint -sha256 | sed 's/.*=//'; }
key_of() { print_of "$1" | tr -d : | tr A-F a-f; }
refused self implicit "*not trusted*self-signed*tls-fingerprint = $(key_of self)*" "a self-signed certificate"
account 'port = 2993' "$(printf %s "$got" | grep -o 'tls-fingerprint = [^ ]*')"
like "$(sweep)" '*cannot connect*' "the fingerprint that is shown is one that the configuration takes"
refused unknown implicit "*not trusted*issuer*unknown*tls-fingerprint = $(key_of unknown)*" \
    "a certificate of an unknown CA"
is "${got##*self-signed*}" "$got" "which is not called self-signed"
refused other implicit '*not trusted*name*' "a certificate of another host"
is "${got##*tls-fingerprint*}" "$got" "for which no fingerprint is offered"
refused expired implicit '*not trusted*expired*' "an expired certificate"
refused old implicit '*TLS*1.2*' "TLS 1.1"
refused stripped starttls '*does not offer STARTTLS*' "STARTTLS taken away"
refused preauth starttls '*PREAUTH*' "PREAUTH before STARTTLS"
refused injected starttls '*behind the answer to STARTTLS*' "words injected behind STARTTLS"

# lies KIND CODE PATTERN NAME: a trusted server that does what it should not.
host=localhost
lies() {
    python3 "$work/fake.py" "$1" "$work" 2993 </dev/null >"$work/fake.log" 2>&1 &
    fake=$!
    wait_for 10 listens 2993
    config '[own]' 'address = me@example.org' '[imap "work"]' "host = $host" 'port = 2993' \
        'user = me@example.org' "tls-ca-file = $work/ca.pem" "password-file = $HOME/secret"
    got=$(sweep)
    code=$?
    kill $fake
    wait $fake 2>/dev/null
    is $code "$2" "$4"
    like "$got" "$3" "$4: in words"
}
lies literal 75 'backsift: *' "a literal of 4 GB"
lies lines 75 '*more than its answer may take*' "lines without end"
lies bye 75 'backsift: *' "a server that greets with BYE"
lies garbage 75 'backsift: *' "a server that greets with nonsense"
lies byelater 75 'backsift: *' "a server that goes down"
is "$(grep '^SNI' "$work/told" | sort -u)" "SNI localhost" "the server is told by SNI whom it should be"
: >"$work/told"
host=127.0.0.1
lies bye 75 'backsift: imap:work: greeting*' "a host that is an address, and in the certificate"
host=localhost
is "$(cat "$work/told")" "SNI None" "is not told by SNI"
lies deep 0 'imap:work: 1 looked at*' "a structure that is none: the run does without"
account "tls-fingerprint = $(print_of good)"
like "$(sweep)" 'imap:work: * looked at*KB read' "the fingerprint of the server's certificate"
account "tls-fingerprint = $(print_of other)"
got=$(sweep)
is $? 65 "another fingerprint is refused"
like "$got" '*fingerprint*' "and it says why"

# --- judged again on the server -----------------------------------------------------------------------
account
sweep >/dev/null
filed=$(count .Backscatter)
bounce late late-1 | put . 170000091.C1.host
bounce gone late-2 | put . 170000092.C2.host
like "$(sweep)" '*2 responses, 2 moved*' "two responses before their sent copies are known"
is "$(count .Backscatter)" $((filed + 2)) "are taken for forged"
sent late-1 late | put ".Sent mail of mine" 170000093.S3.host
sent late-2 gone | put ".Sent mail of mine" 170000094.S4.host
mkdir -p "$mail/.Mine/cur" "$mail/.Mine/new" "$mail/.Mine/tmp"
moved=$(grep -l 'Message-ID: <late-2@' "$mail"/.Backscatter/cur/* "$mail"/.Backscatter/new/* 2>/dev/null)
mv "$moved" "$mail/.Mine/cur/"
chown -R vmail:vmail "$mail/.Mine"
"$BACKSIFT" record -q imap:work >/dev/null 2>&1
ours=$(count .Bounces)
like "$("$BACKSIFT" recheck --dry-run 2>&1)" '*imap:work: would be rescued: bounce, forged before*' \
    "recheck --dry-run says what would be rescued on the server"
got=$("$BACKSIFT" recheck 2>&1)
is $? 0 "recheck goes without a Maildir here"
like "$got" '*imap:work: rescued: bounce, forged before*in Bounces*' "it rescues what is ours"
like "$got" '*not found in Backscatter*imap:work: * 2 rescued*' "and tells what its owner has moved"
# Dovecot takes what it has expunged away when it looks at the folder again.
folders() { echo "$(count .Bounces):$(count .Backscatter):$(count .Mine)"; }
are_parted() { [ "$(folders)" = "$((ours + 1)):$filed:1" ]; }
wait_for 10 are_parted
is "$(folders)" "$((ours + 1)):$filed:1" "the one moves, the other stays"
like "$("$BACKSIFT" recheck 2>&1)" '*imap:work: * 0 rescued*' "and again there is nothing to rescue"

# What a user moves back to the inbox stays there.
bounce back stray-1 | put . 170000095.D1.host
touch -d '1 hour ago' "$mail/new/170000095.D1.host"
like "$(sweep)" '*1 responses, 1 moved*' "a response is filed"
moved=$(grep -l 'Message-ID: <bounce-stray-1@' "$mail"/.Backscatter/cur/* "$mail"/.Backscatter/new/* 2>/dev/null)
mv "$moved" "$mail/cur/170000096.D2.host:2,S"
like "$(sweep)" '*1 looked at, 0 responses, 0 moved*' "and stays in the inbox once its owner has moved it back"
like "$("$BACKSIFT" digest --json --since=2020-01-01 2>/dev/null)" '*stray-1*' "it is told of"
like "$("$BACKSIFT" recheck 2>&1)" '*imap:work: * 0 rescued, 0 now forged*' "recheck leaves it alone"
done_testing
