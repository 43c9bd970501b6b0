#!/bin/sh
# Dovecot's LDA with Pigeonhole Sieve hands mail to backsift: by filter, execute and pipe. Run by hand
# as a mail system does, by what its exit code says.
# shellcheck source-path=SCRIPTDIR source=lib.sh disable=SC2016,SC2034,SC2086,SC2154,SC2317
. "$(dirname "$0")/lib.sh"
. "$here/private_root.sh"
. "$here/caller.sh"
[ -z "${SANITIZE:-}" ] || skip_all "mail systems are tested with the program as it ships"
in_private_root dovecot-core dovecot-sieve

caller_setup
add_user dovecot
add_user dovenull
mkdir -p /usr/local/lib/backsift-sieve /run/dovecot
ln -s $installed /usr/local/lib/backsift-sieve/backsift
# The settings that contrib/ shows, and a Maildir.
{
    printf 'protocols =\nmail_location = maildir:~/Maildir\nssl = no\nlog_path = /tmp/dovecot.log\n'
    printf 'postmaster_address = postmaster@home.test\nlda_mailbox_autocreate = yes\n'
    printf 'userdb {\n  driver = passwd\n}\npassdb {\n  driver = static\n  args = nopassword=y\n}\n'
    printf 'protocol lda {\n  mail_plugins = sieve\n}\n'
    sed -n '/^    plugin {/,/^    }/s/^    //p' "$top/contrib/sieve/README.md"
} >/etc/dovecot/dovecot.conf
: >/tmp/dovecot.log
chmod 666 /tmp/dovecot.log
call() {
    setpriv --reuid ann --regid ann --clear-groups \
        env -i HOME=/home/ann USER=ann LOGNAME=ann PATH=/usr/bin:/bin \
        /usr/lib/dovecot/dovecot-lda -f dan@far.test -a ann@home.test
}
both() {
    clear_box
    codes=
    for m in plain forged; do
        call <"$T/$m" >>"$T/out" 2>&1
        codes="$codes $?"
    done
}
count() { find $box -path "*$1*" -type f \( -path '*/new/*' -o -path '*/cur/*' \) -exec cat {} + | grep -c '^Subject:'; }
told() { tail -n 8 /tmp/dovecot.log "$T/out" | sed 's/^/# /'; }

: >"$T/out"
for way in filter execute pipe; do
    contrib_as_ann sieve/$way.sieve /home/ann/.dovecot.sieve
    both
    is "$codes $(messages $box) $(messages $box/.Backscatter)" " 0 0 1 1" "$way: mail lands in the inbox, backscatter in Backscatter" || :
    [ "$(messages $box/.Backscatter)" -eq 1 ] || told
    # What Sieve does without the program: the message is in the inbox, or kept by the mail system.
    mv $installed $installed.away
    both
    mv $installed.away $installed
    for code in $codes; do
        case $code in 0 | 75) ;; *) fail "$way, program missing: exit code $code" ;; esac
    done
    stored=$(printf '%s\n' $codes | grep -c '^0$')
    is "$(messages $box) $(messages $box/.Backscatter)" "$stored 0" "$way, program missing: in the inbox where it was taken, else nowhere"
done
done_testing
