#!/bin/sh
# OpenSMTPD hands mail to backsift: by an action of its own (mda), and by .forward.
# shellcheck source-path=SCRIPTDIR source=lib.sh disable=SC2016,SC2034,SC2086,SC2154,SC2317
. "$(dirname "$0")/lib.sh"
. "$here/private_root.sh"
. "$here/mta/opensmtpd.sh"
. "$here/caller.sh"
[ -z "${SANITIZE:-}" ] || skip_all "mail systems are tested with the program as it ships"
in_private_root $mta_packages

# Messages are put off for ever longer: the schedule is made to run by hand.
tried() { [ "$(mta_log | tail -n +$((mark + 1)) | grep -c 'result="\?TempFail')" -ge "$1" ]; }

caller_setup
contrib_as_ann forward/postfix.forward /home/ann/.forward
mta_start || { mta_log; fail "OpenSMTPD starts"; done_testing; }
recipe .forward ann@home.test
rm /home/ann/.forward
smtpctl stop 2>/dev/null || kill "$(pgrep -o -x smtpd)"
wait_for 10 sh -c '! smtpctl show status'
line=$(grep '^action "local"' "$top/contrib/opensmtpd/smtpd.conf")
sed -i 's/^action "local".*/# LINE/' /etc/smtpd.conf
awk -v line="$line" '$0 == "# LINE" { print line; next } { print }' /etc/smtpd.conf >"$T/smtpd.conf"
cp "$T/smtpd.conf" /etc/smtpd.conf
/usr/sbin/smtpd -d >>/var/log/opensmtpd.log 2>&1 </dev/null &
wait_for 10 smtpctl show status
recipe mda ann@home.test
is "$(mta_log | grep -c 'PermFail.*home.test')" 0 "nothing was ever bounced"
done_testing
