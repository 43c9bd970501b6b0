# shellcheck shell=sh disable=SC2154
# Sourced by record_log_*.t: what a log that names Message-IDs must tell. See record_log_start.sh.
# shellcheck source-path=SCRIPTDIR source=record_log_start.sh
. "$here/record_log_start.sh"

config '[own]' 'domain = home.test' '[index]' "source = log:$log" "complete-since = $month_ago"

ok submit one@home.test bob@far.test -- "a user submits a message"
ok arrive in@far.test eve@far.test ann@home.test -- "one arrives from outside"
ok arrive 'x@y, sasl_username=ann, uid=0 id=evil@far.test' '"x U=root P=local id=evil"@far.test' ann@home.test -- "one with a hostile sender and Message-ID"
ok arrive relay@far.test eve@far.test carl@far.test -- "one is relayed"
ok wait_for 20 test -e "$T/far/2.eml" -- "the far host has both that went there"
ok wait_for 20 log_holds 'to=<ann@home.test>.*(sent|stat=Sent)|=> ann ' -- "the inbound one is delivered"
ok wait_for 20 went carl@far.test -- "and the log says so"

ok record -- "the log is recorded"
like "$(cat "$T/record.out")" "log:$log: 1 recorded*" "one message entered"
ok known one@home.test -- "the submitted one is known"
ok known bob@far.test -- "and its recipient"
ok unknown in@far.test -- "the inbound one is not"
ok unknown evil@far.test -- "nor the hostile one"
ok unknown x@y -- "nor what it claimed"
ok unknown relay@far.test -- "nor the relayed one"
ok unknown carl@far.test -- "nor its recipient"
is "$(origin one@home.test)" '"origin":"ours"' "a bounce of the submitted one is ours"
is "$(origin relay@far.test)" '"origin":"unknown"' "of the relayed one unknown"
is "$(origin never@far.test)" '"origin":"forged"' "of another forged"

# --- rotated, truncated and compressed between two runs ---
ok submit two@home.test dora@far.test -- "a second message is submitted"
ok wait_for 20 went dora@far.test -- "and goes out"
cp -p "$log" "$log.1"
: >"$log"
gzip "$log.1"
ok submit three@home.test emil@far.test -- "a third after the log is rotated"
ok wait_for 20 went emil@far.test -- "and goes out"
ok record -- "the log is recorded again"
like "$(cat "$T/record.out")" "log:$log: 2 recorded*" "two more entered"
ok known two@home.test -- "the one in the rotated file"
ok known three@home.test -- "and the one in the new one"
"$BACKSIFT" index coverage >"$T/coverage" 2>&1
is "$(grep -c 'rotated away' "$T/coverage")" 0 "there is no gap"

# --- a client that the configuration names ---
ok arrive four@home.test web@home.test fred@far.test -- "a client of ours hands in a message"
ok wait_for 20 went fred@far.test -- "and it goes out"
config '[own]' 'domain = home.test' '[index]' "source = log:$log" "complete-since = $month_ago" 'own-client = 127.0.0.1'
ok record -- "with own-client it is recorded"
ok known four@home.test -- "and known"

# --- the log is lost ---
: >"$log"
ok record -- "a log that was cut is recorded"
"$BACKSIFT" record "log:$log" >"$T/record.out" 2>&1
is "$(origin never@far.test)" '"origin":"unknown"' "what was lost is a gap: nothing is forged now"
