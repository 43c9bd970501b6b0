#!/bin/sh
# contrib/record/postfix-bcc in a real Postfix: what a user submits is recorded and goes out; what
# arrives from outside is not recorded.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/e2e/private_root.sh
. "$(dirname "$0")/private_root.sh"
# shellcheck source=tests/e2e/mta/postfix.sh
. "$(dirname "$0")/mta/postfix.sh"
# shellcheck disable=SC2086
in_private_root $mta_packages

recipe=$top/contrib/record/postfix-bcc
add_user ann
mkdir -p /usr/local/bin
cp "$BACKSIFT" /usr/local/bin/backsift
python3 "$here/smtp_sink.py" 2525 "$T/far" >"$T/far.log" 2>&1 </dev/null &
wait_for 10 grep -q ready "$T/far.log"
mta_start >"$T/start.log" 2>&1 </dev/null
postfix stop >>"$T/start.log" 2>&1
sed -i '/^pickup/d' /etc/postfix/master.cf
grep -v '^#' "$recipe" | sed -e '/^submission/,$d' -e 's/ann+sent@example.org/ann+sent@home.test/' >>/etc/postfix/master.cf
postconf -F '*/*/chroot=n'
postconf -e 'recipient_delimiter = +'
sed -n 's/^#   \("|.*"\)$/\1/p' "$recipe" >/home/ann/.forward+sent
chown ann /home/ann/.forward+sent
postfix start >>"$T/start.log" 2>&1
wait_for 10 postfix status

# shellcheck source=tests/e2e/record_copies.sh
. "$here/record_copies.sh"
done_testing
