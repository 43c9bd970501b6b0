#!/bin/sh
# The log of a real Exim as a source: mail that is submitted, received and relayed, then `record`,
# and what became of each Message-ID.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/e2e/private_root.sh
. "$(dirname "$0")/private_root.sh"
# shellcheck source=tests/e2e/mta/exim.sh
. "$(dirname "$0")/mta/exim.sh"
# shellcheck disable=SC2086
in_private_root $mta_packages
log=/var/log/exim4/mainlog
# far.test on an address that is not this machine's own.
far_is_elsewhere() {
    sed -i 's/far.test 127.0.0.1/far.test 192.0.2.25/' /etc/exim4/exim4.conf
}
# shellcheck source=tests/e2e/record_log.sh
. "$(dirname "$0")/record_log.sh"

done_testing
