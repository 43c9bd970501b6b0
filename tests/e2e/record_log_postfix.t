#!/bin/sh
# The log of a real Postfix as a source: mail that is submitted, received and relayed, then `record`,
# and what became of each Message-ID.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/e2e/private_root.sh
. "$(dirname "$0")/private_root.sh"
# shellcheck source=tests/e2e/mta/postfix.sh
. "$(dirname "$0")/mta/postfix.sh"
# shellcheck disable=SC2086
in_private_root $mta_packages
log=/var/log/postfix.log
# far.test on an address that is not this machine's own.
far_is_elsewhere() {
    postconf -e 'transport_maps = inline:{ {far.test = smtp:[192.0.2.25]:2525} }'
    postfix reload >/dev/null 2>&1
}
# shellcheck source=tests/e2e/record_log.sh
. "$(dirname "$0")/record_log.sh"

# --- through a content filter: a second queue ID, from a client that did not log in ---
postconf -M '10026/inet=10026 inet n - n - - smtpd -o content_filter='
postconf -e 'content_filter = smtp:[127.0.0.1]:10026'
postfix reload >/dev/null 2>&1
config '[own]' 'domain = home.test' '[index]' "source = log:$log" "complete-since = $month_ago"
ok submit five@home.test gina@far.test -- "a message is submitted to a queue with a content filter"
ok arrive in2@far.test eve@far.test ann@home.test -- "and one arrives"
ok arrive relay2@far.test eve@far.test hugo@far.test -- "and one is relayed"
ok wait_for 20 log_holds 'orig_to=<gina@far.test>|gina@far.test.*queued as' -- "the filter hands it back"
ok wait_for 20 went gina@far.test -- "it goes out"
ok wait_for 20 went hugo@far.test -- "the relayed one too"
ok record -- "the log is recorded"
like "$(cat "$T/record.out")" "log:$log: 1 recorded*" "one message entered"
ok known five@home.test -- "the submitted one"
ok known gina@far.test -- "with its recipient"
ok unknown in2@far.test -- "not the inbound one, though this machine's filter handed it back"
ok unknown relay2@far.test -- "nor the relayed one"

done_testing
