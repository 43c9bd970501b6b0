#!/bin/sh
# Sweeping an account of Debian's Courier IMAP: no MOVE, no SPECIAL-USE, no SASL-IR.
# shellcheck disable=SC2034,SC2086,SC2154
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"
[ -z "${SANITIZE:-}" ] || skip_all "mail systems are tested with the program as it ships"
. "$here/private_root.sh"
. "$here/imap/courier.sh"
in_private_root $server_packages
. "$here/imap/imap.sh"
. "$here/imap/server_tests.sh"
server_certificates
server_start 'IMAP_IDLE_TIMEOUT=1' || skip_all "Courier does not start here"
delimiter=.
box raw 'CREATE INBOX.Sent' >/dev/null
logs_in plain login cram-md5
sweeps INBOX. INBOX.Sent
watches INBOX.
server_again() { server_stop; server_start; }
goes_on INBOX. INBOX.Sent lost unsent kill half restart
done_testing
