#!/bin/sh
# procmail, maildrop and fdm hand mail to backsift, as deliverer and as filter: run by hand, as a mail
# system would, by what their exit codes say to it.
# shellcheck source-path=SCRIPTDIR source=lib.sh disable=SC2016,SC2034,SC2086,SC2154,SC2317
. "$(dirname "$0")/lib.sh"

. "$here/private_root.sh"
. "$here/caller.sh"
[ -z "${SANITIZE:-}" ] || skip_all "mail systems are tested with the program as it ships"
in_private_root procmail maildrop fdm

caller_setup
# as_ann COMMAND...: with the environment that a mail system gives.
as_ann() {
    setpriv --reuid ann --regid ann --clear-groups \
        env -i HOME=/home/ann USER=ann LOGNAME=ann SHELL=/bin/sh PATH=/usr/bin:/bin "$@"
}
there() {
    echo "$(messages "$box") $(messages "$box/.Backscatter")"
}
lands() {
    clear_box
    call <"$T/plain" >/dev/null 2>&1
    call <"$T/forged" >/dev/null 2>&1
    is "$(there)" "1 1" "$1: mail lands in the inbox, backscatter in Backscatter"
}
# refused NAME BREAK MEND: mail is neither delivered nor taken.
refused() {
    clear_box
    eval "$2"
    for m in plain forged; do
        call <"$T/$m" >/dev/null 2>&1
        code=$?
        ok test $code -ne 0 -- "$1: $m is not taken"
        if [ -n "$temporary" ]; then is "$code" "$temporary" "$1: and to be tried again"; fi
    done
    is "$(there)" "0 0" "$1: nor lost in between"
    eval "$3"
}
breakages() {
    lands "$1"
    refused "$1, program missing" 'mv $installed $installed.away' 'mv $installed.away $installed'
    refused "$1, configuration broken" 'echo wrong >>/home/ann/.config/backsift/backsift.conf' \
        'sed -i "\$d" /home/ann/.config/backsift/backsift.conf'
    refused "$1, no Maildir" 'rm -r $box' :
}
# passes NAME: with a filter that is missing mail is in the inbox, as it was.
passes() {
    lands "$1"
    clear_box
    mv $installed $installed.away
    call <"$T/plain" >/dev/null 2>&1
    code=$?
    mv $installed.away $installed
    if [ "$code" -eq 0 ]; then
        is "$(there)" "1 0" "$1, program missing: the message passes as it was"
    else
        is "$code $(there)" "75 0 0" "$1, program missing: to be tried again"
    fi
}

cd /home/ann || exit 1
temporary=75
contrib_as_ann procmail/procmailrc /home/ann/.procmailrc
call() { as_ann procmail -t; }
breakages procmail
contrib_as_ann procmail/procmailrc.filter /home/ann/.procmailrc
passes "procmail as filter"

contrib_as_ann maildrop/mailfilter /home/ann/.mailfilter
call() { as_ann maildrop .mailfilter; }
temporary=75
breakages maildrop
contrib_as_ann maildrop/mailfilter.filter /home/ann/.mailfilter
passes "maildrop as filter"

contrib_as_ann fdm/fdm.conf /home/ann/.fdm.conf
# fdm fetches: what it could not hand on stays where it was.
call() {
    rm -rf /home/ann/in
    make_maildir /home/ann/in
    cat >/home/ann/in/new/1700000000.1.host
    chown -R ann: /home/ann/in
    as_ann fdm -a in fetch
    return "$(messages /home/ann/in)"
}
temporary=
breakages fdm
done_testing
