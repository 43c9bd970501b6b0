#!/bin/sh
# classify and explain: an answer for every input, in order, for broken ones, too.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

cat >"$T/bounce" <<'EOF'
Return-Path: <>
From: MAILER-DAEMON@mx.example.net (Mail Delivery System)
To: me@example.org
Subject: Undelivered Mail Returned to Sender
Message-ID: <b1@mx.example.net>
Content-Type: multipart/report; report-type=delivery-status; boundary="B"

--B
Content-Type: text/plain

This is the mail system at host mx.example.net.
--B
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.net

Final-Recipient: rfc822; you@example.net
Action: failed
Status: 5.1.1
Diagnostic-Code: smtp; 550 5.1.1 No such user
--B
Content-Type: message/rfc822

From: me@example.org
To: you@example.net
Subject: Hello
Message-ID: <original-1@example.org>

Hello.
--B--
EOF
printf 'From: you@example.net\nTo: me@example.org\nSubject: Hello\nMessage-ID: <m1@example.net>\n\nHello.\n' >"$T/mail"
: >"$T/empty"
head -c 20000 /dev/urandom >"$T/noise"
mkdir "$T/folder"

cd "$T" || exit 1
"$BACKSIFT" classify bounce mail empty noise missing bounce >out 2>err
is "$?" 65 "an input that is not there: exit 65"
is "$(cut -f1 out | tr '\n' ' ')" "bounce mail empty noise missing bounce " "every input is answered, in order"
is "$(sed -n 1p out | cut -f2,3,5)" "bounce	unknown	Unverified" "a bounce, origin unknown without an index"
is "$(sed -n 2p out)" "mail	mail	-	-	INBOX" "ordinary mail"
is "$(cut -f2 out | sed -n '3,5p' | sort -u)" "mail" "an empty, a random and a missing file are mail"
like "$(cat err)" "backsift: *missing*" "the missing one is named"

"$BACKSIFT" classify --json bounce >json
is "$?" 0 "classify --json exits with 0"
ok python3 -c '
import json, sys
r = json.loads(open("json").read())
assert r["file"] == "bounce" and r["class"] == "bounce" and r["origin"] == "unknown", r
assert r["original_ids"] == ["original-1@example.org"], r
assert r["reporting_mta"] == "mx.example.net", r
assert r["recipients"][0]["address"] == "you@example.net", r
assert r["recipients"][0]["status"] == "5.1.1", r
assert "No such user" in r["recipients"][0]["diagnostic"], r
assert r["folder"] == "Unverified" and r["rule"], r
e = [x for x in r["evidence"] if x["kind"] == "returned-id"]
assert e and "Message-ID" in e[0]["where"] and e[0]["value"] == "original-1@example.org", r
' -- "the JSON object holds what backsift(1) says"
is "$("$BACKSIFT" classify --json <mail | cut -c1-25)" '{"file":"-","class":"mail' "standard input"

"$BACKSIFT" classify --exit-code bounce
is "$?" 0 "--exit-code: 0 for a response"
"$BACKSIFT" classify --exit-code mail
is "$?" 1 "--exit-code: 1 for mail"
"$BACKSIFT" classify --exit-code --class=autoreply bounce
is "$?" 1 "--exit-code --class: 1 for another class"
"$BACKSIFT" classify --exit-code --class=bounce --origin=unknown <bounce
is "$?" 0 "--exit-code --class --origin: 0 when both are right"
"$BACKSIFT" classify --class=nonsense bounce 2>err
is "$?" 64 "an unknown class is a usage error"

cp bounce mail folder
is "$("$BACKSIFT" classify folder | cut -f1 | tr '\n' ' ')" "folder/bounce folder/mail " "a folder's files by name"
make_maildir md
cp bounce md/cur/1:2,S
cp mail md/new/2
is "$("$BACKSIFT" classify md | cut -f1,2 | tr '\n\t' '; ')" "md/cur/1:2,S bounce;md/new/2 mail;" "a Maildir's cur and new"

printf 'mail\n\nfolder\nmissing\nmd' >list
"$BACKSIFT" classify bounce --files-from=list >out 2>err
is "$? $(cut -f1 out | tr '\n' ' ')" "65 bounce mail folder/bounce folder/mail missing md/cur/1:2,S md/new/2 " "--files-from: the files, folders and Maildirs of a list, behind those given, each answered"
cp mail "$(printf 'two\nlines')"
cp mail ./-
is "$(find . -maxdepth 1 -name 'two*' -print0 | "$BACKSIFT" classify -0 -T - | tail -n 1)" "./two lines	mail	-	-	INBOX" "--null: names with new lines, from standard input"
is "$(echo - | "$BACKSIFT" classify -T - | cut -f1,2)" "./-	mail" "in a list, - is a file of that name"
"$BACKSIFT" classify --files-from=nowhere >out 2>err
is "$? $(cat out)" "65 " "a list that is not there"
: >list
is "$("$BACKSIFT" classify --files-from=list; echo $?)" 0 "an empty list is nothing to do"
mkdir crowd
i=0
while [ $i -lt 60 ]; do
    i=$((i + 1))
    cp bounce crowd/$i
done
ok test "$("$BACKSIFT" classify crowd | cut -f2-)" = "$(for f in crowd/*; do "$BACKSIFT" classify "$f" | cut -f2-; done)" -- "many at once are judged as one by one"

"$BACKSIFT" explain bounce >out
for word in 'bounce, unknown' 'rule' 'row' '4:' 'original-1@example.org' 'returned-id' 'you@example.net' 'Unverified'; do
    ok grep -qF "$word" out -- "explain shows $word"
done
printf 'From: x\nSubject: \033[31mred\n\n' | "$BACKSIFT" explain >out
ok test "$(tr -d '\040-\176\n' <out | wc -c)" -eq 0 -- "no control character reaches the terminal"
is "$(find "$HOME" -name '*.db' -o -name key | wc -l)" 0 "classify and explain create nothing"
done_testing
