# shellcheck shell=sh disable=SC2034,SC2154
# Courier IMAP in the private root, as Debian ships it: folders below "INBOX.", parted by ".", neither
# MOVE nor SPECIAL-USE nor SASL-IR.
server_packages="courier-imap courier-base courier-authdaemon courier-authlib courier-authlib-userdb"

server_start() {
    add_user courier
    add_user vmail 1500
    mkdir -p /run/courier/authdaemon /var/lib/courier /etc/courier
    chown courier /run/courier /run/courier/authdaemon /var/lib/courier
    cat "$work/good.key" "$work/good.pem" >/etc/courier/imapd.pem
    sed -i 's/^authmodulelist=.*/authmodulelist="authuserdb"/' /etc/courier/authdaemonrc
    sed -i '/^TLS_DHPARAMS/d; s/^TLS_TRUSTCERTS/#&/' /etc/courier/imapd-ssl
    printf '%s\n' "$@" >>/etc/courier/imapd
    printf '127.0.0.1\tallow\n' >/etc/courier/imapaccess/loopback
    mkdir -p /home/vmail
    [ -d /home/vmail/Maildir ] || maildirmake.courier /home/vmail/Maildir
    chown -R vmail:vmail /home/vmail
    touch /etc/courier/userdb
    chmod 600 /etc/courier/userdb
    userdb me@example.org set home=/home/vmail uid=1500 gid=1500
    printf '%s\n%s\n' "$password" "$password" | userdbpw -hmac-md5 | userdb me@example.org set hmac-md5pw
    printf '%s\n%s\n' "$password" "$password" | userdbpw -md5 | userdb me@example.org set systempw
    makeuserdb
    /usr/lib/courier/makeimapaccess
    /usr/sbin/courierlogger -pid=/run/courier/authdaemon/pid -start \
        /usr/lib/courier/courier-authlib/authdaemond
    /usr/lib/courier/imapd start
    /usr/lib/courier/imapd-ssl start
    wait_for 20 listens 993
}
server_stop() {
    /usr/lib/courier/imapd stop
    /usr/lib/courier/imapd-ssl stop
}
