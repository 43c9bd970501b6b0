#!/bin/sh
# contrib/record/exim-unseen in a real Exim: what a user submits is recorded and goes out; what
# arrives from outside is not recorded.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/e2e/private_root.sh
. "$(dirname "$0")/private_root.sh"
# shellcheck source=tests/e2e/mta/exim.sh
. "$(dirname "$0")/mta/exim.sh"
# shellcheck disable=SC2086
in_private_root $mta_packages

recipe=$top/contrib/record/exim-unseen
add_user ann
mkdir -p /usr/local/bin
cp "$BACKSIFT" /usr/local/bin/backsift
python3 "$here/smtp_sink.py" 2525 "$T/far" >"$T/far.log" 2>&1 </dev/null &
wait_for 10 grep -q ready "$T/far.log"
mta_start >"$T/start.log" 2>&1 </dev/null
sed -n '/^# begin routers/,/^# begin transports/p' "$recipe" | grep -v '^#' >"$T/router"
sed -n '/^# begin transports/,$p' "$recipe" | grep -v '^#' >"$T/transport"
sed -i -e "/^begin routers/r $T/router" -e "/^begin transports/r $T/transport" /etc/exim4/exim4.conf

# shellcheck source=tests/e2e/record_copies.sh
. "$here/record_copies.sh"
done_testing
