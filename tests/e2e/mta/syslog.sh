# shellcheck shell=sh
# rsyslog in the private root, for mail servers that log by syslog(3): the same lines as it writes
# them by default (/var/log/mail.log) and with ISO timestamps (/var/log/mail.iso).

syslog_start() {
    # /dev is the host's, where /dev/log may be another's.
    mkdir -p /run/dev
    mount -t tmpfs -o mode=755 dev /run/dev
    for name in null zero full random urandom tty; do
        : >"/run/dev/$name"
        mount --bind "/dev/$name" "/run/dev/$name"
    done
    mkdir /run/dev/shm
    mount --move /run/dev /dev
    cat >/etc/rsyslog.conf <<'CONF'
global(localHostname="mx")
module(load="imuxsock")
mail.* action(type="omfile" file="/var/log/mail.log" template="RSYSLOG_TraditionalFileFormat")
mail.* action(type="omfile" file="/var/log/mail.iso" template="RSYSLOG_FileFormat")
CONF
    mkdir -p /var/spool/rsyslog
    rsyslogd -n >/var/log/rsyslog.err 2>&1 </dev/null &
    wait_for 10 test -S /dev/log
}

# An empty file and the server told of it, as logrotate does.
syslog_reopen() {
    pkill -HUP rsyslogd
}
