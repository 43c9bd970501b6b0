#!/bin/sh
# Sweeping an account of Debian's Cyrus IMAP, with the names of folders as Debian has them and as most
# sites have.
# shellcheck disable=SC2034,SC2086,SC2154
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"
[ -z "${SANITIZE:-}" ] || skip_all "mail systems are tested with the program as it ships"
. "$here/private_root.sh"
. "$here/imap/cyrus.sh"
in_private_root $server_packages
. "$here/imap/imap.sh"
. "$here/imap/server_tests.sh"
server_certificates
server_start no || skip_all "Cyrus does not start here"
delimiter=.
box raw 'CREATE "INBOX.Gesendete Objekte" (USE (\Sent))' >/dev/null
logs_in plain login cram-md5 scram-sha-256
sweeps INBOX. 'INBOX.Gesendete Objekte'
watches INBOX.
server_again() { server_stop && server_start no; }
goes_on INBOX. 'INBOX.Gesendete Objekte' lost unsent kill half restart

server_stop
server_reset
rm -rf "$HOME/.local/state/backsift"
server_start yes
delimiter=/
box raw 'CREATE "Gesendete Objekte" (USE (\Sent))' >/dev/null
sweeps '' 'Gesendete Objekte'
done_testing
