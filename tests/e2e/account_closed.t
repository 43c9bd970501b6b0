#!/bin/sh
# The story that started it all: an autoresponder of a closed account answers a message that nobody
# here sent. What is known about sent mail decides where it lands, and recheck moves what landed
# before that was known.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

cited=20260105093015.7F3A22C0B1D94E58@USER-PC

# answer N: the autoresponder's mail, to an address that only spammers use.
answer() {
    cat <<MAIL
Return-Path: <noreply@hosting.example>
Delivered-To: 7E949BA@itclub.example
Received: from www8.hosting.example (www8.hosting.example [192.0.2.8])
	by mx.itclub.example with ESMTP id $1; Mon, 5 Jan 2026 10:30:20 +0000
Date: Mon, 5 Jan 2026 11:30:17 +0100
Message-Id: <20260105103017.$1@www8.hosting.example>
To: 7E949BA@itclub.example
References: <$cited>
In-Reply-To: <$cited>
X-Loop: noreply@hosting.example
From: noreply@hosting.example
Subject: gamla-butiken.example: kontot =?utf-8?q?avst=C3=A4ngt?= - account closed
MIME-Version: 1.0
Content-Type: text/plain; charset=utf-8
Content-Transfer-Encoding: 8bit

    Det här är ett automatiskt svar från Hosting - https://hosting.example/

    Kontot för domänen gamla-butiken.example är avstängt tills vidare.


    This is an automatic reply from Hosting - https://hosting.example/

    The account of the domain "gamla-butiken.example" is closed.
    For further information, please contact support@hosting.example
MAIL
}
# shellcheck disable=SC2317  # called through ok
deliver() {
    answer "$1" | "$BACKSIFT" deliver --sender=noreply@hosting.example --recipient=7E949BA@itclub.example
}
in_folder() {
    messages "$HOME/Maildir/.$1"
}
# A message that we did send, so that the index is not empty; and with $cited, the one answered.
sent() {
    printf 'From: ada@itclub.example\nTo: %s\nMessage-ID: <%s>\nSubject: hello\n\nHello.\n' "$2" "$1"
}
origin_and_class() {
    answer 9 | "$BACKSIFT" classify --json | grep -o '"class":"[^"]*"\|"origin":"[^"]*"' | tr '\n' ' '
}
fresh() {
    rm -rf "$HOME/Maildir" "$HOME/.config" "$HOME/.local"
    make_maildir "$HOME/Maildir"
}
month_ago=$(date -u -d '30 days ago' +%F)

# --- nothing is known: unknown, in Unverified ---
fresh
config '[own]' 'domain = itclub.example'
ok deliver 1 -- "with an empty index it is delivered"
is "$(in_folder Unverified)" 1 "and lands in Unverified"
is "$(origin_and_class)" '"class":"autoreply" "origin":"unknown" ' "as an autoreply of unknown origin"
is "$(messages "$HOME/Maildir")" 0 "the inbox stays empty"
"$BACKSIFT" recheck >"$T/out" 2>&1
is "$?:$(in_folder Unverified)" 0:1 "recheck leaves it there while nothing more is known"

# --- a source is complete over the reach: forged, in Backscatter ---
config '[own]' 'domain = itclub.example' '[index]' 'source = stdin' "complete-since = $month_ago"
sent hello-1@itclub.example bob@customer.example | "$BACKSIFT" record -
is $? 0 "a sent message is recorded"
ok deliver 2 -- "once the source is complete it is delivered again"
is "$(in_folder Backscatter)" 1 "straight into Backscatter"
is "$(origin_and_class)" '"class":"autoreply" "origin":"forged" ' "as forged"
is "$(in_folder Unverified)" 1 "the first one is still in Unverified"
"$BACKSIFT" recheck --dry-run >"$T/out" 2>&1
is "$?:$(in_folder Unverified):$(in_folder Backscatter)" 0:1:1 "recheck --dry-run moves nothing"
like "$(cat "$T/out")" '*would be forged*' "but says what it would do"
"$BACKSIFT" recheck >"$T/out" 2>&1
is "$?:$(in_folder Unverified):$(in_folder Backscatter)" 0:0:2 "recheck moves it to Backscatter"
"$BACKSIFT" recheck >"$T/out" 2>&1
is "$?:$(in_folder Backscatter):$(cat "$T/out")" "0:2:2 looked at again, 0 rescued, 0 now forged" "a second recheck finds nothing to do"

# --- the ID is recorded: ours, in Autoreplies ---
sent "$cited" owner@gamla-butiken.example | "$BACKSIFT" record -
ok deliver 3 -- "once the ID it answers is recorded it is delivered a third time"
is "$(in_folder Autoreplies)" 1 "into Autoreplies"
is "$(origin_and_class)" '"class":"autoreply" "origin":"ours" ' "as ours"
"$BACKSIFT" recheck >"$T/out" 2>&1
is "$?:$(in_folder Backscatter):$(in_folder Autoreplies)" 0:0:3 "recheck rescues the other two"
is "$(grep -c '^rescued: autoreply, forged before' "$T/out")" 2 "and reports each"
is "$(messages "$HOME/Maildir/.Unverified")" 0 "nothing is left unverified"

# --- no index at all, but the addresses are complete ---
fresh
config '[own]' 'domain = itclub.example'
ok deliver 4 -- "in a fresh account it is delivered"
is "$(in_folder Unverified)" 1 "into Unverified"
config '[own]' 'domain = itclub.example' 'address = ada@itclub.example' 'addresses-complete = yes'
ok deliver 5 -- "when nobody uses the address it came to"
is "$(in_folder Backscatter)" 1 "it lands in Backscatter with no index at all"
"$BACKSIFT" recheck >"$T/out" 2>&1
is "$?:$(in_folder Unverified):$(in_folder Backscatter)" 0:0:2 "and recheck moves the earlier one there"
config '[own]' 'domain = itclub.example' 'address = ada@itclub.example, 7e949ba@itclub.example' 'addresses-complete = yes'
ok deliver 6 -- "when somebody does use the address"
is "$(in_folder Unverified)" 1 "it stays unverified"

# --- a store that was known only later: from Unverified straight to ours ---
fresh
config '[own]' 'domain = itclub.example' '[index]' 'source = stdin' "complete-since = $month_ago"
ok deliver 7 -- "with an empty index it is delivered"
sent "$cited" owner@gamla-butiken.example | "$BACKSIFT" record -
"$BACKSIFT" recheck >"$T/out" 2>&1
is "$?:$(in_folder Unverified):$(in_folder Autoreplies)" 0:0:1 "recheck moves it from Unverified to Autoreplies"
is "$(grep -c '^rescued: autoreply, unknown before' "$T/out")" 1 "and reports it"

done_testing
