#!/bin/sh
# The log of a real OpenSMTPD as a source, written by a real rsyslog. It names no Message-IDs: what was
# submitted is known by its recipients, and coverage has a gap.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/e2e/private_root.sh
. "$(dirname "$0")/private_root.sh"
# shellcheck source=tests/e2e/mta/opensmtpd.sh
. "$(dirname "$0")/mta/opensmtpd.sh"
# shellcheck source=tests/e2e/mta/syslog.sh
. "$(dirname "$0")/mta/syslog.sh"
# shellcheck disable=SC2086
in_private_root $mta_packages rsyslog
log=/var/log/mail.log
# shellcheck disable=SC2317 # called by what is sourced
mta_log() {
    cat "$log"
}
# shellcheck disable=SC2034
far_address=192.0.2.25 mta_uses_syslog=yes
far_is_elsewhere() { :; }
syslog_start
# shellcheck source=tests/e2e/record_log_start.sh
. "$here/record_log_start.sh"

declare_log() {
    config '[own]' 'domain = home.test' '[index]' "source = log:$log" "complete-since = $month_ago"
}
declare_log
ok submit one@home.test bob@far.test -- "a user submits a message"
ok arrive in@far.test eve@far.test ann@home.test -- "one arrives from outside"
ok arrive relay@far.test eve@far.test carl@far.test -- "one is relayed"
ok wait_for 20 log_holds 'to=<ann@home.test>.*result="?Ok' -- "the inbound one is delivered"
ok wait_for 20 log_holds 'to=<bob@far.test>.*result="?Ok' -- "the submitted one goes out"
ok wait_for 20 log_holds 'to=<carl@far.test>.*result="?Ok' -- "the relayed one too"

ok record -- "the log is recorded"
like "$(cat "$T/record.out")" "log:$log: 1 recorded*" "one message entered"
ok known bob@far.test -- "the recipient of the submitted one is known"
ok unknown ann@home.test -- "not that of the inbound one"
ok unknown carl@far.test -- "nor that of the relayed one"
is "$(origin never@far.test)" '"origin":"unknown"' "nothing is forged while a sent message has no known ID"
like "$("$BACKSIFT" index coverage)" '*a sent copy without a message ID*' "coverage says why"

# --- rotated and compressed between two runs ---
cp -p "$log" "$log.1"
: >"$log"
gzip "$log.1"
ok submit two@home.test dora@far.test -- "another is submitted after the log is rotated"
ok wait_for 20 log_holds 'to=<dora@far.test>.*result="?Ok' -- "and goes out"
ok record -- "the log is recorded again"
like "$(cat "$T/record.out")" "log:$log: 1 recorded*" "one more entered"
ok known dora@far.test -- "its recipient is known"

# --- the same lines with ISO timestamps ---
rm -r "$HOME/.local/state/backsift"
log=/var/log/mail.iso
declare_log
ok record -- "the log with ISO timestamps is recorded"
ok known bob@far.test -- "it tells of what was submitted"
ok known dora@far.test -- "up to the last"
ok unknown carl@far.test -- "not of what was relayed"

done_testing
