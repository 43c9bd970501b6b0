#!/bin/sh
# report: backscatter to SpamCop and to abuse desks; shown first, sent when asked, once.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"
command -v python3 >/dev/null || skip_all "needs python3"

# bounce ID CAME-TO HOST [SUBJECT]: a bounce of forged mail, or of recorded mail when ID is known.
bounce() {
    cat <<MAIL
Return-Path: <>
Received: from $3 ($3 [198.51.100.7]) by mail.shop.example; Mon, 3 Aug 2026 10:00:00 +0000
From: MAILER-DAEMON@$3
To: $2
Subject: ${4:-Undelivered Mail Returned to Sender}
Message-ID: <bounce-$1@$3>
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="limit"

--limit

Your mail from $2 could not be delivered. Grüße
--=_backsift-report-0
From here on it is quoted.
--limit
Content-Type: message/delivery-status

Reporting-MTA: dns; $3

Final-Recipient: rfc822; ${5:-victim@far.example}
Action: failed
Status: 5.1.1

--limit
Content-Type: text/rfc822-headers

From: $2
To: ${5:-victim@far.example}
Subject: about $1
Message-ID: <$1@shop.example>

--limit--
MAIL
}
deliver() {
    bounce "$@" | "$BACKSIFT" deliver -f '' -r "$2" || echo "# deliver failed"
}
report() {
    "$BACKSIFT" report "$@" >"$T/out" 2>"$T/err"
    status=$?
}
sent() {
    find "$T/sent" -name '*.eml' | wc -l | tr -d ' '
}
# check EXPRESSION: of the list of mails m that went, each parsed by Python's own parser.
check() {
    python3 - "$T/sent" "$1" <<'PY'
import email, email.policy, pathlib, sys
m = [email.message_from_bytes(p.read_bytes(), policy=email.policy.default)
     for p in sorted(pathlib.Path(sys.argv[1]).glob("*.eml"))]
whole = lambda part: part.get_payload(0).as_bytes(policy=email.policy.compat32.clone(max_line_length=0))
raw = [p.read_bytes() for p in sorted(pathlib.Path(sys.argv[1]).glob("*.eml"))]
print(eval(sys.argv[2]))
PY
}
empty() {
    rm -rf "$T/sent"
    mkdir "$T/sent"
}
backscatter() {
    find "$HOME/Maildir/.Backscatter/new" -type f | sort
}

make_maildir "$HOME/Maildir"
empty
cat >"$T/sendmail" <<CODE
#!/bin/sh
echo "\$*" >>"$T/arguments"
n=\$(find "$T/sent" -name '*.eml' | wc -l)
cat >"$T/sent/\$(printf %03d "\$n").eml"
CODE
chmod 755 "$T/sendmail"
config '[own]' 'domain = shop.example' '[index]' 'source = stdin' \
    "complete-since = $(date -u -d '30 days ago' +%F)" '[digest]' 'from = Ada <ada@shop.example>' \
    "sendmail = $T/sendmail"
printf 'From: ada@shop.example\nTo: bob@far.example\nMessage-ID: <own@shop.example>\n\n' |
    "$BACKSIFT" record
"$BACKSIFT" recheck -q

# --- what it takes ---
report
is "$status" 64 "it must be said to whom"
report --spamcop s@spam.example --arf abuse@far.example
is "$status" 64 "and to one only"
report --arf abuse@far.example
is "$status" 64 "an abuse desk gets what is its own, not everything"
report --spamcop 'no address'
is "$status" 78 "what is no address is refused"
report --spamcop submit@spam.example --most 0
is "$status" 64 "--most takes a number"

# --- shown first ---
for n in 1 2 3 4 5 6 7 8 9 10 11; do deliver "spam-$n" "x$n@shop.example" mx.far.example; done
deliver own ada@shop.example mx.far.example '' bob@far.example
report --spamcop submit@spam.example
is "$status:$(sent):$(wc -l <"$T/out")" "0:0:12" "without --send it is shown, and nothing is sent"
like "$(tail -1 "$T/out")" "11 responses in 2 mails to submit@spam.example. Nothing was sent*" "and that is said"
like "$(head -1 "$T/out")" "  *bounce  mx.far.example  Undelivered Mail Returned to Sender" "one line a response"
report --spamcop submit@spam.example --print
is "$(grep -c '^From MAILER-DAEMON' "$T/out"):$(sent)" 2:0 "--print writes the mails, as an mbox"

# --- SpamCop ---
report --spamcop submit@spam.example --send
is "$status:$(sent)" 0:2 "--send sends them, ten messages a mail"
like "$(cat "$T/arguments")" "-i -f ada@shop.example -- submit@spam.example*" "by the sendmail, from the owner"
is "$(check '[(x["To"], x["From"], x.get_content_type(), len(list(x.iter_attachments())), x.defects) for x in m]')" \
    "[('submit@spam.example', 'Ada <ada@shop.example>', 'multipart/mixed', 10, []), ('submit@spam.example', 'Ada <ada@shop.example>', 'multipart/mixed', 1, [])]" \
    "well-formed, with the messages attached"
is "$(check '{a.get_content_type() for x in m for a in x.iter_attachments()}')" "{'message/rfc822'}" "as message/rfc822"
backscatter | while read -r f; do
    python3 -c 'import sys; raw = b"".join(open(p, "rb").read() for p in sys.argv[2:]); print(open(sys.argv[1], "rb").read() in raw)' \
        "$f" "$T"/sent/*.eml
done | sort | uniq -c >"$T/whole"
like "$(cat "$T/whole")" "*11 True" "byte for byte, whatever they hold"
is "$(cat "$T"/sent/*.eml | grep -c '<own@shop.example>')" 0 "what answers the owner's own mail is not among them"
empty
report --spamcop submit@spam.example --send
is "$status:$(sent):$(cat "$T/out")" "0:0:Nothing new to report." "each is reported once"
first=$(backscatter | head -1)
report --spamcop other@spam.example --send "$first"
is "$status:$(sent)" 65:0 "also when it is named"
like "$(cat "$T/err")" "*was reported already*" "which is said"

deliver big xbig@shop.example mx.far.example
big=$(grep -l 'about big' "$HOME"/Maildir/.Backscatter/new/*)
rm "$big"
{ bounce huge xhuge@shop.example mx.far.example; yes 'filling filling filling' | head -c 200000; } |
    "$BACKSIFT" deliver -f '' -r xhuge@shop.example
report --spamcop submit@spam.example --send
is "$(sent):$(check 'len(raw[0]) < 60000 and len(list(m[0].iter_attachments()))')" 1:1 "a long one is cut to SpamCop's limit"
like "$(cat "$T/out")" "*(its beginning)*1 more is no longer where it was filed*" "and what is gone is said to be gone"
empty
deliver old xold@shop.example mx.far.example
python3 -c 'import sqlite3, sys; d = sqlite3.connect(sys.argv[1]); d.execute("UPDATE journal SET arrival = arrival - 3 * 86400 WHERE number = (SELECT max(number) FROM journal)"); d.commit()' \
    "$HOME/.local/state/backsift/backsift.db"
report --spamcop submit@spam.example --send
is "$status:$(sent)" 0:0 "what came three days ago is too old for it"

# --- an abuse desk ---
deliver arf-1 x1@shop.example mx.isp.example
deliver arf-2 x1@shop.example mx2.isp.example '=?utf-8?q?Un=0ABcc:_victim=40far.example?= for x1@shop.example'
deliver arf-3 x3@shop.example mx.other.example
report --arf abuse@isp.example --by isp.example --redact --send
is "$status:$(sent)" 0:2 "one report a response, of that host's domain alone"
is "$(check '[(x.get_content_type(), x.get_param("report-type"), [p.get_content_type() for p in x.iter_parts()], x.defects) for x in m][0]')" \
    "('multipart/report', 'feedback-report', ['text/plain', 'message/feedback-report', 'message/rfc822'], [])" \
    "in the form of RFC 5965"
check 'list(m[0].iter_parts())[1].as_string().split("\n\n", 1)[1]' >"$T/fields"
for field in 'Feedback-Type: abuse' 'User-Agent: backsift/' 'Version: 1' 'Original-Mail-From: <>' \
    'Source-IP: 198.51.100.7' 'Reported-Domain: mx.isp.example' 'Arrival-Date: '; do
    is "$(grep -c "^$field" "$T/fields")" 1 "one field $field"
done
like "$(grep '^Original-Rcpt-To' "$T/fields")" "Original-Rcpt-To: <????*@shop.example>" "the recipient is there"
is "$(cat "$T"/sent/*.eml | grep -c 'x1@')" 0 "under another local part, here and in the message"
is "$(cat "$T"/sent/*.eml | sed -n 's/^To: \(.*@shop.example\)$/\1/p' | sort -u | wc -l)" 1 \
    "which is the same each time"
like "$(check 'm[1]["Subject"], m[1]["Bcc"]')" "('FW: Un Bcc: victim@far.example for *@shop.example', None)" \
    "no subject breaks out of its field"
for f in "$T"/sent/*.eml; do "$BACKSIFT" classify "$f"; done | awk '{print $2}' | sort | uniq -c >"$T/classes"
like "$(cat "$T/classes")" "*2 complaint*" "backsift itself takes them for complaints"
id=$(check 'm[0]["Message-ID"]' | tr -d '<>')
{ bounce x ada@shop.example mx.isp.example | sed "s/<x@shop.example>/<$id>/"; } | "$BACKSIFT" deliver -f '' -r ada@shop.example
is "$(grep -l "$id" "$HOME"/Maildir/.Bounces/new/* | wc -l)" 1 "and a bounce of a report is ours"
empty
report --arf abuse@isp.example --by isp.example --send
is "$status:$(sent)" 0:0 "a desk gets each once"
third=$(grep -l 'about arf-3' "$HOME"/Maildir/.Backscatter/new/*)
report --arf abuse@other.example --send "$third"
is "$status:$(sent):$(check 'm[0].get_content_type()')" "0:1:multipart/report" "a response can be named"
like "$(check 'list(m[0].iter_parts())[1].as_string()')" "*Original-Rcpt-To: <x3@shop.example>*" "without --redact it is as it came"

# --- what may not be reported, and what fails ---
empty
mine=$(find "$HOME/Maildir/.Bounces" -type f | head -1)
report --spamcop submit@spam.example --send "$mine"
is "$status:$(sent)" 65:0 "an answer to the owner's own mail is not reported"
like "$(cat "$T/err")" "*is ours, not forged*" "and it is said why"
deliver fails x1@shop.example mx.far.example
printf '#!/bin/sh\nexit 71\n' >"$T/sendmail"
report --spamcop submit@spam.example --send
is "$status" 75 "a sendmail that fails is 75"
report --spamcop submit@spam.example
like "$(cat "$T/out")" "*4 responses in 1 mail *" "and what it did not take is still to be reported"
done_testing
