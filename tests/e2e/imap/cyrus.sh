# shellcheck shell=sh disable=SC2034,SC2154
# Cyrus IMAP in the private root.
server_packages="cyrus-imapd sasl2-bin libsasl2-modules libsasl2-modules-db"

# server_start yes|no: whether folders stand beside INBOX, parted by "/".
server_start() {
    add_user cyrus 2001
    [ -d /imap/fresh ] || cp -a /var/lib/cyrus /imap/fresh
    # Without its folder "socket" nobody is told of news, and IDLE looks for them once a minute.
    mkdir -p /var/lib/cyrus/socket /var/spool/cyrus/mail /var/spool/sieve /run/cyrus/socket /run/cyrus/lock \
        /run/cyrus/proc
    cat >/etc/imapd.conf <<EOF
configdirectory: /var/lib/cyrus
proc_path: /run/cyrus/proc
mboxname_lockpath: /run/cyrus/lock
defaultpartition: default
partition-default: /var/spool/cyrus/mail
sievedir: /var/spool/sieve
sasl_pwcheck_method: auxprop
sasl_auxprop_plugin: sasldb
sasl_sasldb_path: /etc/sasldb2
sasl_mech_list: PLAIN CRAM-MD5 SCRAM-SHA-256
admins: cyrus
virtdomains: userid
autocreate_quota: 0
altnamespace: $1
unixhierarchysep: $1
tls_server_cert: $work/good.pem
tls_server_key: $work/good.key
delete_mode: immediate
tls_session_timeout: 0
hashimapspool: true
idlesocket: /run/cyrus/socket/idle
lmtpsocket: /run/cyrus/socket/lmtp
notifysocket: /run/cyrus/socket/notify
EOF
    cat >/etc/cyrus.conf <<EOF
START {
    recover cmd="/usr/lib/cyrus/bin/ctl_cyrusdb -r"
    idled cmd="/usr/lib/cyrus/bin/idled"
}
SERVICES {
    imap cmd="/usr/lib/cyrus/bin/imapd" listen="127.0.0.1:143" prefork=1
    imaps cmd="/usr/lib/cyrus/bin/imapd -s" listen="127.0.0.1:993" prefork=1
}
EVENTS {
}
EOF
    printf %s "$password" | saslpasswd2 -p -c -u example.org -f /etc/sasldb2 me
    chown -R cyrus:mail /var/lib/cyrus /var/spool/cyrus /var/spool/sieve /run/cyrus /etc/sasldb2
    cyrmaster -d -p /run/cyrus/master.pid 2>>/imap/start.log
    wait_for 20 listens 993
}
server_stop() {
    kill "$(cat /run/cyrus/master.pid)"
    stopped() { ! listens 993; }
    wait_for 20 stopped
}
# All mail and users are gone.
server_reset() {
    rm -rf /var/lib/cyrus /var/spool/cyrus/mail /etc/sasldb2
    cp -a /imap/fresh /var/lib/cyrus
}
