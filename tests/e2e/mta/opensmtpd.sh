# shellcheck shell=sh disable=SC2034
# OpenSMTPD in the private root: local domain home.test with .forward files, far.test at the SMTP
# sink on port 2525 of $far_address (127.0.0.1). It refuses an unknown local recipient when mail is handed in, and never bounces it.
mta_packages=opensmtpd
mta_refuses_unknown=yes

mta_start() {
    add_user opensmtpd
    add_user opensmtpq
    mkdir -p /var/lib/opensmtpd/empty /var/spool/smtpd /run
    chown root:root /var/lib/opensmtpd/empty
    chmod 755 /var/lib/opensmtpd/empty
    chmod 711 /var/spool/smtpd
    # The sendmail command hands mail in at the socket, or leaves it in offline/, as group opensmtpq.
    chgrp opensmtpq /usr/sbin/smtpctl
    chmod 2555 /usr/sbin/smtpctl
    ln -sf smtpctl /usr/sbin/sendmail
    printf 'mx.home.test\n' >/etc/mailname
    cat >/etc/smtpd.conf <<CONF
bounce warn-interval 1s
listen on lo hostname mx.home.test
action "local" maildir "%{user.directory}/Maildir"
action "far" relay host "smtp://${far_address:-127.0.0.1}:2525"
match from any for domain "home.test" action "local"
match from any for domain "far.test" action "far"
CONF
    # With $mta_uses_syslog it logs there, else to a file.
    if [ -n "${mta_uses_syslog:-}" ]; then
        /usr/sbin/smtpd </dev/null
    else
        /usr/sbin/smtpd -d >/var/log/opensmtpd.log 2>&1 </dev/null &
    fi
    wait_for 10 smtpctl show status
}

mta_flush() {
    smtpctl schedule all
}

mta_log() {
    cat /var/log/opensmtpd.log
}
