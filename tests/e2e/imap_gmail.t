#!/bin/sh
# A server with Gmail's ways: labels are mailboxes, and one message is in several. A response leaves the
# swept labels for that of its folder and stays in all mail; it is journaled once, wherever it shows.
# shellcheck disable=SC2034,SC2154
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"
work=$T/imap
. "$here/imap/imap.sh"
server_certificates
state=$work/state
conf=$HOME/.config/backsift/backsift.conf

# begin [LINE...]: a server anew: in its inbox a bounce to what somebody else sent (3), one to what was sent
# (4) and another mail (5); and an account to which nothing is known, with these lines in its section.
begin() {
    [ -z "${server:-}" ] || end_server
    rm -rf "$state" "$HOME/.local/state/backsift"
    mkdir -p "$state/inbox" "$state/sent"
    bounce mallory forged >"$state/inbox/3"
    bounce friend sent1 >"$state/inbox/4"
    plain 1 >"$state/inbox/5"
    sent sent1 friend >"$state/sent/1"
    lines=$(printf '%s\n' "$@")
}
serve() {
    python3 "$here/imap/gmail.py" "$work/good.pem" "$work/good.key" "$state" </dev/null >"$state/out" 2>&1 &
    server=$!
    wait_for 10 test -s "$state/port"
    account "port = $(cat "$state/port")" "$lines"
    printf '%s\n' '[folders]' 'bounce.forged = Robots/Backscatter' >>"$conf"
}
end_server() {
    kill "$server"
    wait "$server" 2>/dev/null
}
on_exit 'end_server'
swept() {
    got=$(sweep)
    code=$?
}
# is_in LABEL WORDS NAME: what the server has under a label.
is_in() {
    is "$(sed -n "s|^$1 [0-9]* ||p" "$state/mail" | tr '\n' ' ')" "$2" "$3"
}
asked() { grep -c "^$1" "$state/log"; }

# --- one label ---
begin
serve
swept
is $code 0 "a sweep ends well"
like "$got" '*: 3 looked at, 2 responses, 2 moved, *' "and has moved what is a response"
is_in INBOX 'mail1 ' "the inbox keeps other mail"
is_in Robots/Backscatter 'bounce-forged ' "a folder of two levels is a label of two"
is_in Bounces 'bounce-sent1 ' "sent mail is known from the mailbox marked so"
is_in '\[Gmail\]/All Mail' 'bounce-forged bounce-sent1 mail1 sent1 ' "all mail is where it was"
is "$(asked 'SUBSCRIBE')" 2 "the labels are subscribed"
is "$(events)" 2 "two responses are in the journal"
: >"$state/log"
swept
like "$got" '*: 0 looked at, 0 responses, 0 moved, *' "the second sweep has nothing to do"
is "$(asked '')" 7 "and asks little: $(tr '\n' ';' <"$state/log")"

# --- moved back by its owner ---
echo "1 Robots/Backscatter -> INBOX" >"$state/label"
swept
like "$got" '*: 1 looked at, 0 responses, 0 moved, *' "what its owner moves back to the inbox is left there"
is_in INBOX 'mail1 bounce-forged ' "it is there"
swept
is "$(events)" 2 "it is in the journal once"

# --- recheck finds a response where COPYUID says ---
begin 'sent = [Gmail]/Sent Mail'
sed -i '/^Final-Recipient/d' "$state/inbox/3" "$state/inbox/4"
serve
grep -v -e '^source' -e '^complete-since' -e '^addresses-complete' "$conf" >"$conf.new" && mv "$conf.new" "$conf"
swept
is_in Unverified 'bounce-forged bounce-sent1 ' "without coverage nothing is known of either"
sed -i 's/^\[index\]/[index]\nsource = imap:work\ncomplete-since = 2020-01-01/' "$conf"
swept
"$BACKSIFT" recheck >"$T/out" 2>&1 </dev/null
is $? 0 "recheck ends well: $(tr '\n' ' ' <"$T/out")"
is_in Bounces 'bounce-sent1 ' "it moves from label to label"

# --- several labels ---
labels() {
    begin "mailbox = $1"
    printf '3 Work\n4 Work\n5 Work\n3 Other\n' >"$state/labels"
    serve
}
labels 'INBOX, Work, Missing, Other'
swept
is $code 65 "a label that is not there is told of"
like "$got" '*: 7 looked at, 2 responses, 5 moved, *' "a message of several labels is one response"
is_in INBOX 'mail1 ' "it leaves the inbox"
is_in Work 'mail1 ' "and the other labels"
is_in Other '' "all of them"
is_in Robots/Backscatter 'bounce-forged ' "and is in its folder once"
is "$(events)" 2 "it is in the journal once"
swept
like "$got" '*: 0 looked at, *' "the second sweep has nothing to do"
# What comes between the looks at two labels is found in the second first.
mkdir -p "$state/more/Work:INBOX:Other"
bounce mallory next >"$state/more/Work:INBOX:Other/1"
swept
like "$got" '*: 3 looked at, 1 responses, 3 moved, *' "so does what comes later"
is "$(events)" 3 "and is in the journal once"
is_in Robots/Backscatter 'bounce-forged bounce-next ' "and in its folder once"

labels 'INBOX, Work, Other'
echo "stop MOVE" >"$state/fault"
swept
is $code 75 "a connection that is cut behind the move: try again"
: >"$state/fault"
swept
is $code 0 "the next sweep goes on"
is_in Work 'mail1 ' "and takes the response out of the other labels"
is_in Other '' "all of them"
is "$(events)" 2 "all is in the journal once"

# --- views ---
for root in '[Gmail]' '[Google Mail]'; do
    begin "mailbox = $root/All, $root/Stars, INBOX, $root/Spam"
    echo "$root" >"$state/root"
    printf '%s\n' All Drafts Marked Gesendet Spam Stars Bin >"$state/names"
    printf '3 %s/Stars\n4 %s/Marked\n' "$root" "$root" >"$state/labels"
    mkdir -p "$state/more/$root|Spam"
    bounce mallory spam >"$state/more/$root|Spam/1"
    serve
    for run in first second; do
        swept
        is $code 78 "$root, $run run: mailboxes that show what is elsewhere are no matter for a sweep"
        like "$got" "*/All only shows mail of other mailboxes, and is not swept*" "$root, $run run: it names all mail"
        like "$got" "*/Stars only shows mail*" "$root, $run run: and what is starred"
        is "$(grep -c "^UID MOVE" "$state/log")" 3 "$root, $run run: each response is moved once"
    done
    is_in INBOX 'mail1 ' "$root: the inbox is swept"
    is_in "$(echo "$root" | sed 's/[][]/\\&/g')/Spam" '' "$root: a label that it filters into can be swept"
    is_in Bounces 'bounce-sent1 ' "$root: sent mail is found by its mark"
    is "$(events)" 3 "$root: each response is in the journal once"
done

# --- what it refuses ---
begin
serve
echo crowded >"$state/fault"
swept
is $code 75 "too many connections: try again"
like "$got" '*login: the server refuses: *Too many simultaneous connections*' "and why"
for fault in overquota overquota2; do
    echo "$fault" >"$state/fault"
    swept
    is $code 75 "$fault: try again"
    like "$got" '*the server refuses: Account exceeded command or bandwidth limits*' "$fault: and why"
done
: >"$state/fault"
swept
is_in INBOX 'mail1 ' "the next sweep does the work"
begin
echo Robots/Backscatter >"$state/hidden"
serve
swept
is $code 65 "a label that IMAP does not show"
like "$got" '*making a folder: the server refuses: Duplicate folder name Robots/Backscatter*' "is named"
is_in INBOX 'bounce-forged bounce-sent1 mail1 ' "and all is where it was"
done_testing
