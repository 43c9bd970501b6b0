# shellcheck shell=sh disable=SC2016,SC2034
# Sendmail in the private root: local domain home.test with .forward files, far.test at the SMTP sink
# on port 2525 of $far_address (127.0.0.1). Pipes run under smrsh as Debian ships it, so programs need a link in /etc/mail/smrsh.
# Its local mailer is procmail, with a Maildir as its default. A test may set, before it starts:
#   mta_smrsh         empty: pipes run under sh alone
#   mta_local_mailer  lines for sendmail.mc that say what the local mailer is
# `mta_restart` starts it again with what they are now.
mta_packages='sendmail-bin sendmail-cf procmail'
program=/usr/libexec/sendmail/sendmail
mta_smrsh='FEATURE(`smrsh'\'', `/usr/libexec/sendmail/smrsh'\'')'
mta_local_mailer='define(`LOCAL_MAILER_PATH'\'', `/usr/bin/procmail'\'')
define(`LOCAL_MAILER_ARGS'\'', `procmail -t -Y -a $h -d $u'\'')
define(`LOCAL_MAILER_FLAGS'\'', `SPfhn9'\'')'

mta_start() {
    add_user smmsp
    mkdir -p /var/spool/mqueue /etc/mail/smrsh /run/sendmail/mta
    chown root:root /var/spool/mqueue
    chmod 700 /var/spool/mqueue
    # Without a submission queue of its own the command queues as root, as Sendmail did before 8.12.
    chown root:root "$program"
    chmod 4755 "$program"
    ln -sf "$program" /usr/sbin/sendmail
    # It looks up its own name, and sleeps a minute where that has no dot.
    printf '127.0.0.1 localhost\n127.0.0.1 mx.home.test %s\n' "$(uname -n)" >/etc/hosts
    printf 'DEFAULT=$HOME/Maildir/\n' >/etc/procmailrc
    printf 'home.test\nmx.home.test\n' >/etc/mail/local-host-names
    printf 'root\n' >/etc/mail/trusted-users
    printf 'hosts files\naliases files\n' >/etc/mail/service.switch
    : >/etc/mail/aliases
    : >/etc/mail/statistics
    mta_restart
}

mta_configure() {
    sed "s/FAR/${far_address:-127.0.0.1}/" >/etc/mail/test.mc <<'CONF'
VERSIONID(`test')
OSTYPE(`linux')
define(`confDOMAIN_NAME', `mx.home.test')
define(`confCW_FILE', `/etc/mail/local-host-names')
define(`confSERVICE_SWITCH_FILE', `/etc/mail/service.switch')
define(`ALIAS_FILE', `text:/etc/mail/aliases')
define(`confPID_FILE', `/run/sendmail.pid')
define(`confDEF_USER_ID', `8:8')
define(`confTO_QUEUEWARN', `1s')
define(`confTO_IDENT', `0')
define(`confDELIVERY_MODE', `background')
define(`confDONT_PROBE_INTERFACES', `True')
define(`confREFUSE_LA', `1000')
define(`confQUEUE_LA', `1000')
define(`confMIN_QUEUE_AGE', `0')
define(`SMART_HOST', `relay:[FAR]')
define(`RELAY_MAILER_ARGS', `TCP $h 2525')
sinclude(`/etc/mail/local-mailer.m4')
DAEMON_OPTIONS(`Addr=127.0.0.1, Port=25')
FEATURE(`no_default_msa')
sinclude(`/etc/mail/smrsh.m4')
FEATURE(`use_cw_file')
FEATURE(`accept_unresolvable_domains')
MAILER(`local')
MAILER(`smtp')
CONF
    m4 -D_CF_DIR_=/usr/share/sendmail/cf/ /usr/share/sendmail/cf/m4/cf.m4 /etc/mail/test.mc >/etc/mail/sendmail.cf
}

mta_stop() {
    [ -s /run/sendmail.pid ] || return 0
    read -r daemon </run/sendmail.pid
    kill "$daemon"
    wait_for 10 sh -c "! kill -0 $daemon" && rm -f /run/sendmail.pid
}

mta_restart() {
    mta_stop
    printf '%s\n' "$mta_local_mailer" >/etc/mail/local-mailer.m4
    printf '%s\n' "$mta_smrsh" >/etc/mail/smrsh.m4
    mta_configure || return 1
    "$program" -bD -q2s -X /var/log/sendmail.log >/dev/null 2>&1 </dev/null &
    wait_for 10 test -s /run/sendmail.pid
}

mta_flush() {
    /usr/libexec/sendmail/sendmail -q
}

# It logs by syslog(3), which is not here: its SMTP sessions, and what it noted in the queue.
mta_log() {
    cat /var/log/sendmail.log /var/spool/mqueue/qf* 2>/dev/null
}
