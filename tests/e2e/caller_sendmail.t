#!/bin/sh
# Sendmail hands mail to backsift: .forward under smrsh, and backsift as the local mailer.
# shellcheck source-path=SCRIPTDIR source=lib.sh disable=SC2016,SC2034,SC2086,SC2154,SC2317
. "$(dirname "$0")/lib.sh"
. "$here/private_root.sh"
. "$here/mta/sendmail.sh"
. "$here/caller.sh"
[ -z "${SANITIZE:-}" ] || skip_all "mail systems are tested with the program as it ships"
in_private_root $mta_packages

# What was tried and put off stands in the queue with the number of attempts.
tried() { [ "$(cat /var/spool/mqueue/qf* 2>/dev/null | grep -c '^MDeferred\|^N[1-9]')" -ge "$1" ]; }

caller_setup
mta_start || { mta_log; fail "Sendmail starts"; done_testing; }
install -m 755 "$top/contrib/sendmail/smrsh-backsift" /etc/mail/smrsh/backsift
contrib_as_ann sendmail/sendmail.forward /home/ann/.forward
recipe .forward ann@home.test
done_testing
