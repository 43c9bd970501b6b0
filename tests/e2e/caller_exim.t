#!/bin/sh
# Exim hands mail to backsift: .forward by a pipe transport without a shell, and a transport of its own.
# shellcheck source-path=SCRIPTDIR source=lib.sh disable=SC2016,SC2034,SC2086,SC2154,SC2317
. "$(dirname "$0")/lib.sh"
. "$here/private_root.sh"
. "$here/mta/exim.sh"
. "$here/caller.sh"
[ -z "${SANITIZE:-}" ] || skip_all "mail systems are tested with the program as it ships"
in_private_root $mta_packages

sendmail() { /usr/sbin/exim4 "$@"; }
tried() { [ "$(mta_log | tail -n +$((mark + 1)) | grep -c ' == .*ann@home')" -ge "$1" ]; }

caller_setup
mta_start || { mta_log; fail "Exim starts"; done_testing; }
contrib_as_ann forward/exim.forward /home/ann/.forward
recipe .forward ann@home.test

rm /home/ann/.forward
# The router and the transport that ship, in their places.
part() { sed -n "/^# $1:/,/^\$/p" "$top/contrib/exim/transport.conf" | grep -v '^#'; }
part routers >"$T/router"
part transports >"$T/transport"
awk -v router="$T/router" -v transport="$T/transport" '
    function put(f,  l) { while ((getline l < f) > 0) print l }
    /^localuser:/ { put(router) }
    { print }
    /^begin transports/ { put(transport) }' /etc/exim4/exim4.conf >"$T/exim4.conf"
cp "$T/exim4.conf" /etc/exim4/exim4.conf
kill -HUP "$(cat /run/exim4/*.pid)"
recipe transport ann@home.test
is "$(mta_log | grep -c ' \*\* ')" 0 "nothing was ever bounced"

printf '|%s deliver --wrong\n' $installed >/home/ann/.forward
chown ann: /home/ann/.forward
survives "wrong option" ann@home.test : "printf '|%s deliver\\n' $installed >/home/ann/.forward"
is "$(mta_log | grep -c ' \*\* ')" 0 "nor then"
done_testing
