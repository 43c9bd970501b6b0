#!/bin/sh
# A server that lies, floods and breaks off at chosen places: each run ends in bounded time and memory
# with a clear error, and the next one, when the server is sound again, does the work.
# shellcheck disable=SC2034,SC2154
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"
work=$T/imap
. "$here/imap/imap.sh"
server_certificates
state=$work/state
peak='import resource, subprocess, sys
code = subprocess.call(sys.argv[2:])
open(sys.argv[1], "w").write(str(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024))
sys.exit(code)'

# begin ABILITIES: a server anew, with a bounce and another mail in its inbox, and an account to which
# nothing is known.
begin() {
    [ -z "${server:-}" ] || end_server
    rm -rf "$state" "$HOME/.local/state/backsift"
    mkdir -p "$state/inbox"
    bounce mallory forged >"$state/inbox/3"
    plain 1 >"$state/inbox/4"
    printf %s "$1" >"$state/abilities"
    restart
}
restart() {
    rm -f "$state/port"
    python3 "$here/imap/scripted.py" "$work/good.pem" "$work/good.key" "$state" </dev/null >"$state/out" 2>&1 &
    server=$!
    wait_for 10 test -s "$state/port"
    account_here
}
# account_here LINE...: lines given come last.
account_here() {
    config '[own]' 'address = me@example.org' 'addresses-complete = yes' \
        '[imap "work"]' 'host = localhost' "port = $(cat "$state/port")" 'user = me@example.org' \
        "tls-ca-file = $work/ca.pem" "password-file = $HOME/secret" "$@"
}
end_server() {
    kill "$server"
    wait "$server" 2>/dev/null
}
on_exit 'end_server'

# faulty FAULT [OPTION...]: a sweep. Its exit code is in $code, what it says in $got, its peak memory in MB in $peak_mb.
faulty() {
    printf %s "$1" >"$state/fault"
    rm -f "$state/mail"
    shift
    got=$(timeout 60 python3 -c "$peak" "$work/peak" "$BACKSIFT" sweep "$@" imap:work </dev/null 2>&1)
    code=$?
    peak_mb=$(cat "$work/peak")
}
# mail_is WORDS: where the messages are in the end; the server tells it when the connection has ended.
mail_is() {
    wait_for 10 grep -q . "$state/mail"
    is "$(tr '\n' ';' <"$state/mail")" "$1" "$2"
}
filed='INBOX 4 mail1;Unverified 1 bounce-forged;'

# was_small NAME: the last run. The sanitizers take memory of their own.
was_small() {
    if [ -n "${SANITIZE:-}" ]; then
        skip "$1: memory" "not under the sanitizers"
    else
        ok [ "${peak_mb:-9999}" -le 64 ] -- "$1: in $peak_mb MB"
    fi
}

# fails FAULT PATTERN NAME
fails() {
    begin MOVE
    faulty "$1"
    is $code 75 "$3: try again"
    like "$got" "backsift: imap:work: *$2*" "$3: it says what is wrong"
    was_small "$3"
    faulty ''
    is $code 0 "$3: the next run ends well"
    mail_is "$filed" "$3: and has done the work"
}
fails huge 'more than its answer may take' "a literal of 10 GB"
fails lines 'more than its answer may take' "5,000,000 lines"
fails eof 'fetching messages: reading from the server: ' "an end within a literal"
fails less 'not understood' "a literal shorter than said"
fails more 'not understood' "a literal longer than said"
fails "lines 1 * 1 FETCH (BODYSTRUCTURE $(printf '%01000d' 0 | tr 0 '(')" 'nested too deeply' "brackets in brackets"
fails 'lines 1 * OK [BADCHARSET ("x")] y' 'is not IMAP' "what libetpan cannot read"
if [ -n "${SANITIZE:-}" ]; then
    skip "what libetpan breaks on" "not under the sanitizers, which tell of it first"
else
    begin MOVE
    faulty 'lines 1 * OK [PERMANENTFLAGS ((((] x'
    is $code 75 "what libetpan breaks on: try again"
    like "$got" "backsift: the mail server's answer cannot be read: *" "what libetpan breaks on: it says so"
    faulty ''
    mail_is "$filed" "what libetpan breaks on: the next run does the work"
fi

# --- messages that are there, but of which nothing comes ---
# withholds FAULT
withholds() {
    begin MOVE
    faulty "$1"
    is $code 0 "$1: the run goes on"
    like "$got" '*looked at, 0 responses, 0 moved, [12] unreadable*' "$1: and says that messages are unreadable"
    like "$(tail -n 1 "$HOME/.local/state/backsift/backsift.log")" '*gives nothing of [12] messages in INBOX, the first with UID 3: [12] are looked at again*' \
        "$1: and which"
    faulty ''
    like "$got" '*2 looked at, 1 responses, 1 moved*' "$1: the next run looks at them again"
    mail_is "$filed" "$1: and has done the work"
}
withholds nil
withholds nothing
withholds wholenil
begin MOVE
for run in first second third; do
    faulty nil
    like "$(tail -n 1 "$HOME/.local/state/backsift/backsift.log")" '*: 2 are looked at again by the next run*' "the $run time it is tried again"
done
faulty nil
like "$(tail -n 1 "$HOME/.local/state/backsift/backsift.log")" '*: 0 are looked at again by the next run*' "in the end they are passed over"
faulty ''
like "$got" '*work: 0 looked at*' "and not asked for any more"
begin MOVE
faulty expunged
like "$got" '*work: 0 looked at, 0 responses, 0 moved, 1 KB read' "what is expunged meanwhile is no matter"
faulty ''
like "$got" '*work: 0 looked at*' "and not asked for again"

# --- a header that breaks the one that reads it ---
# No rule holds for it: were it read where the password is, nothing would break.
# breaks HOW REASON
breaks() {
    begin MOVE
    printf 'From: friend2@example.net\nTo: me@example.org\nSubject: undelivered zebra\nMessage-ID: <zebra@example.net>\n\nhi\n' >"$state/inbox/5"
    end_server
    restart
    got=$(SHIM=search:1:$1 SHIM_AT=zebra SHIM_IN=child LD_PRELOAD=$BUILD/tests/shim.so timeout 120 "$BACKSIFT" sweep imap:work </dev/null 2>&1)
    is $? 0 "a header that makes its reader $1: the run goes on"
    like "$got" '*3 looked at, 1 responses, 1 moved, 1 unreadable*' "and counts it"
    like "$(cat "$HOME/.local/state/backsift/backsift.log")" "*message 5 stays unclassified: the message's reader *$2*" "and says why"
    mail_is "INBOX 4 mail1;INBOX 5 zebra;Unverified 1 bounce-forged;" "it stays, the others are where they belong"
}
if [ -n "${SANITIZE:-}" ] || [ ! -e "$BUILD/tests/shim.so" ]; then
    skip "a header that breaks its reader" "the preloaded library does not go with the sanitizers, or is not built"
else
    breaks SEGV 'killed by signal'
    breaks HANG ''
fi

# --- what is not asked for, and numbers that are not true ---
begin MOVE
faulty 'say FETCH * OK [UIDVALIDITY 99] x'
is $code 75 "UIDVALIDITY changes in mid-run: try again"
like "$got" '*backsift: imap:work: the server has numbered INBOX anew meanwhile*' "and it says so"
mail_is 'INBOX 3 bounce-forged;INBOX 4 mail1;' "nothing is moved under numbers that may be others' by now"
faulty ''
mail_is "$filed" "the next run does the work"

# harmless FAULT NAME: the run is as any other, and so is the next.
harmless() {
    begin MOVE
    faulty "$1"
    is $code 0 "$2: the run ends well"
    like "$got" '*work: 2 looked at, 1 responses, 1 moved, *' "$2: and does its work"
    mail_is "$filed" "$2: and no other"
    faulty ''
    like "$got" '*work: 0 looked at, *' "$2: the next run has nothing to do"
}
harmless 'say FETCH * 0 EXISTS|* 2 EXPUNGE|* 1 EXPUNGE|* 1 EXPUNGE' "messages are said to go"
harmless 'say FETCH * 1 FETCH (UID 1 BODY[HEADER]<0> "From: MAILER-DAEMON")|* 9 FETCH (UID 4294967295 BODY[]<0> "x")|* 2 FETCH (UID 4 FLAGS (\Deleted))|* 2 FETCH (BODY[]<0> "x")' \
    "messages that were not asked for"
harmless 'only SEARCH * SEARCH 4 3 3 4 0 3' "a message found thrice"
harmless 'say MOVE * OK [COPYUID 7 1:4294967295 1:4294967295] x' "more moved than there is"

begin MOVE
faulty 'only SEARCH * SEARCH 3 4 99 4294967295'
is $code 0 "messages that are not there"
mail_is "$filed" "those that are there are filed"
bounce mallory next >"$state/arrived"
faulty ''
like "$got" '*work: 2 looked at, 1 responses, 1 moved, *' "what comes under a lower number is looked at"
like "$(tail -n 1 "$HOME/.local/state/backsift/backsift.log")" '*: the server has gone back with its UIDs in INBOX, from 98 to 6: *' "and why is said"

begin MOVE
faulty "also SELECT * OK [UIDNEXT 1] x"
like "$got" '*work: 0 looked at, *' "UIDNEXT below all: nothing is there"
faulty "also SELECT * OK [UIDNEXT 4294967295] x"
mail_is "$filed" "UIDNEXT above all: what is there is filed"
bounce mallory forged >"$state/arrived"
faulty ''
like "$got" '*work: 2 looked at, 0 responses, 0 moved*' "what comes then is looked at: it was moved back by its owner"
faulty "also SELECT * OK [UIDNEXT 5] x"
like "$got" '*work: 2 looked at, 0 responses, 0 moved*' "looked at once more, it stays: that is its owner's word"
mail_is 'INBOX 4 mail1;INBOX 5 bounce-forged;Unverified 1 bounce-forged;' "and it is there"

# --- names of mailboxes ---
begin MOVE
account_here '[index]' 'source = imap:work'
printf '%b' '(\\Sent) "/" "Se\0001nt"\n(\\Sent) "/" "Sent&AAAA-\0033[2J"\n(\\Sent) "." &&-&AGE\n() NIL "Sent"\n' >"$state/special"
faulty ''
like "$got" '*backsift: imap:work: opening the mailbox &&-&AGE: the server refuses*' "names with control characters are none, nonsense is asked for"
mail_is "$filed" "the inbox is swept"
begin MOVE
account_here '[index]' 'source = imap:work'
awk 'BEGIN { for (i = 0; i < 100000; i++) print "() \"/\" \"box" i "\"" }' >"$state/special"
faulty ''
is $code 78 "100,000 mailboxes, none of sent mail"
like "$got" '*backsift: imap:work: the server has no mailbox marked \\Sent*' "is said"
was_small "100,000 mailboxes"
mail_is "$filed" "the inbox is swept"

# --- sent mail of which nothing comes ---
# What is not known to the end covers nothing: nothing is judged forged by it.
begin MOVE
account_here 'sent = INBOX' '[index]' 'source = imap:work' 'complete-since = 2020-01-01'
for run in first second third fourth; do
    faulty nil
    like "$code $got" '75 *of 2 sent messages, the first with UID 3: *imap:work: * looked at*' \
        "sent mail of which nothing comes: the $run sweep says so, and goes on"
done
like "$("$BACKSIFT" index coverage 2>&1)" "*No response can be judged 'forged'*" "it covers nothing"
faulty ''
is $code 0 "the next sweep looks at it again"
like "$("$BACKSIFT" index coverage 2>&1)" '*source imap:work: 2 messages*Known is all*' "and knows it"

# --- cut in a move, on a server that can only copy ---
# Message 4 is one that its owner has marked deleted.
begins() {
    begin "$1"
    printf 4 >"$state/marked"
}
kept='INBOX 4 \Deleted mail1;'
begins UIDPLUS
faulty 'stop STORE'
is $code 75 "cut behind marking the old copy: try again"
half_moved="INBOX 3 \Deleted bounce-forged;${kept}Unverified 1 bounce-forged;"
mail_is "$half_moved" "it stands there, marked"
faulty '' --dry-run
like "$got" '*work: 2 looked at, 0 responses, 0 moved*' "--dry-run leaves it"
account_here '[deliver]' 'observe = yes'
faulty ''
like "$got" '*work: 2 looked at, 0 responses, 0 moved*' "observe leaves it"
mail_is "$half_moved" "and the server is as it was"
account_here
faulty ''
like "$got" '*, 1 moved*' "the next run removes it"
mail_is "${kept}Unverified 1 bounce-forged;" "and nothing that somebody else has marked"
is "$(grep -i expunge "$state/log" | sort -u)" "UID EXPUNGE 3" "which it never asks for"

begins UIDPLUS
faulty 'stop COPY'
mail_is "INBOX 3 bounce-forged;INBOX 4 \Deleted mail1;Unverified 1 bounce-forged;" "cut behind copying: it is there twice"
faulty ''
like "$got" '*, 1 moved*' "the next run finds the copy"
mail_is "${kept}Unverified 1 bounce-forged;" "and removes the old one"

begins UIDPLUS
for verb in COPY STORE EXPUNGE; do
    faulty "stop $verb"
    is $code 75 "cut again and again, now behind $verb: try again"
done
faulty ''
is $code 0 "then not"
mail_is "${kept}Unverified 1 bounce-forged;" "all is as if nothing had been"

begins UIDPLUS
faulty 'stop COPY'
printf '3 4' >"$state/marked"
faulty ''
mail_is "INBOX 3 \Deleted bounce-forged;${kept}Unverified 1 bounce-forged;" \
    "what its owner has marked deleted in between stays"
is "$(grep -ciE 'expunge|store' "$state/log")" 0 "nothing is marked or expunged"

begins UIDPLUS
faulty ''
rm -r "$HOME/.local/state/backsift"
cp "$state/inbox/3" "$state/arrived"
faulty 'no COPY'
is $code 75 "a copy that the server refuses: try again"
faulty ''
mail_is "${kept}Unverified 1 bounce-forged;Unverified 2 bounce-forged;" "one that is alike and was there before is no copy"

# The same in a recheck. cut_recheck VERB
cut_recheck() {
    begins UIDPLUS
    faulty ''
    sent forged mallory | "$BACKSIFT" record
    printf %s "stop $1" >"$state/fault"
    got=$("$BACKSIFT" recheck 2>&1)
    is $? 75 "a recheck cut behind $1: try again"
    : >"$state/fault"
    rm -f "$state/mail"
    like "$("$BACKSIFT" recheck 2>&1)" '*1 rescued*' "the next one rescues"
    mail_is "Bounces 1 bounce-forged;$kept" "once"
    like "$("$BACKSIFT" recheck 2>&1)" '*0 rescued*' "and then is done"
}
cut_recheck COPY
cut_recheck STORE
cut_recheck EXPUNGE
done_testing
