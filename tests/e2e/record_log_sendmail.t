#!/bin/sh
# The log of a real Sendmail as a source, written by a real rsyslog: mail that is submitted, received
# and relayed, then `record`, and what became of each Message-ID.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/e2e/private_root.sh
. "$(dirname "$0")/private_root.sh"
# shellcheck source=tests/e2e/mta/sendmail.sh
. "$(dirname "$0")/mta/sendmail.sh"
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
far_address=192.0.2.25
far_is_elsewhere() { :; }
syslog_start
# shellcheck source=tests/e2e/record_log.sh
. "$(dirname "$0")/record_log.sh"

# --- the same lines with ISO timestamps ---
rm -r "$HOME/.local/state/backsift"
log=/var/log/mail.iso
config '[own]' 'domain = home.test' '[index]' "source = log:$log" "complete-since = $month_ago"
ok record -- "the log with ISO timestamps is recorded"
ok known one@home.test -- "it tells of what was submitted"
ok known three@home.test -- "up to the last"
ok unknown in@far.test -- "not of what arrived"
ok unknown relay@far.test -- "nor of what was relayed"

done_testing
