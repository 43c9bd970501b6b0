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

done_testing
