#!/bin/sh
# Sendmail hands mail to backsift: .forward under smrsh and without it, and backsift as the local
# mailer; and what Sendmail does with each exit code.
# shellcheck source-path=SCRIPTDIR source=lib.sh disable=SC2016,SC2034,SC2086,SC2154,SC2317
. "$(dirname "$0")/lib.sh"
. "$here/private_root.sh"
. "$here/mta/sendmail.sh"
. "$here/caller.sh"
[ -z "${SANITIZE:-}" ] || skip_all "mail systems are tested with the program as it ships"
in_private_root $mta_packages

queue=/var/spool/mqueue
# What was tried and put off stands in the queue with the number of attempts.
tried() { [ "$(cat $queue/qf* 2>/dev/null | grep -c '^MDeferred\|^N[1-9]')" -ge "$1" ]; }

# --- exit codes ---
# With a stand-in for backsift that only ends with a code. far.test cannot be reached, so that a
# bounce, too, is seen in the queue.
without_queue() {
    mta_stop
    rm -f $queue/*
    "$program" -bD -X /var/log/sendmail.log >/dev/null 2>&1 </dev/null &
    wait_for 10 test -s /run/sendmail.pid
}
# A delay notice has a null sender, too: the message itself decides.
fate() {
    if own=$(grep -l '^S.*dan@far.test' $queue/qf*); then
        grep -q '^N[1-9]' $own && echo kept
    elif grep -q '^S.*\(<>\|MAILER-DAEMON\)' $queue/qf*; then
        echo bounced
    elif [ -e "$T/ran" ]; then
        echo taken
    else
        return 1
    fi
} 2>/dev/null
# does_with CODE: what becomes of a message to ann when the program ends with it.
does_with() {
    rm -f $queue/* "$T/ran"
    printf '#!/bin/sh\ncat >/dev/null\n: >"%s/ran"\n%s\n' "$T" "$1" >$installed
    sendmail -i -f dan@far.test -- ann@home.test <"$T/plain"
    wait_for 10 fate
    fate
}
# exit_codes NAME CODES-KEPT CODES-BOUNCED
exit_codes() {
    mv $installed $installed.away
    : >$installed
    chmod 755 $installed
    chmod 777 "$HOME" "$T"
    without_queue
    is "$(does_with 'exit 0')" taken "$1: 0 is taken"
    for code in $2; do is "$(does_with "exit $code")" kept "$1: $code is kept for another try"; done
    for code in $3; do is "$(does_with "exit $code")" bounced "$1: $code bounces"; done
    is "$(does_with 'kill -KILL $$')" kept "$1: a program that is killed is kept for another try"
    mv $installed.away $installed
    mta_stop
    rm -f $queue/*
}

caller_setup
mta_start || { mta_log; fail "Sendmail starts"; done_testing; }
install -m 755 "$top/contrib/sendmail/smrsh-backsift" /etc/mail/smrsh/backsift
contrib_as_ann sendmail/sendmail.forward /home/ann/.forward
every='1 64 65 66 67 68 69 70 71 72 73 74 75 76 77 78 99 100 111 126 127'
recipe '.forward under smrsh' ann@home.test
exit_codes '.forward under smrsh' "$every" ''

rm /etc/mail/smrsh/backsift
mta_smrsh=
mta_restart || fail "Sendmail starts without smrsh"
recipe '.forward without smrsh' ann@home.test
exit_codes '.forward without smrsh' "$every" ''

rm /home/ann/.forward
mta_local_mailer=$(sed -n '/^    define/s/^ *//p' "$top/contrib/sendmail/README.md")
mta_restart || fail "Sendmail starts with backsift as local mailer"
recipe 'local mailer' ann@home.test
exit_codes 'local mailer' '71 74 75' '1 64 65 66 67 68 69 70 72 73 76 77 78 99 100 111 126 127'
done_testing
