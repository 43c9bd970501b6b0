#!/bin/sh
# digest --reject-map: addresses that nobody uses, and never one that somebody does.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

# bounce ID CAME-TO: a bounce of forged mail, or of recorded mail when ID is known.
bounce() {
    cat <<MAIL
Return-Path: <>
From: MAILER-DAEMON@mx.far.example
To: $2
Subject: Undelivered Mail Returned to Sender
Message-ID: <bounce-$1@mx.far.example>
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="limit"

--limit
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.far.example

Final-Recipient: rfc822; ${3:-victim@far.example}
Action: failed
Status: 5.1.1

--limit
Content-Type: text/rfc822-headers

From: $2
To: ${3:-victim@far.example}
Subject: about $1
Message-ID: <$1@shop.example>

--limit--
MAIL
}
deliver() {
    bounce "$@" | "$BACKSIFT" deliver -f '' -r "$2" || echo "# deliver failed"
}
map() {
    "$BACKSIFT" digest "$@" >"$T/out" 2>"$T/err"
    status=$?
}
addresses() {
    grep -v '^#' "$T/out" | sed 's/[[:space:]].*//' | tr '\n' ' '
}

mkdir -p "$HOME/Maildir/new" "$HOME/Maildir/cur" "$HOME/Maildir/tmp" "$HOME/.config/backsift"
config() {
    printf '%s\n' '[own]' 'domain = shop.example' 'address = ada@shop.example' "$@" \
        >"$HOME/.config/backsift/backsift.conf"
}

config 'addresses-complete = no'
map --reject-map
is "$status" 78 "without addresses-complete there is no table"
like "$(cat "$T/err")" "*addresses-complete*" "and it is said why"

config 'addresses-complete = yes'
map --reject-map
is "$status:$(cat "$T/out")" 65: "without a journal there is none either"

printf 'From: ada@shop.example\nTo: zed@shop.example\nMessage-ID: <own@shop.example>\n\n' |
    "$BACKSIFT" record
for name in x1 x2 x3 x4 x5 x6 zed root postmaster x7+tag 'x8!'; do
    deliver "spam-$name" "$name@shop.example"
done
deliver spam-9 x9@elsewhere.example
deliver own ada@shop.example zed@shop.example
map --reject-map
is "$status:$(addresses)" "0:x1@shop.example x2@shop.example x3@shop.example x4@shop.example x5@shop.example x6@shop.example " \
    "addresses that only forged mail came back to; none written to, customary, tagged, odd or foreign"
is "$(grep -c '	REJECT 5.1.1 ' "$T/out")" 6 "as Postfix has it"
map --reject-map=exim
is "$status:$(grep -v '^#' "$T/out" | head -1)" "0:x1@shop.example" "as Exim has it"
map --reject-map=qmail
is "$status" 64 "other forms are no option"

printf 'From: x6@shop.example\nTo: zed@shop.example\nMessage-ID: <own-2@shop.example>\n\n' | "$BACKSIFT" record
map --reject-map
is "$status:$(addresses)" "0:x1@shop.example x2@shop.example x3@shop.example x4@shop.example x5@shop.example " \
    "an address that has sent recorded mail is spared, wherever that is kept"
deliver spam-x9 x9@shop.example

mail() {
    printf '%s\nSubject: hello\n\nbody\n' "$2" >"$HOME/Maildir/$1"
}
mail new/1.a.b 'To: X1@Shop.Example'
mail cur/2.a.b:2,S 'Delivered-To: x2+shopping@shop.example'
mkdir -p "$HOME/Maildir/.Shopping/cur" "$HOME/Maildir/.Sent/cur"
mail .Shopping/cur/3.a.b:2,S 'Received: from x by y for <x3@shop.example>; Mon, 3 Aug 2026 10:00:00 +0000'
mail .Sent/cur/4.a.b:2,S 'From: Ada <x4@shop.example>'
map --reject-map
is "$status:$(addresses)" "0:x5@shop.example x9@shop.example " "ordinary mail spares whom it is for, in every folder"

file=$(grep -rl 'To: x5@shop' "$HOME"/Maildir/.Backscatter/new | head -1)
"$BACKSIFT" mark ours "$file" >"$T/out" 2>&1
map --reject-map
is "$status:$(addresses)" "0:x9@shop.example " "so does one response that is not forged"

if [ "$(id -u)" -eq 0 ]; then
    skip "mail that cannot be read" "to root every file is readable"
else
    chmod 0 "$HOME/Maildir/.Shopping"
    map --reject-map
    is "$status:$(cat "$T/out")" 75: "mail that cannot be read leaves no address safe"
    chmod 700 "$HOME/Maildir/.Shopping"
fi
done_testing
