#!/bin/sh
# `make demo`: the main job, on a temporary Maildir that goes when the demo ends. Records a few sent
# messages, delivers a dozen varied ones through `backsift deliver`, shows what landed where, one
# verdict explained, and the digest.
set -eu
BACKSIFT=${BACKSIFT:-build/backsift}
case $BACKSIFT in /*) ;; *) BACKSIFT=$PWD/$BACKSIFT ;; esac
HOME=$(mktemp -d "${TMPDIR:-/tmp}/backsift-demo.XXXXXX")
export HOME
trap 'rm -rf "$HOME"' EXIT
unset XDG_CONFIG_HOME XDG_STATE_HOME SENDER RECIPIENT ORIGINAL_RECIPIENT
now=$(date -u '+%a, %d %b %Y %H:%M:%S +0000')

strong=''
plain=''
if [ -t 1 ] && [ -z "${NO_COLOR:-}" ]; then
    strong=$(printf '\033[1m')
    plain=$(printf '\033[0m')
fi
say() { printf '\n%s== %s%s\n' "$strong" "$1" "$plain"; }
run() {
    printf '$ %s\n' "$*"
    "$@"
}
backsift() { "$BACKSIFT" "$@"; }

# sent ID TO SUBJECT: a message of ours.
sent() {
    printf 'From: Ada <ada@shop.example>\nTo: %s\nSubject: %s\nDate: %s\nMessage-ID: <%s>\n\nHello.\n' \
        "$2" "$3" "$now" "$1"
}
# original ID TO FROM SUBJECT: the header of a message that is bounced.
original() {
    printf 'Received: from pc (unknown [198.51.100.7]) by mx.far.example; %s\n' "$now"
    printf 'From: <%s>\nTo: <%s>\nSubject: %s\nDate: %s\nMessage-ID: <%s>\n' "$3" "$2" "$4" "$now" "$1"
}
# bounce ID TO FROM SUBJECT ACTION STATUS DIAGNOSTIC: a delivery status notification (RFC 3464).
bounce() {
    cat <<EOF
Return-Path: <>
From: MAILER-DAEMON@mx.far.example (Mail Delivery System)
To: <$3>
Subject: $([ "$5" = failed ] && echo Undelivered Mail Returned to Sender || echo Delayed Mail '(still being retried)')
Date: $now
Message-ID: <$(echo "$1" | cksum | cut -d' ' -f1)@mx.far.example>
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="B"

--B
Content-Type: text/plain

This is the mail system at host mx.far.example.

<$2>: $7
--B
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.far.example
Arrival-Date: $now

Final-Recipient: rfc822; $2
Action: $5
Status: $6
Diagnostic-Code: smtp; $7

--B
Content-Type: message/rfc822

$(original "$1" "$2" "$3" "$4")

Text of the message.
--B--
EOF
}
# autoreply ID FROM TO SUBJECT TEXT: an automatic answer that cites the message it answers.
autoreply() {
    cat <<EOF
Return-Path: <>
From: $2
To: <$3>
Subject: $4
Date: $now
Message-ID: <auto-$(echo "$1$2" | cksum | cut -d' ' -f1)@far.example>
In-Reply-To: <$1>
References: <$1>
Auto-Submitted: auto-replied

$5
EOF
}
mail() {
    printf 'Return-Path: <%s>\nFrom: %s\nTo: <ada@shop.example>\nSubject: %s\nDate: %s\nMessage-ID: <%s>\n\n%s\n' \
        "$1" "$1" "$2" "$now" "$3" "$4"
}
deliver() { backsift deliver -f "${sender-}" -r "${recipient-ada@shop.example}"; }

say "A fresh account: a Maildir, and a configuration that says what is ours"
mkdir -p "$HOME/Maildir/cur" "$HOME/Maildir/new" "$HOME/Maildir/tmp" "$HOME/.config/backsift"
cat >"$HOME/.config/backsift/backsift.conf" <<EOF
[own]
domain = shop.example
[index]
source = stdin
complete-since = $(date -u -d '30 days ago' +%F 2>/dev/null || date -u +%F)
EOF
cat "$HOME/.config/backsift/backsift.conf"

say "Recording what we send (here by hand; in life a Sent folder, a wrapper or the mail log)"
sent 'offer-1@shop.example' 'bob@customer.example' 'Our offer' | backsift record
sent 'invoice-2@shop.example' 'carol@customer.example' 'Invoice 2' | backsift record
sent 'hello-3@shop.example' 'dan@friend.example' 'Hello Dan' | backsift record
run backsift index stats

say "Delivering a dozen messages, as the mail system would"
sender=dan@friend.example mail dan@friend.example 'Lunch?' 'm1@friend.example' 'Are you free on Friday?' | deliver
sender=eve@list.example mail eve@list.example 'Re: what does "Undelivered Mail Returned to Sender" mean?' 'm2@list.example' 'It is a bounce. You get one when your mail fails.' | deliver
sender=news@travel.example mail news@travel.example 'Vacation offers' 'm3@travel.example' 'Out of office soon? Book now.' | deliver
bounce 'offer-1@shop.example' 'bob@customer.example' 'ada@shop.example' 'Our offer' failed 5.1.1 '550 5.1.1 User unknown' | deliver
bounce 'invoice-2@shop.example' 'carol@customer.example' 'ada@shop.example' 'Invoice 2' delayed 4.4.1 'connect to mx.customer.example: Connection timed out' | deliver
autoreply 'hello-3@shop.example' 'Dan <dan@friend.example>' 'ada@shop.example' 'Automatic reply: Hello Dan' 'I am out of the office until Monday.' | deliver
for n in 1 2 3; do
    recipient=x$n@shop.example
    bounce "spam-$n@USER-PC" "victim$n@far.example" "x$n@shop.example" 'Cheap watches' failed 5.1.1 '550 5.1.1 User unknown' | deliver
done
recipient=q7@shop.example
autoreply '20260101.CAFE@USER-PC' 'support@hoster.example' 'q7@shop.example' 'example.se: account closed' 'This is an automatic reply. The domain account is closed.' | deliver
autoreply 'spam-9@USER-PC' 'Frank <frank@far.example>' 'q9@shop.example' 'Out of Office: Cheap watches' 'I am on vacation and will read your mail when I am back.' | deliver
cat <<EOF | deliver
Return-Path: <>
From: Mail Delivery System <MAILER-DAEMON@old.example>
To: <z4@shop.example>
Subject: Undeliverable mail
Date: $now
Message-ID: <1@old.example>

The following message could not be delivered to its recipient:

  someone@old.example: mailbox is full
EOF

say "What landed where"
for d in "$HOME/Maildir" "$HOME"/Maildir/.[A-Z]*; do
    name=${d##*/}
    [ "$name" = Maildir ] && name=INBOX
    printf '%-14s %s\n' "${name#.}" "$(find "$d/new" -type f | wc -l)"
done

say "Why one of them is backscatter"
example=$(grep -l 'account closed' "$HOME"/Maildir/.Backscatter/new/* | head -n 1)
run backsift explain -r q7@shop.example "$example" | sed "s|$HOME|~|g"

say "The digest, as text (the mail has it as HTML, too: 'backsift digest --print')"
run backsift digest --text
