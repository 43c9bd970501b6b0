#!/bin/sh
# The first sweep of an account of MESSAGES (100000) messages, three in a hundred of them responses, in a
# Dovecot of its own: messages a second, bytes the server sent, largest memory; beside a client that
# fetches everything and throws it away, mbsync and imapfilter over the same mailbox. Then the commands of
# a sweep that finds nothing new. Dovecot's indexes are removed before each run, so that each finds the
# server as cold.
# shellcheck source=tests/e2e/lib.sh disable=SC2016
here=$(cd "$(dirname "$0")" && pwd)
. "$here/../e2e/lib.sh"
# shellcheck source=tests/e2e/private_root.sh
. "$here/../e2e/private_root.sh"
here=$(cd "$(dirname "$0")" && pwd)
: "${MESSAGES:=100000}"
export MESSAGES
if [ -z "${PRIVATE_ROOT:-}" ]; then
    # The mailbox is too large for the memory that a private root's files stand in.
    BENCH_IMAP=$(mktemp -d "$BUILD/imap.XXXXXX") || exit 1
    export BENCH_IMAP
    on_exit 'rm -rf "$BENCH_IMAP"'
    (in_private_root dovecot-imapd)
    exit
fi
in_private_root dovecot-imapd
work=/imap
mkdir -p "$work"
mount --bind "$BENCH_IMAP" "$work"
chmod 755 "$work"

# --- the server and its mailbox -----------------------------------------------------------------------
openssl req -x509 -newkey rsa:2048 -nodes -days 10 -subj /CN=localhost -addext \
    subjectAltName=DNS:localhost -keyout "$work/key.pem" -out "$work/cert.pem" 2>/dev/null
add_user dovecot
add_user dovenull
add_user vmail 1500
mkdir -p "$work/mail/me/Maildir/cur" "$work/mail/me/Maildir/new" "$work/mail/me/Maildir/tmp" "$work/run" /run/dovecot
echo 'me:{PLAIN}secret:1500:1500::/imap/mail/me' >"$work/users"
cat >"$work/dovecot.conf" <<END
protocols = imap
base_dir = $work/run
state_dir = $work/run
log_path = $work/dovecot.log
imap_logout_format = in=%i out=%o
rawlog_dir = $work/rawlog
ssl = required
ssl_cert = <$work/cert.pem
ssl_key = <$work/key.pem
mail_location = maildir:/imap/mail/%n/Maildir
first_valid_uid = 1000
passdb {
  driver = passwd-file
  args = $work/users
}
userdb {
  driver = passwd-file
  args = $work/users
}
namespace inbox {
  inbox = yes
}
END
python3 - "$work/mail/me/Maildir/cur" <<'PY'
import base64, os, random, sys
random.seed(6)
words = "the plan for Friday is still open and we should look at it once more before they ask again about what was sent to them".split()
def text(n):
    return "\n".join(" ".join(random.choice(words) for _ in range(12)) for _ in range(n // 60))
def mail(n):
    kind = n % 10
    head = f"Received: from mx.far.example by mail.home.example with ESMTPS id {n:08x}; Mon, 2 Nov 2026 10:00:00 +0000\n" \
           f"DKIM-Signature: v=1; a=rsa-sha256; d=far.example; s=k; h=from:to:subject; b={base64.b64encode(random.randbytes(192)).decode()}\n" \
           f"Date: Mon, 2 Nov 2026 10:00:00 +0000\nMessage-ID: <{n}.a@far.example>\nTo: me@home.example\n"
    if kind < 4:
        return head + f"Return-Path: <ada@far.example>\nFrom: Ada <ada@far.example>\nSubject: Re: question {n}\nIn-Reply-To: <{n - 1}.b@home.example>\nReferences: <{n - 1}.b@home.example>\nUser-Agent: Mozilla Thunderbird\n\n{text(3000)}\n"
    if kind < 7:
        return head + f"Return-Path: <bounces-{n}@news.example>\nFrom: Shop <news@shop.example>\nSubject: Offers of week {n}\nPrecedence: bulk\nList-Id: <news.shop.example>\nList-Unsubscribe: <https://shop.example/u/{n}>\nMIME-Version: 1.0\nContent-Type: multipart/alternative; boundary=b\n\n--b\nContent-Type: text/plain\n\n{text(2000)}\n--b\nContent-Type: text/html\n\n<p>{text(4000)}</p>\n--b--\n"
    if kind < 9:
        return head + f"Return-Path: <talk-bounces@lists.example>\nFrom: Bo <bo@far.example>\nSubject: [talk] Re: release {n}\nIn-Reply-To: <{n - 1}.c@a.example>\nPrecedence: list\nList-Id: Talk <talk.lists.example>\nList-Post: <mailto:talk@lists.example>\n\n{text(2500)}\n"
    picture = base64.encodebytes(random.randbytes(20000)).decode() if n % 40 == 39 else "AAAA\n"
    return head + f"Return-Path: <cy@far.example>\nFrom: Cy <cy@far.example>\nSubject: Pictures {n}\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/plain\n\n{text(800)}\n--b\nContent-Type: image/jpeg\nContent-Transfer-Encoding: base64\n\n{picture}--b--\n"
def response(n):
    if n % 2:
        return f"Return-Path: <>\nFrom: Di <di@far.example>\nTo: x{n}@home.example\nSubject: Automatic reply: hello {n}\nAuto-Submitted: auto-replied\nIn-Reply-To: <{n}@pc.example>\nMessage-ID: <r{n}@far.example>\n\nI am away until Monday.\n"
    return f"""Return-Path: <>
From: MAILER-DAEMON@mx.far.example (Mail Delivery System)
To: x{n}@home.example
Subject: Undelivered Mail Returned to Sender
Auto-Submitted: auto-replied
Message-ID: <b{n}@mx.far.example>
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain

This is the mail system at host mx.far.example. Your message could not be delivered.

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.far.example

Final-Recipient: rfc822; who{n}@far.example
Action: failed
Status: 5.1.1
Diagnostic-Code: smtp; 550 5.1.1 unknown user

--b
Content-Type: message/rfc822

From: x{n}@home.example
To: who{n}@far.example
Subject: Offer {n}
Message-ID: <{n}@pc.example>

{text(1200)}
--b--
"""
total = 0
for n in range(int(os.environ["MESSAGES"])):
    m = response(n) if n * 3 // 100 != (n - 1) * 3 // 100 else mail(n)
    with open(f"{sys.argv[1]}/{1700000000 + n // 10}.M{n:06d}.host:2,S", "w") as f:
        total += f.write(m)
print(f"{os.environ['MESSAGES']} messages, {total / 1e6:.0f} MB")
PY
chown -R vmail:vmail "$work/mail"
dovecot -c "$work/dovecot.conf" >"$work/start.log" 2>&1
on_exit "dovecot -c $work/dovecot.conf stop >/dev/null 2>&1"
listens() { ss -ltn "sport = :$1" | grep -q LISTEN; }
wait_for 20 listens 993 || {
    cat "$work/start.log" "$work/dovecot.log"
    exit 1
}
logged_out() { [ "$(grep -c 'out=' "$work/dovecot.log")" -gt "$sessions" ]; }

# measure NAME COMMAND...: what it prints is in $work/out. Messages a second, bytes by Dovecot's log.
measure() {
    name=$1
    shift
    rm -f "$work"/mail/me/Maildir/dovecot.index*
    sessions=$(grep -c 'out=' "$work/dovecot.log")
    start=$(date +%s%N)
    command time -o "$work/time" -f %M "$@" >"$work/out" 2>&1 </dev/null || {
        echo "$name failed:" "$(tail -n 3 "$work/out")"
        return 0
    }
    end=$(date +%s%N)
    wait_for 20 logged_out
    sed -n 's/.*out=\([0-9]*\).*/\1/p' "$work/dovecot.log" | tail -n "+$((sessions + 1))" |
        awk -v name="$name" -v n="$MESSAGES" -v ns=$((end - start)) -v kb="$(tail -n 1 "$work/time")" \
            '{ bytes += $1 } END { printf "%-32s %8.0f messages/s %9.1f MB from the server %8.1f MB of memory\n", name, n / (ns / 1e9), bytes / 1e6, kb / 1024 }'
}

# A client that does nothing but read.
cat >"$work/everything.sh" <<'END'
{
    echo 'a LOGIN me secret'
    echo 'b EXAMINE INBOX'
    echo 'c FETCH 1:* (BODY.PEEK[])'
    echo 'd LOGOUT'
} | openssl s_client -quiet -ign_eof -crlf -connect localhost:993 2>/dev/null >/dev/null
END
measure 'everything, thrown away' sh "$work/everything.sh"

if command -v mbsync >/dev/null; then
    mkdir -p "$work/copy"
    printf '%s\n' 'FSync no' '' 'IMAPAccount me' 'Host localhost' 'User me' 'PassCmd "echo secret"' 'SSLType IMAPS' \
        "CertificateFile $work/cert.pem" '' 'IMAPStore server' 'Account me' '' 'MaildirStore copy' \
        "Path $work/copy/" "Inbox $work/copy/INBOX" '' 'Channel all' 'Far :server:' 'Near :copy:' \
        'Patterns INBOX' 'Sync Pull' 'Create Near' 'SyncState *' >"$work/mbsyncrc"
    measure 'mbsync, into a Maildir' mbsync -q -c "$work/mbsyncrc" all
    rm -rf "$work/copy"
else
    echo "mbsync is not installed (isync)"
fi
if command -v imapfilter >/dev/null; then
    cat >"$work/imapfilter.lua" <<END
options.timeout = 300
a = IMAP { server = 'localhost', username = 'me', password = 'secret', ssl = 'auto' }
print(#a.INBOX:match_header('(?i)auto-submitted: *auto-(replied|generated)'))
END
    measure 'imapfilter, match_header' imapfilter -t "$work/cert.pem" -c "$work/imapfilter.lua"
else
    echo "imapfilter is not installed"
fi

# --- ours ---------------------------------------------------------------------------------------------
echo secret >"$HOME/secret"
chmod 600 "$HOME/secret"
config '[own]' 'address = me@home.example' 'addresses-complete = yes' '[imap "me"]' 'host = localhost' \
    'user = me' "tls-ca-file = $work/cert.pem" "password-file = $HOME/secret"
measure 'backsift sweep' "$BACKSIFT" sweep imap:me
sed 's/^/    /' "$work/out"
measure 'backsift sweep, nothing new' "$BACKSIFT" sweep imap:me
mkdir -p "$work/rawlog"
chown vmail "$work/rawlog"
"$BACKSIFT" sweep -q imap:me
wait_for 20 logged_out
echo "commands behind the login of a sweep that finds nothing new:"
sed 's/^[0-9.]* //; s/^/    /' "$work"/rawlog/*.in
