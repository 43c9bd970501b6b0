#!/bin/sh
# A sweep of Debian's Dovecot, interrupted anywhere: where it can move messages, and where it can only
# copy and expunge them.
# shellcheck disable=SC2034,SC2086,SC2154
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"
[ -z "${SANITIZE:-}" ] || skip_all "mail systems are tested with the program as it ships"
. "$here/private_root.sh"
. "$here/imap/dovecot.sh"
in_private_root $server_packages
. "$here/imap/imap.sh"
. "$here/imap/server_tests.sh"
server_certificates
on_exit server_stop
server_start || skip_all "Dovecot does not start here"
server_again() { server_stop && server_start; }
account
like "$(box raw CAPABILITY)" '* MOVE *' "a server that can move"
goes_on '' 'Sent mail of mine' lost unsent kill half restart

# The bounces have the same names again.
rm -rf "$HOME/.local/state/backsift"
without_move='imap_capability = IMAP4rev1 SASL-IR NAMESPACE UIDPLUS SPECIAL-USE'
server_again() { server_stop && server_start "$without_move"; }
server_again
got=$(box raw CAPABILITY)
is "${got##* MOVE *}" "$got" "a server that cannot"
goes_on '' 'Sent mail of mine' lost unsent kill half restart
done_testing
