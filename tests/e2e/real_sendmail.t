#!/bin/sh
# Bounces and a delay notice that Debian's Sendmail makes on the spot are recognised.
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"
[ -z "${SANITIZE:-}" ] || skip_all "mail systems are tested with the program as it ships"
# shellcheck disable=SC2034,SC2154
mta=sendmail gone_status=5.1.1
. "$here/real_responses.sh"
