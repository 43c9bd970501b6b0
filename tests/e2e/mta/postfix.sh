# shellcheck shell=sh disable=SC2034
# Postfix in the private root: local domain home.test, far.test at the SMTP sink on port 2525.
mta_packages=postfix

mta_start() {
    add_user postfix
    printf 'postdrop:x:%s:\n' 54321 >>/etc/group
    cp /usr/share/postfix/master.cf.dist /etc/postfix/master.cf
    cat >/etc/postfix/main.cf <<'EOF'
compatibility_level = 3.6
myhostname = mx.home.test
myorigin = home.test
mydestination = home.test, mx.home.test, localhost
alias_maps =
alias_database =
inet_interfaces = loopback-only
inet_protocols = ipv4
smtp_dns_support_level = disabled
smtp_host_lookup = native
transport_maps = inline:{ {far.test = smtp:[127.0.0.1]:2525} }
maillog_file = /var/log/postfix.log
maillog_file_prefixes = /var, /dev/stdout
notify_classes =
home_mailbox = Maildir/
delay_warning_time = 1s
queue_run_delay = 2s
minimal_backoff_time = 2s
maximal_backoff_time = 4s
EOF
    postconf -F '*/*/chroot=n'
    chgrp postdrop /usr/sbin/postqueue /usr/sbin/postdrop
    chmod g+s /usr/sbin/postqueue /usr/sbin/postdrop
    postfix set-permissions >/dev/null 2>&1
    postfix start >/dev/null 2>&1
    wait_for 10 postfix status
}

# How often a deferred message is tried again is seconds here; run the queue now.
mta_flush() {
    postqueue -f
}

mta_log() {
    cat /var/log/postfix.log
}
