#!/bin/sh
# `backsift deliver` as a mail system calls it: where messages go, that their bytes stay, that it is
# silent, and what it takes from options, environment and configuration.
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"

inbox=$HOME/Maildir
only() { find "$1/new" -type f; }
# run ARG...: delivers standard input; output in $T/out and $T/err, exit code in $code.
run() {
    "$BACKSIFT" deliver "$@" >"$T/out" 2>"$T/err"
    code=$?
}
clear_mail() { find "$HOME/Maildir" -type f -path '*/new/*' -exec rm -f {} +; }

autoreply() {
    printf 'Return-Path: <>\nFrom: Bo <bo@far.example>\nTo: %s\nSubject: Automatic reply: offer\n' "$2"
    printf 'Auto-Submitted: auto-replied\nIn-Reply-To: <%s>\nMessage-ID: <r-%s>\n\n' "$1" "$1"
    printf 'I am out of the office until Monday.\n'
}
plain() { printf 'Return-Path: <dan@far.example>\nFrom: dan@far.example\nSubject: Lunch?\n\n%s\n' "$1"; }

# --- without a Maildir ----------------------------------------------------------------------------
plain x >"$T/plain"
run <"$T/plain"
is "$code" 75 "no Maildir: try again"
like "$(cat "$T/out")" "4.3.0 *Maildir*mkdir*" "the first line of output is a status and says what to do"
like "$(cat "$T/err")" "backsift: *" "the error is on standard error, too"
ok test ! -e "$inbox" -- "no Maildir is made unasked"
config '[maildir]' 'path = ~/mail/Maildir'
run <"$T/plain"
is "$code" 0 "a configured Maildir is made, with its parents"
is "$(messages "$HOME/mail/Maildir")" 1 "the message is in it"
rm -r "$HOME/mail" "$HOME/.config" "$HOME/.local"

# --- ordinary mail --------------------------------------------------------------------------------
make_maildir "$inbox"
printf 'From: a@x.example\r\nX: \377\0\r\n\r\n\0\rlone CR, 8-bit \344\r\n.\nno final newline' >"$T/odd"
run -f a@x.example <"$T/odd"
is "$code$(cat "$T/out" "$T/err")" 0 "delivery is silent, exit 0"
ok cmp -s "$T/odd" "$(only "$inbox")" -- "NUL, CR, 8-bit and a missing final newline stay"
is "$(stat -c %a "$(only "$inbox")")" 600 "the file is for its owner only"
is "$(basename "$(only "$inbox")" | sed 's/.*,S=//')" "$(wc -c <"$T/odd" | tr -d ' ')" "the name carries the size"
is "$(ls "$inbox/tmp")" "" "tmp/ is empty"
ok test ! -e "$HOME/.local/state/backsift/backsift.db" -- "ordinary mail never touches the store"
ok test ! -s "$HOME/.local/state/backsift/backsift.log" -- "nor is it logged"
clear_mail

: >"$T/empty"
run <"$T/empty"
is "$code $(messages "$inbox") $(cat "$(only "$inbox")")" "0 1 " "an empty message is a message"
clear_mail

{ printf 'From bo@far.example  Thu Jan  1 00:00:00 2026\n' && cat "$T/plain"; } | run
is "$(messages "$inbox")" 1 "a message with an mbox From line arrives"
ok cmp -s "$T/plain" "$(only "$inbox")" -- "and its mbox From line is dropped"
clear_mail

{ plain x && head -c 100000000 /dev/zero; } >"$T/large"
run <"$T/large"
is "$code" 0 "a message of 100 MB is delivered"
ok cmp -s "$T/large" "$(only "$inbox")" -- "byte for byte"
rm "$T/large"
clear_mail

pids=
for _ in 1 2 3 4 5 6 7 8 9 10 11 12; do
    "$BACKSIFT" deliver <"$T/plain" &
    pids="$pids $!"
done
# shellcheck disable=SC2086
ok wait $pids -- "a dozen deliveries at once"
is "$(messages "$inbox")" 12 "all are there"
clear_mail

# --- responses ------------------------------------------------------------------------------------
config '[own]' 'domain = shop.example' 'address = ada@shop.example' '[index]' 'source = stdin'
autoreply offer-1@shop.example ada@shop.example >"$T/reply"
run -f '' -r ada@shop.example <"$T/reply"
is "$code $(messages "$inbox/.Unverified")" "0 1" "an empty index: Unverified"
ok cmp -s "$T/reply" "$(only "$inbox/.Unverified")" -- "responses keep their bytes, too"
ok test -f "$inbox/.Unverified/maildirfolder" -- "the folder is a Maildir++ folder"
is "$(stat -c %a "$inbox/.Unverified" "$inbox/.Unverified/new" | sort -u)" 700 "for its owner only"

printf 'From: ada@shop.example\nTo: bo@far.example\nMessage-ID: <offer-1@shop.example>\n\nx\n' |
    "$BACKSIFT" record -
run -f '' -r ada@shop.example <"$T/reply"
is "$code $(messages "$inbox/.Autoreplies")" "0 1" "a reply to what was recorded: Autoreplies"
is "$(cd "$inbox" && find . -type f -path '*/tmp/*')" "" "no tmp/ holds anything"

config '[own]' 'domain = shop.example' 'address = ada@shop.example' 'addresses-complete = yes'
autoreply x@USER-PC x7@shop.example >"$T/forged"
run -f '' -r x7@shop.example <"$T/forged"
is "$code $(messages "$inbox/.Backscatter")" "0 1" "to an address nobody uses: Backscatter"
clear_mail
sed 's/^To: .*/To: undisclosed-recipients:;/' "$T/forged" >"$T/hidden"
SENDER='' ORIGINAL_RECIPIENT=x7@shop.example RECIPIENT=ada@shop.example "$BACKSIFT" deliver <"$T/hidden"
is "$(messages "$inbox/.Backscatter")" 1 "the original recipient is taken from the environment"
RECIPIENT=x7@shop.example "$BACKSIFT" deliver <"$T/hidden"
is "$(messages "$inbox/.Backscatter")" 2 "else the recipient"
SENDER='' ORIGINAL_RECIPIENT=x7@shop.example "$BACKSIFT" deliver -r ada@shop.example <"$T/hidden"
is "$(messages "$inbox/.Backscatter")" 2 "an option counts more"
clear_mail

run -o <"$T/forged"
is "$code $(messages "$inbox") $(messages "$inbox/.Backscatter")" "0 1 0" "--observe files in the inbox"
like "$("$BACKSIFT" digest --print 2>&1)" "*x7@shop.example*" "and the digest tells of it"
config '[own]' 'domain = shop.example' 'address = ada@shop.example' 'addresses-complete = yes' \
    '[deliver]' 'observe = yes'
run <"$T/forged"
is "$code $(messages "$inbox") $(messages "$inbox/.Backscatter")" "0 2 0" "so does observe = yes"
clear_mail

config '[own]' 'address = ada@shop.example' 'addresses-complete = yes' \
    '[maildir]' 'path = ~/nested' 'layout = nested' '[folders]' 'autoreply.forged = Junk/Replies'
run -r x7@shop.example <"$T/forged"
is "$code $(messages "$HOME/nested/Junk/Replies")" "0 1" "a nested folder is made with its parents"
ok test ! -e "$HOME/nested/Junk/Replies/maildirfolder" -- "without a maildirfolder file"
rm -r "$HOME/.config"

# --- command line ---------------------------------------------------------------------------------
(cd "$T" && "$BACKSIFT" deliver --maildir=rel/Maildir <plain)
is "$(messages "$T/rel/Maildir")" 1 "--maildir is made, also when relative"
run --maildir "$inbox" --sender=a@x.example --recipient b@x.example <"$T/plain"
is "$code $(messages "$inbox")" "0 1" "long options with and without ="
clear_mail
for arguments in --wrong -x 'file' '--maildir' '--observe=x'; do
    # shellcheck disable=SC2086
    run $arguments <"$T/plain"
    is "$code $(head -c 6 "$T/out")" "75 4.3.0 " "'deliver $arguments' exits 75"
done
is "$(messages "$inbox")" 0 "and files nothing"
run --help </dev/null
is "$code" 0 "--help"
like "$(cat "$T/out")" "Usage: backsift deliver*75*" "shows the usage"
"$BACKSIFT" deliver <&- >"$T/out" 2>&1
is $? 75 "standard input closed: 75"
"$BACKSIFT" deliver <"$T/plain" >&- 2>&-
is "$? $(messages "$inbox")" "0 1" "output closed: delivered"
ok cmp -s "$T/plain" "$(only "$inbox")" -- "and nothing else written into the message"

done_testing
