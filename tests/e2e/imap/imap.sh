# shellcheck shell=sh disable=SC2034,SC2154
# Sourced by imap_*.t behind lib.sh and private_root.sh: certificates of a CA made here, the account
# "work" of me@example.org, messages, and what is in the mailbox on the server. Files lie in $work, /imap
# unless it is set before.
#
#   server_certificates        $work/ca.pem and $work/good.pem for localhost
#   certificate NAME HOST CA [OPTION...]   also for 127.0.0.1
#   account LINE...            the config with the account; lines given come last in its section
#   sweep [OPTION...]          one sweep of it; prints both outputs
#   box VERB...                mailbox.py
#   bounce RECIPIENT ID        a bounce to a message with that ID from me to that recipient
#   plain N, sent ID RECIPIENT

work=${work:-/imap}
mkdir -p "$work"
chmod 755 "$work"
password='se"cr\et'

# libetpan forgets to free what it has read when a server refuses.
echo leak:libetpan >"$HOME/suppressions"
export LSAN_OPTIONS="suppressions=$HOME/suppressions:print_suppressions=0"

# --- certificates ---
key() { openssl ecparam -name prime256v1 -genkey -noout -out "$work/$1.key" 2>/dev/null; }
authority() {
    key "$1"
    openssl req -x509 -key "$work/$1.key" -days 10 -subj "/CN=$1" -out "$work/$1.pem" 2>/dev/null
}
certificate() {
    key "$1"
    openssl req -new -key "$work/$1.key" -subj "/CN=$2" -out "$work/$1.csr" 2>/dev/null
    printf 'subjectAltName=DNS:%s,IP:127.0.0.1\n' "$2" >"$work/$1.ext"
    name=$1 by=$3
    shift 3
    openssl x509 -req -in "$work/$name.csr" -CA "$work/$by.pem" -CAkey "$work/$by.key" \
        -CAcreateserial -extfile "$work/$name.ext" -out "$work/$name.pem" "$@" 2>/dev/null
}
server_certificates() {
    command -v openssl >/dev/null || skip_all "needs openssl"
    authority ca
    certificate good localhost ca -days 10
    chmod 644 "$work"/*.key
}

# --- the account ---
# PREFIX of personal folders and the name of the mailbox of sent mail there are the server's.
account() {
    config '[own]' 'address = me@example.org' 'addresses-complete = yes' \
        '[index]' 'source = imap:work' 'complete-since = 2020-01-01' \
        '[imap "work"]' 'host = localhost' 'user = me@example.org' "tls-ca-file = $work/ca.pem" \
        "password-file = $HOME/secret" "$@"
}
printf '%s\n' "$password" >"$HOME/secret"
chmod 600 "$HOME/secret"
sweep() { timeout 60 "$BACKSIFT" sweep "$@" imap:work </dev/null 2>&1; }
box() {
    IMAP_USER=me@example.org IMAP_PASSWORD=$password IMAP_CA=$work/ca.pem \
        timeout 30 python3 "$here/imap/mailbox.py" "$@"
}
listens() { ss -ltn "sport = :$1" | grep -q LISTEN; }
events() { "$BACKSIFT" index stats --json | grep -o '"journal[_a-z]*": *[0-9]*' | grep -o '[0-9]*$'; }

# --- messages ---
bounce() {
    sed "s/RECIPIENT/$1/g; s/ORIGINAL/$2/g" <<'EOF'
Return-Path: <>
Date: Mon, 02 Nov 2026 10:00:00 +0000
From: MAILER-DAEMON@mx.example.net (Mail Delivery System)
To: me@example.org
Subject: Undelivered Mail Returned to Sender
Auto-Submitted: auto-replied
Message-ID: <bounce-ORIGINAL@mx.example.net>
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain

This is the mail system at host mx.example.net. Your message could not be delivered.

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.net

Final-Recipient: rfc822; RECIPIENT@example.net
Action: failed
Status: 5.1.1
Diagnostic-Code: smtp; 550 5.1.1 unknown user

--b
Content-Type: message/rfc822

From: me@example.org
To: RECIPIENT@example.net
Subject: hello
Message-ID: <ORIGINAL@example.org>
Date: Mon, 02 Nov 2026 09:59:00 +0000

hello
--b--
EOF
}
plain() {
    printf 'From: friend%s@example.net\nTo: me@example.org\nSubject: lunch %s\n' "$1" "$1"
    printf 'Message-ID: <mail%s@example.net>\nDate: Mon, 02 Nov 2026 10:00:00 +0000\n\nAt noon?\n' "$1"
}
sent() {
    printf 'From: me@example.org\nTo: %s@example.net\nBcc: hidden@example.net\n' "$2"
    printf 'Message-ID: <%s@example.org>\nDate: Mon, 02 Nov 2026 09:59:00 +0000\n\nhello\n' "$1"
}
