#!/bin/sh
# record: one message, Maildir folders, and the wrapper that must never keep mail from being sent.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

sent() {
    printf 'From: ann@shop.example\nTo: %s\nSubject: hello\nMessage-ID: <%s>\n\nHello.\n' "${2-joe@far.example}" "$1@shop.example"
}
record() {
    "$BACKSIFT" record "$@" >"$T/out" 2>"$T/err"
    status=$?
}
# bounce ID RECIPIENT: what comes back.
bounce() {
    cat <<MAIL
Return-Path: <>
From: MAILER-DAEMON@far.example
To: x7@shop.example
Subject: Mail delivery failed: returning message to sender
Auto-Submitted: auto-replied
X-Failed-Recipients: $2
References: <$1>

This message was created automatically by mail delivery software.

A message that you sent could not be delivered to one or more of its
recipients. This is a permanent error. The following address(es) failed:

  $2
    no such user
MAIL
}
# recorded ID|RECIPIENT...: is each in the index, as a verdict sees it?
recorded() {
    for word; do
        case $word in
        *@shop.example) bounce "$word" nobody@far.example ;;
        *) bounce spam@elsewhere.example "$word" ;;
        esac | "$BACKSIFT" explain >"$T/explained"
        if grep -q "ID is in the index\|have written to $word" "$T/explained"; then echo yes; else echo no; fi
    done | tr '\n' ' ' | sed 's/ $//; s/ /:/g'
}
make_maildir "$HOME/Sent"

# sent_by ID TO -- ARGUMENT...: hands a sent message to record.
sent_by() {
    sent "$1" "$2" >"$T/message"
    shift 3
    record "$@" <"$T/message"
}

# --- one message ---
sent_by one joe@far.example -- -
is "$status:$(cat "$T/out" "$T/err")" 0: "a message on standard input is recorded, with nothing printed"
is "$(recorded one@shop.example)" yes "its ID is known"
is "$(recorded joe@far.example)" yes "so is its recipient"
is "$(recorded other@shop.example)" no "another ID is not"
sent two | "$BACKSIFT" record
is "$?:$(recorded two@shop.example)" 0:yes "without arguments a message that is piped in is recorded, too"
sent three >"$T/three"
record <"$T/three"
is "$status:$(recorded three@shop.example)" 0:yes "or one in a file"
sent_by four joe@far.example -- --sender=bounces@shop.example --recipient=hidden@far.example -r also@far.example
is "$status:$(recorded hidden@far.example):$(recorded also@far.example)" 0:yes:yes "recipients of the envelope are recorded"
record - </dev/null
is "$status" 75 "no message at all is an error that a mail system retries"
{ sent big; head -c 9000000 /dev/zero; } | "$BACKSIFT" record -
is "$?:$(recorded big@shop.example)" 0:yes "a large message is read to its end"

# --- Maildir folders ---
sent five >"$HOME/Sent/new/1.a"
sent six >"$HOME/Sent/cur/2.a:2,S"
record "maildir:$HOME/Sent"
is "$status:$(recorded five@shop.example):$(recorded six@shop.example)" 0:yes:yes "a Maildir folder is recorded"
like "$(cat "$T/out")" "maildir:$HOME/Sent: 2 recorded (not declared*" "and counted"
mv "$HOME/Sent/new/1.a" "$HOME/Sent/cur/1.a:2,RS"
record "$HOME/Sent/"
like "$status:$(cat "$T/out")" "0:maildir:$HOME/Sent: 0 recorded*" "a second run records nothing twice, whatever its path looks like"
cd "$HOME" || exit 1
sent seven >"$HOME/Sent/cur/3.a:2,S"
record Sent
like "$status:$(cat "$T/out")" "0:maildir:$HOME/Sent: 1 recorded*" "also by a relative path"
record -q maildir:~/Sent
is "$status:$(cat "$T/out" "$T/err")" 0: "-q prints nothing"

# --- declared sources ---
record </dev/null
is "$status" 78 "without a declared source there is nothing to do"
like "$(cat "$T/err")" 'backsift: no source*declared*' "and it says what to declare"
config '[index]' 'source = stdin' 'source = maildir:~/Sent' "source = maildir:$HOME/Other"
sent eight >"$HOME/Sent/cur/4.a:2,S"
record </dev/null
is "$status:$(recorded eight@shop.example)" 65:yes "a source that cannot be read does not keep the others from being read"
is "$(cat "$T/out")" "maildir:$HOME/Sent: 1 recorded
maildir:$HOME/Other: 0 recorded, not complete" "each declared source is run"
like "$(cat "$T/err")" "backsift: source maildir:$HOME/Other*" "and the broken one is named"
make_maildir "$HOME/Other"
record </dev/null
is "$status" 0 "once it is there all is well"
record /nonexistent
is "$status" 78 "what is no source is refused"
record --wrong
is "$status" 64 "a wrong option is a usage error"
record --wrong -
is "$status" 75 "but one that a mail system may retry for a message on standard input"

# --- the wrapper ---
cat >"$T/mailer" <<'SH'
#!/bin/sh
cat >"$T/sent"
printf '%s\n' "$@" >"$T/arguments"
exit 7
SH
chmod +x "$T/mailer"
export T
{ sent nine; head -c 300000 /dev/urandom; } >"$T/nine"
record --exec "$T/mailer" -oi -f ann@shop.example -- joe@far.example bcc@far.example <"$T/nine"
is "$status" 7 "the wrapper exits as its command does"
ok cmp -s "$T/nine" "$T/sent" -- "and hands the message on byte for byte"
is "$(tr '\n' ' ' <"$T/arguments")" '-oi -f ann@shop.example -- joe@far.example bcc@far.example ' "with the command's own arguments"
is "$(recorded nine@shop.example):$(recorded bcc@far.example)" yes:yes "ID and envelope recipients are recorded"
record --exec "$T/no-such-mailer" <"$T/nine"
is "$status" 75 "a command that cannot be run is an error"
like "$(cat "$T/err")" 'backsift: cannot run*not sent*' "that says so"

month_ago=$(date -u -d '30 days ago' +%F)
config '[index]' 'source = wrapper' "complete-since = $month_ago"
record --exec "$T/mailer" <"$T/nine"
forged() {
    bounce spam@elsewhere.example victim@far.example | "$BACKSIFT" classify | grep -c forged
}
is "$(forged)" 1 "with a complete source an unknown ID is forged"
database=$HOME/.local/state/backsift/backsift.db
mv "$database" "$database.away"
mkdir "$database"
rm -f "$T/sent"
sent ten >"$T/ten"
record --exec "$T/mailer" <"$T/ten"
is "$status" 7 "with a broken index the message is sent all the same"
ok cmp -s "$T/ten" "$T/sent" -- "whole"
like "$(cat "$T/err")" 'backsift: *handed on*not recorded*' "with a warning"
ok test -s "$database.gaps" -- "and the gap is noted"
rmdir "$database"
mv "$database.away" "$database"
sent eleven >"$T/eleven"
record --exec "$T/mailer" <"$T/eleven"
is "$status:$(recorded eleven@shop.example)" 7:yes "once the index works again it records"
is "$(forged)" 0 "but the gap stays a doubt"
rm -rf "$HOME/.local/state/backsift" "$HOME/.config/backsift/index.key"
sent twelve >"$T/twelve"
record --exec "$T/mailer" <"$T/twelve"
is "$(forged)" 1 "in a new index nothing is in doubt"
echo 'a bare text' >"$T/bare"
record --exec "$T/mailer" joe@far.example <"$T/bare"
is "$status" 7 "a text without a header is handed on, too"
is "$(forged)" 0 "and is a gap: nobody knows the ID it gets on its way"
echo '[broken' >"$HOME/.config/backsift/backsift.conf"
rm -f "$T/sent"
record --exec "$T/mailer" <"$T/ten"
is "$status" 7 "with a broken configuration, too, the message is sent"
ok cmp -s "$T/ten" "$T/sent" -- "whole"
ok test -s "$database.gaps" -- "and the gap is noted where the index is by default"
record --exec
is "$status" 75 "--exec without a command is an error"
record --help
like "$status:$(cat "$T/out")" '0:Usage: backsift record*' "there is help"

done_testing
