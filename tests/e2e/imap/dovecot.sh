# shellcheck shell=sh disable=SC2034,SC2046,SC2154
# Dovecot in the private root: folders beside INBOX, parted by "/". Its mail is a Maildir in $mail.
server_packages=dovecot-imapd

# server_start LINE...: these lines come last in its configuration.
server_start() {
    add_user dovecot
    add_user dovenull
    add_user vmail 1500
    mkdir -p "$work/mail" "$work/run" /run/dovecot
    chown vmail:vmail "$work/mail"
    mail=$work/mail/me/Maildir
    printf '%s\n' "me@example.org:{PLAIN}$password:1500:1500::$work/mail/me" >"$work/users"
    chmod 644 "$work/users"
    cat >"$work/dovecot.conf" <<EOF
protocols = imap
base_dir = $work/run
state_dir = $work/run
log_path = $work/dovecot.log
ssl = required
ssl_cert = <$work/good.pem
ssl_key = <$work/good.key
disable_plaintext_auth = yes
auth_mechanisms = plain login cram-md5 scram-sha-256
mail_location = maildir:$work/mail/%n/Maildir
first_valid_uid = 1000
passdb {
  driver = passwd-file
  args = $work/users
}
userdb {
  driver = passwd-file
  args = $work/users
}
namespace inbox {
  inbox = yes
  separator = /
  mailbox "Sent mail of mine" {
    auto = create
    special_use = \\Sent
  }
}
EOF
    [ $# -eq 0 ] || printf '%s\n' "$@" >>"$work/dovecot.conf"
    dovecot -c "$work/dovecot.conf" >"$work/start.log" 2>&1
    wait_for 20 listens 993
}
# With the sessions, as systemd does it: they would outlive their master for ten seconds.
server_stop() {
    master=$(cat "$work/run/master.pid")
    kill "$master" $(ps -o pid= --ppid "$master") 2>/dev/null
    stopped() { [ ! -e "$work/run/master.pid" ] && ! listens 993; }
    wait_for 20 stopped
}
