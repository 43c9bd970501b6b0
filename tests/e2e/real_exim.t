#!/bin/sh
# Bounces and a delay notice that Debian's Exim makes on the spot are recognised.
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck disable=SC2034,SC2154
mta=exim unknown_status=5.0.0
. "$here/real_responses.sh"
