#!/bin/sh
# The log of a real Postfix as a source: mail that is submitted, received and relayed, then `record`,
# and what became of each Message-ID.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/private_root.sh"
. "$(dirname "$0")/mta/postfix.sh"
# shellcheck disable=SC2086,SC2154
in_private_root $mta_packages
# shellcheck disable=SC2034
log=/var/log/postfix.log
# far.test on an address that is not this machine's own.
far_is_elsewhere() {
    postconf -e 'transport_maps = inline:{ {far.test = smtp:[192.0.2.25]:2525} }'
    postfix reload >/dev/null 2>&1
}
. "$(dirname "$0")/record_log.sh"

done_testing
