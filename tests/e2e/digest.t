#!/bin/sh
# digest: the mail, once a period, whatever happens around it.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

# bounce ID RECIPIENT CAME-TO [SUBJECT]: a delivery status notification that returns ID's header.
bounce() {
    cat <<MAIL
Return-Path: <>
From: MAILER-DAEMON@mx.far.example (Mail Delivery System)
To: $3
Subject: Undelivered Mail Returned to Sender
Message-ID: <bounce-$1@mx.far.example>
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="limit"

--limit
Content-Type: text/plain

This is the mail system at host mx.far.example.
--limit
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.far.example

Final-Recipient: rfc822; $2
Action: failed
Status: 5.1.1
Diagnostic-Code: smtp; 550 5.1.1 unknown user

--limit
Content-Type: text/rfc822-headers

From: $3
To: $2
Subject: ${4:-about $1}
Message-ID: <$1@shop.example>

--limit--
MAIL
}
deliver() {
    bounce "$@" | "$BACKSIFT" deliver -f '' -r "$3" || echo "# deliver failed"
}
record() {
    printf 'From: ada@shop.example\nTo: %s\nMessage-ID: <%s@shop.example>\n\n' "$2" "$1" |
        "$BACKSIFT" record || echo "# record failed"
}
digest() {
    "$BACKSIFT" digest "$@" >"$T/out" 2>"$T/err"
    status=$?
}
# figures EXPRESSION: of the object d that digest --json wrote.
figures() {
    python3 -c 'import json, sys; d = json.load(open(sys.argv[1])); print(eval(sys.argv[2]))' "$T/out" "$1"
}
inbox() {
    messages "$HOME/Maildir"
}
# The one message in the inbox, its quoted-printable undone.
mail() {
    cat "$HOME"/Maildir/new/*
}
subject() {
    mail | sed -n 's/^Subject: //p'
}
month_ago=$(date -u -d '30 days ago' +%F)
database=$HOME/.local/state/backsift/backsift.db
make_maildir "$HOME/Maildir"

# --- before anything has happened ---
digest --text
is "$status" 0 "without a store there is a digest to look at"
like "$(cat "$T/out")" "*nothing to tell.*" "which has nothing to tell"
ok test ! -e "$database" -- "looking makes no store"
digest
is "$status:$(inbox)" 0:0 "nothing to tell is no mail"

# --- what the first digest says is to be pasted, and then verdicts can be 'forged' ---
make_maildir "$HOME/Maildir/.Sent"
deliver spam-0 victim@far.example x0@shop.example
digest --text
like "$(cat "$T/out")" "*1 to check.*" "an unknown response is to check"
like "$(cat "$T/out")" "*domain = shop.example*source = maildir:$HOME/Maildir/.Sent*" \
    "the first digest says what is missing"
PATH=$(dirname "$BACKSIFT"):$PATH
export PATH
digest --json
figures '"\n".join(l for a in d["index"]["advice"] for l in a["lines"])' >"$T/paste"
sh "$T/paste" >"$T/pasted" 2>&1
is "$(cat "$T/pasted")" "maildir:$HOME/Maildir/.Sent: 0 recorded" "its commands can be pasted"
is "$(grep -v '^$' "$HOME/.config/backsift/backsift.conf")" "[own]
domain = shop.example
[index]
source = maildir:$HOME/Maildir/.Sent
complete-since = $(date +%F)" "and write the configuration, without addresses nobody wrote"
ok "$BACKSIFT" record -q -- "which is valid"

config '[own]' 'domain = shop.example' '[index]' 'source = stdin' "complete-since = $month_ago"
record offer bob@far.example
"$BACKSIFT" recheck -q

# --- one mail ---
deliver offer bob@far.example ada@shop.example 'Our offer'
deliver spam-1 victim@far.example x1@shop.example
deliver spam-2 victim@far.example x2@shop.example
digest --print
is "$status:$(inbox)" 0:0 "--print files nothing"
like "$(cat "$T/out")" "Date: *Subject: 1 of your messages failed, 3 forged*" "it writes the mail"
digest
is "$status:$(inbox):$(cat "$T/out" "$T/err")" "0:1:" "one mail is filed, silently"
is "$(subject)" "1 of your messages failed, 3 forged" "its subject tells the essence"
for field in 'Date: ' 'From: "backsift" <' 'To: ' 'Message-ID: <' 'List-Id: backsift digest <digest.backsift.' \
    'Auto-Submitted: auto-generated' 'X-Backsift-Digest: since=' 'MIME-Version: 1.0'; do
    is "$(mail | grep -c "^$field")" 1 "one field $field"
done
like "$(mail)" "*bob@far.example*Our offer*no such mailbox*x1@shop.example*mx.far.example*" "its text tells it"
ok python3 "$here/check_mail.py" "$HOME"/Maildir/new/* -- "it is RFC 5322-clean, with text and HTML"

# --- at most one a period ---
deliver spam-3 victim@far.example x3@shop.example
digest
is "$status:$(inbox)" 0:1 "a second one on the same day is none"
digest --print
like "$(cat "$T/out")" "*Subject: 1 forged*" "--print shows what is new since"
digest --json
is "$(figures 'd["counts"]["forged"]["bounce"], d["headline"]')" "(1, '1 forged')" \
    "--json has the same figures"
is "$(figures 'sum(day["counts"]["forged"].get("bounce", 0) for day in d["days"])')" 4 \
    "and those of the days before"
digest --since "$month_ago" --text
like "$(cat "$T/out")" "*1 of your messages failed, 4 forged*" "--since tells it all again"
digest --since "$month_ago" --until "$(date +%F)" --text
like "$(cat "$T/out")" "*nothing to tell.*" "--until ends before"
digest --since 2000-01-01 --until 1999-01-01
is "$status" 64 "--since must be before --until"
digest --html "$T/page.html"
ok grep -q '</html>' "$T/page.html" -- "--html writes the page"
digest --period hour
is "$status" 0 "another period is allowed"
rm -f "$HOME"/Maildir/new/*
"$BACKSIFT" digest --since "$month_ago" --to 'Ada <ada@shop.example>'
like "$(mail)" "*To: \"Ada\" <ada@shop.example>*" "--to names the address"
digest --to 'a@b>
Bcc: c@d'
is "$status" 78 "what is no address is refused"

# --- never judged ---
cp "$HOME"/Maildir/new/* "$T/digest.eml"
like "$("$BACKSIFT" classify "$T/digest.eml")" "*mail*00-digest/own-digest*" "the digest is mail by its own rule"

# --- the journal lost a delivery ---
rm -f "$HOME"/Maildir/new/* "$database"*
record offer bob@far.example
held=$(messages "$HOME/Maildir/.Backscatter")
for f in "$HOME"/Maildir/.Backscatter/new/*; do
    base=${f##*/}
    mv "$f" "${f%/*}/$(($(date +%s) - 1000)).${base#*.}"
done
digest
is "$status:$(inbox)" 0:1 "after the journal was lost there is a digest"
like "$(subject)" "*$held forged*" "that counts what the folders hold"

# --- what recheck finds is told at once, and once ---
config '[own]' 'domain = shop.example' '[index]' 'source = stdin' "complete-since = $month_ago"
rm -f "$HOME"/Maildir/new/* "$database"*
deliver late joe@far.example ada@shop.example 'The late one'
record late joe@far.example
"$BACKSIFT" recheck -q
digest
like "$(subject)" "1 found to be yours, 1 of your messages failed*" "recheck's rescue is told in the digest right behind it"
deliver spam-6 victim@far.example x6@shop.example
rm -f "$HOME"/Maildir/new/*
digest --json
is "$(figures 'len(d["rescued"]), len(d["own"])')" "(0, 0)" "and not again"

# --- what responses say is hostile ---
rm -f "$HOME"/Maildir/new/* "$database"*
rm -rf "$HOME"/Maildir/.Backscatter "$HOME"/Maildir/.Bounces "$HOME"/Maildir/.Unverified
python3 "$here/hostile_bounces.py" "$T/hostile"
record evil victim@far.example
for f in "$T"/hostile/*; do
    "$BACKSIFT" deliver -f '' -r ada@shop.example <"$f" || echo "# deliver failed"
done
rm -f "$HOME"/Maildir/new/* # what was too large to be read is filed unread
digest
is "$status:$(inbox)" 0:1 "a digest of hostile responses is one mail"
is "$(subject)" "2 of your messages failed, 9 answers, 9 forged, 9 to check" "that tells of them"
ok python3 "$here/check_mail.py" "$HOME"/Maildir/new/* -- "which is well-formed, and nothing breaks out"
ok test "$(mail | wc -c)" -lt 100000 -- "and of a size to read"
digest --since "$month_ago" --html "$T/page.html"
if command -v tidy >/dev/null; then
    is "$(tidy -q -e "$T/page.html" 2>&1)" '' "an HTML checker finds nothing to say"
else
    echo "# skipped: tidy is not installed"
fi

# --- by a sendmail ---
config '[own]' 'domain = shop.example' '[index]' 'source = stdin' "complete-since = $month_ago" \
    '[digest]' 'to = ada@shop.example' "sendmail = $T/sendmail"
rm -f "$HOME"/Maildir/new/*
printf '#!/bin/sh\nprintf "%%s " "$@" >"%s/arguments"\ncat >"%s/sent"\n' "$T" "$T" >"$T/sendmail"
chmod 755 "$T/sendmail"
digest --since "$month_ago"
is "$status:$(inbox)" 0:0 "with a sendmail nothing is filed"
is "$(cat "$T/arguments")" '-i -f <> -- ada@shop.example ' "it is called with the null sender"
ok python3 "$here/check_mail.py" "$T/sent" -- "and gets the mail"
printf '#!/bin/sh\nexit 71\n' >"$T/sendmail"
digest --since "$month_ago"
is "$status:$(cat "$T/err")" "75:backsift: $T/sendmail exited with 71: the mail was not sent" "its failure is 75"
rm "$T/sendmail"
digest --since "$month_ago"
is "$status:$(cat "$T/err")" "75:backsift: $T/sendmail cannot be run: see [digest] sendmail" "and so is its absence"

# --- killed between sending and remembering ---
# shellcheck disable=SC2016 # it is the script's
printf '#!/bin/sh\ncat >"%s/sent.$$"\nkill -9 $PPID\n' "$T" >"$T/sendmail"
chmod 755 "$T/sendmail"
rm -f "$database"*
record offer bob@far.example
deliver spam-7 victim@far.example x7@shop.example
"$BACKSIFT" digest >"$T/out" 2>&1
# shellcheck disable=SC2016
printf '#!/bin/sh\ncat >"%s/sent.$$"\n' "$T" >"$T/sendmail"
digest
is "$status:$(find "$T" -name 'sent.*' | wc -l)" 0:2 "a digest that is killed behind the sending is sent once more"
digest
is "$(find "$T" -name 'sent.*' | wc -l):$(grep -h '^Subject' "$T"/sent.* | sort -u | wc -l)" 2:1 "and not a third time"

# --- two at a time ---
config '[own]' 'domain = shop.example' '[index]' 'source = stdin' "complete-since = $month_ago"
rm -f "$HOME"/Maildir/new/* "$database"*
record offer bob@far.example
deliver offer bob@far.example ada@shop.example
pids=
for _ in 1 2 3 4 5; do
    "$BACKSIFT" digest &
    pids="$pids $!"
done
for p in $pids; do wait "$p"; done
is "$(inbox)" 1 "five at a time make one mail"

# --- what can fail ---
rm -f "$HOME"/Maildir/new/*
deliver spam-5 victim@far.example x5@shop.example
if [ "$(id -u)" -eq 0 ]; then
    echo "# skipped: to root no folder is unwritable"
else
    chmod 500 "$HOME/Maildir/new"
    digest --since "$month_ago"
    is "$status" 75 "an inbox that cannot be written is 75"
    chmod 700 "$HOME/Maildir/new"
fi
rm -f "$database"-*
echo garbage >"$database"
digest
is "$status:$(inbox)" 78:0 "a broken store is an error"
like "$(cat "$T/err")" "backsift: *backsift.db*" "with a line that says why"
rm -rf "$HOME/Maildir" "$database"
digest
is "$([ "$status" -ne 0 ] && echo error)" error "no Maildir is an error"
like "$(cat "$T/err")" "backsift: *Maildir*" "that says so"
digest --no-such-option
is "$status" 64 "a wrong option is 64"
done_testing
