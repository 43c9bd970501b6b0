#!/bin/sh
# recheck and mark: what moves, what stays, and how the journal keeps up with the folders.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

# bounce ID RECIPIENT: a delivery status notification that returns the header of ID.
bounce() {
    cat <<MAIL
Return-Path: <>
From: MAILER-DAEMON@mx.far.example (Mail Delivery System)
To: x7@shop.example
Subject: Undelivered Mail Returned to Sender
Date: Mon, 5 Jan 2026 10:00:00 +0000
Message-ID: <bounce-$1@mx.far.example>
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="limit"

--limit
Content-Type: text/plain

This is the mail system at host mx.far.example.
I'm sorry to have to inform you that your message could not be delivered.

<$2>: unknown user
--limit
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.far.example

Final-Recipient: rfc822; $2
Action: failed
Status: 5.1.1
Diagnostic-Code: smtp; 550 5.1.1 unknown user

--limit
Content-Type: text/rfc822-headers

From: x7@shop.example
To: $2
Subject: about $1
Date: Mon, 5 Jan 2026 09:59:00 +0000
Message-ID: <$1@shop.example>

--limit--
MAIL
}
deliver() {
    bounce "$1" "$2" | "$BACKSIFT" deliver -f '' -r x7@shop.example || echo "# deliver failed"
}
in_folder() {
    messages "$HOME/Maildir/.$1"
}
recheck() {
    "$BACKSIFT" recheck "$@" >"$T/out" 2>"$T/err"
    status=$?
}
month_ago=$(date -u -d '30 days ago' +%F)
make_maildir "$HOME/Maildir"
make_maildir "$HOME/Sent"

# --- a pull source that ran before the response came covers it only at the next run ---
config '[own]' 'domain = shop.example' '[index]' "source = maildir:$HOME/Sent" "complete-since = $month_ago"
printf 'From: x7@shop.example\nTo: bob@far.example\nMessage-ID: <first@shop.example>\n\n' >"$HOME/Sent/new/1.a"
deliver spam-1 victim@far.example
is "$(in_folder Backscatter)" 1 "deliver refreshes the sources before it judges"
like "$("$BACKSIFT" classify "$HOME"/Maildir/.Backscatter/new/*)" '*forged*' "classify says the same of the filed message"
like "$(bounce spam-0 victim@far.example | "$BACKSIFT" classify)" '*forged*' "and of one that is piped in"
config '[own]' 'domain = shop.example' '[index]' "source = maildir:$HOME/Sent" "source = maildir:$HOME/Sent2" "complete-since = $month_ago"
deliver spam-2 victim@far.example
is "$(in_folder Unverified)" 1 "while a source cannot be read nothing is covered"
recheck
is "$status:$(in_folder Unverified)" 65:1 "recheck says that the source cannot be read"
like "$(cat "$T/err")" "backsift: source maildir:$HOME/Sent2*" "and which"
make_maildir "$HOME/Sent2"
recheck -q
is "$status:$(in_folder Unverified):$(in_folder Backscatter)" 0:0:2 "recheck reads the sources first"
is "$(cat "$T/out" "$T/err")" '' "-q prints nothing"

# --- a copy that is filed late rescues ---
printf 'From: x7@shop.example\nTo: joe@far.example\nSubject: about late\nMessage-ID: <late@shop.example>\n\n' >"$T/late"
deliver late joe@far.example
is "$(in_folder Backscatter)" 3 "a bounce faster than the sent copy looks forged"
cp "$T/late" "$HOME/Sent/cur/2.a:2,S"
recheck
is "$status:$(in_folder Backscatter):$(in_folder Bounces)" 0:2:1 "and is rescued once the copy is there"
like "$(cat "$T/out")" 'rescued: bounce, forged before: "Undelivered Mail Returned to Sender" in *.Bounces/new/*' "with a line of its own"
recheck
is "$status:$(cat "$T/out")" "0:2 looked at again, 0 rescued, 0 now forged" "a second run changes nothing"

# --- flags stay; what its owner took away stays away ---
printf 'From: x7@shop.example\nTo: joe@far.example\nMessage-ID: <spam-1@shop.example>\n\n' >"$HOME/Sent/cur/3.a:2,S"
file=$(grep -l 'spam-1@' "$HOME"/Maildir/.Backscatter/new/*)
mv "$file" "$HOME/Maildir/.Backscatter/cur/${file##*/}:2,FS"
recheck
is "$(find "$HOME/Maildir/.Bounces/cur" -name '*:2,FS' | wc -l | tr -d ' ')" 1 "a message that was read and flagged moves with its flags"
printf 'From: x7@shop.example\nTo: joe@far.example\nMessage-ID: <spam-2@shop.example>\n\n' >"$HOME/Sent/cur/4.a:2,S"
file=$(grep -l 'spam-2@' "$HOME"/Maildir/.Backscatter/new/*)
mv "$file" "$HOME/Maildir/cur/${file##*/}:2,S"
recheck
is "$status:$(in_folder Bounces):$(messages "$HOME/Maildir")" 0:2:1 "a message that its owner moved stays where it is"
like "$(cat "$T/out")" '*rescued*no longer in Backscatter*' "and is reported all the same"

# --- the user's word ---
deliver spam-3 victim@far.example
file=$(grep -l 'spam-3@' "$HOME"/Maildir/.Backscatter/new/*)
"$BACKSIFT" mark ours "$file" >"$T/out" 2>&1
is "$?:$(in_folder Backscatter):$(in_folder Bounces)" 0:0:3 "mark ours moves a message to the folder of ours"
recheck
is "$status:$(in_folder Bounces)" 0:3 "recheck leaves it there"
file=$(grep -l 'spam-3@' "$HOME"/Maildir/.Bounces/new/*)
(cd "$HOME/Maildir/.Bounces/new" && "$BACKSIFT" mark -q forged "./${file##*/}") >"$T/out" 2>&1
is "$?:$(cat "$T/out")" 0: "mark takes a relative path, and -q"
is "$(in_folder Backscatter)" 1 "mark forged moves it back"
printf 'From: x7@shop.example\nTo: victim@far.example\nMessage-ID: <spam-3@shop.example>\n\n' >"$HOME/Sent/cur/5.a:2,S"
recheck
is "$status:$(in_folder Backscatter)" 0:1 "and even a recorded ID does not overrule it"

printf 'From: a@far.example\nTo: x7@shop.example\nSubject: lunch?\n\nHello\n' >"$HOME/Maildir/cur/1700000000.mail.host:2,S"
"$BACKSIFT" mark ours "$HOME/Maildir/cur/1700000000.mail.host:2,S" >"$T/out" 2>&1
is "$?:$(messages "$HOME/Maildir")" 65:2 "ordinary mail cannot be marked"
like "$(cat "$T/out")" 'backsift: *ordinary mail*' "and stays where it is"
bounce spam-4 victim@far.example >"$HOME/Maildir/cur/1700000001.moved.host:2,S"
"$BACKSIFT" mark forged "$HOME/Maildir/cur/1700000001.moved.host:2,S" "$T/none" >"$T/out" 2>&1
is "$?:$(in_folder Backscatter)" 65:2 "a response that the journal does not know is added; a missing file is an error"
"$BACKSIFT" mark ours "$T/late" >"$T/out" 2>&1
is "$?" 65 "a file outside of the Maildir cannot be marked"
"$BACKSIFT" mark theirs "$file" >"$T/out" 2>&1
is "$?" 64 "only ours and forged are words to mark with"

config '[own]' 'domain = shop.example' '[folders]' 'bounce.forged = Junk/Joe Job' '[index]' "source = maildir:$HOME/Sent"
file=$(grep -l 'spam-4@' "$HOME"/Maildir/.Backscatter/cur/*)
"$BACKSIFT" mark forged "$file" >"$T/out"
like "$(cat "$T/out")" "$HOME/Maildir/.Junk.Joe Job/cur/*" "a folder of the configuration with levels is made"
file=$(sed 's/: bounce, forged$//' "$T/out")
"$BACKSIFT" mark forged "$file" >"$T/out" 2>&1
is "$?:$(ls "$file")" "0:$file" "and a message that is there already stays"
config '[own]' 'domain = shop.example' '[index]' "source = maildir:$HOME/Sent" "complete-since = $month_ago"

# --- the journal is mended from the folders ---
hour_ago=$(($(date +%s) - 3600))
bounce known-5 joe@far.example >"$HOME/Maildir/.Backscatter/new/$hour_ago.lost.host"
printf 'From: x7@shop.example\nTo: joe@far.example\nMessage-ID: <known-5@shop.example>\n\n' >"$HOME/Sent/cur/6.a:2,S"
before=$(in_folder Bounces)
recheck
is "$status:$(($(in_folder Bounces) - before))" 0:1 "a response without a journal event is added and rescued"
like "$(cat "$T/out")" '*1 added to the journal*' "and counted"

# --- observe: everything stays in the inbox ---
config '[own]' 'domain = shop.example' '[deliver]' 'observe = yes' '[index]' "source = maildir:$HOME/Sent" "complete-since = $month_ago"
before=$(messages "$HOME/Maildir")
deliver seen-6 joe@far.example
is "$(messages "$HOME/Maildir")" $((before + 1)) "with observe a response is filed in the inbox"
printf 'From: x7@shop.example\nTo: joe@far.example\nMessage-ID: <seen-6@shop.example>\n\n' >"$HOME/Sent/cur/7.a:2,S"
recheck
is "$status:$(messages "$HOME/Maildir")" "0:$((before + 1))" "and recheck moves nothing"
like "$(cat "$T/out")" '*rescued: bounce*' "but reports"

# --- the command line ---
recheck --days=x
is "$status" 64 "a wrong number of days is refused"
recheck extra
is "$status" 64 "so is an argument"
"$BACKSIFT" recheck --help >"$T/out" && "$BACKSIFT" mark --help >>"$T/out"
is "$?:$(grep -c '^Usage' "$T/out")" 0:2 "both have help"


# --- many at once, in batches, and cut short ---
many=120
fill() {
    rm -rf "$HOME/Maildir" "$HOME/.local"
    make_maildir "$HOME/Maildir"
    config '[own]' 'domain = shop.example' 'address = ada@shop.example'
    python3 - "$HOME/Maildir/new" $many <<'PY'
import sys, time
for n in range(int(sys.argv[2])):
    with open(f"{sys.argv[1]}/{int(time.time()) - 86400}.{n}.host", "w") as f:
        f.write(f"Return-Path: <>\nFrom: Bo <bo@far.example>\nTo: x{n}@shop.example\nSubject: Automatic reply: {n}\n"
                f"Auto-Submitted: auto-replied\nIn-Reply-To: <{n}@pc>\nMessage-ID: <r{n}@far.example>\n\nI am away.\n")
PY
    "$BACKSIFT" sweep -q
    config '[own]' 'domain = shop.example' 'address = ada@shop.example' 'addresses-complete = yes'
}
# sorted: how many messages there are in Unverified and Backscatter, and how many different ones.
sorted() { echo "$(in_folder Unverified) $(in_folder Backscatter) $(cat "$HOME"/Maildir/.Backscatter/*/* | grep '^Message-ID' | sort -u | wc -l)"; }
fill
is "$(in_folder Unverified)" $many "many that nobody can tell about"
recheck
is "$status $(sorted) $(cat "$T/out")" "0 0 $many $many $many looked at again, 0 rescued, $many now forged" "all are moved"
fill
name=$(find "$HOME/Maildir/.Unverified/new" -type f | head -n 1)
rm "$name"
mkdir -p "$HOME/Maildir/.Unverified/cur"
other=$(find "$HOME/Maildir/.Unverified/new" -type f | head -n 1)
mv "$other" "$HOME/Maildir/.Unverified/cur/$(basename "$other"):2,FS"
recheck
is "$status $(sorted)" "0 0 $((many - 1)) $((many - 1))" "but one that its owner removed"
is "$(find "$HOME/Maildir/.Backscatter/cur" -name '*:2,FS' | wc -l)" 1 "with their flags"
if [ -n "${SANITIZE:-}" ] || [ ! -e "$BUILD/tests/shim.so" ]; then
    skip "a recheck that is cut short" "the preloaded library does not go with the sanitizers, or is not built"
else
    for plan in link:7:KILL link:70:KILL fsync:3:KILL unlink:9:KILL unlink:60:KILL unlink:9:EIO link:60:ENOSPC fsync:1:EIO; do
        fill
        SHIM=$plan SHIM_LOG=$T/shim LD_PRELOAD=$BUILD/tests/shim.so "$BACKSIFT" recheck -q >/dev/null 2>&1
        recheck
        is "$status $(sorted)" "0 0 $many $many" "$plan: the next recheck ends with each message in its place, once"
    done
    is "$(wc -l <"$T/shim" | tr -d ' ')" 8 "each of these went wrong"
fi
done_testing
