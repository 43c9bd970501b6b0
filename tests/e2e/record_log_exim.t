#!/bin/sh
# The log of a real Exim as a source: mail that is submitted, received and relayed, then `record`,
# and what became of each Message-ID.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/private_root.sh"
. "$(dirname "$0")/mta/exim.sh"
# shellcheck disable=SC2086,SC2154
in_private_root $mta_packages
# shellcheck disable=SC2034
log=/var/log/exim4/mainlog
# far.test on an address that is not this machine's own.
far_is_elsewhere() {
    sed -i 's/far.test 127.0.0.1/far.test 192.0.2.25/' /etc/exim4/exim4.conf
}
. "$(dirname "$0")/record_log.sh"

done_testing
