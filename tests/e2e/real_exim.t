#!/bin/sh
# Bounces and a delay notice that Debian's Exim makes on the spot are recognised.
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"
[ -z "${SANITIZE:-}" ] || skip_all "mail systems are tested with the program as it ships"
# shellcheck disable=SC2034,SC2154
mta=exim

# The command of Exim's filter language, with the text and header it has by itself.
make_autoresponder() {
    printf '# Exim filter\nif personal then vacation endif\n' >"$1/.forward"
    printf 'I am away until Monday.\n' >"$1/.vacation.msg"
}
. "$here/real_responses.sh"
