#!/bin/sh
# shellcheck disable=SC2317  # functions called through ok
# An mbox as a source, as mutt and formail write it, from run to run.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

month_ago=$(date -u -d '30 days ago' +%F)
config '[own]' 'domain = home.test' '[index]' "source = mbox:$HOME/Mail/Sent" "complete-since = $month_ago"
mkdir "$HOME/Mail"

message() {
    printf 'From: ann@home.test\nTo: bob-%s\nMessage-ID: <%s>\nDate: %s\nSubject: hello\n\nHello.\n\nFrom the heart\n' \
        "$1" "$1" "$(date -R)"
}
append() {
    message "$1" | formail >>"$HOME/Mail/Sent"
}
known() {
    "$BACKSIFT" index lookup "$1" >"$T/out" 2>&1
}
unknown() {
    ! known "$1"
}
# shellcheck disable=SC2120  # called through ok, too
record() {
    "$BACKSIFT" record "$@" >"$T/record.out" 2>&1 </dev/null
}

command -v formail >/dev/null || skip_all "needs formail (procmail)"
# shellcheck disable=SC2119
record
is $? 65 "an mbox that is not there is an error"
append 1@home.test
append 2@home.test
ok record -- "two messages are recorded"
is "$(cat "$T/record.out")" "mbox:$HOME/Mail/Sent: 2 recorded" "and counted"
ok known 1@home.test -- "the first is known"
ok known bob-2@home.test -- "and the second's recipient"
append 3@home.test
cd "$HOME/Mail" || exit 1
ok record mbox:Sent -- "a third, by a relative path"
is "$(cat "$T/record.out")" "mbox:$HOME/Mail/Sent: 1 recorded" "is all that is new, under the declared name"
ok known 3@home.test -- "and known"
ok unknown 4@home.test -- "what was not sent is not"

# --- a mail program deletes a message and writes the file anew ---
formail -s sh -c 'cat >m; grep -q "<1@home.test>" m || cat m' <Sent >new 2>/dev/null
append 4@home.test
message 4@home.test | formail >>new
mv new Sent
ok record -- "the file that was written anew is recorded"
is "$(cat "$T/record.out")" "mbox:$HOME/Mail/Sent: 1 recorded" "without counting anything twice"
ok known 4@home.test -- "the new message is known"
ok known 1@home.test -- "and the deleted one still"

done_testing
