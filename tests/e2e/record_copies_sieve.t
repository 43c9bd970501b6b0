#!/bin/sh
# contrib/record/sieve in a real Dovecot: what a mail program files in Sent by IMAP is recorded at that
# moment; what is filed elsewhere is not.
# shellcheck source-path=SCRIPTDIR source=lib.sh disable=SC2154,SC2317
. "$(dirname "$0")/lib.sh"
# shellcheck source=private_root.sh
. "$here/private_root.sh"
[ -z "${SANITIZE:-}" ] || skip_all "mail systems are tested with the program as it ships"
in_private_root dovecot-core dovecot-imapd dovecot-sieve

add_user ann
add_user dovecot
add_user dovenull
chmod 755 "$HOME" "$T"
recipe=$top/contrib/record/sieve
mkdir -p /etc/dovecot/sieve /etc/dovecot/sieve-pipe /run/dovecot /home/ann/.config/backsift
{
    printf 'protocols = imap\nmail_location = maildir:~/Maildir\nssl = no\nlog_path = /tmp/dovecot.log\n'
    printf 'userdb {\n  driver = passwd\n}\nnamespace inbox {\n  inbox = yes\n  mailbox Sent {\n    auto = create\n  }\n}\n'
    # The lines of dovecot.conf that the recipe shows.
    sed -n '/^#   [a-z]* *[a-z]* *{/,/^#   }/s/^#   //p' "$recipe"
} >/etc/dovecot/dovecot.conf
sed -n '/^require/,$p' "$recipe" >/etc/dovecot/sieve/sent.sieve
sed -n '/^#   #!\/bin\/sh/,/^#   exec/s/^#   //p' "$recipe" |
    sed "s|/usr/local/bin/backsift|$BACKSIFT|" >/etc/dovecot/sieve-pipe/record
chmod 755 /etc/dovecot/sieve-pipe/record
: >/tmp/dovecot.log
chmod 666 /tmp/dovecot.log
printf '[own]\ndomain = home.test\n[index]\nsource = stdin\n' >/home/ann/.config/backsift/backsift.conf
chown -R ann: /home/ann

as_ann() {
    setpriv --reuid ann --regid ann --clear-groups \
        env -i HOME=/home/ann USER=ann LOGNAME=ann PATH="$PATH" "$@"
}
# append MAILBOX ID: as a mail program does after sending.
append() {
    as_ann python3 - "$@" >"$T/out" 2>&1 <<'PYTHON'
import imaplib, sys
server = imaplib.IMAP4_stream("exec /usr/lib/dovecot/imap")
mailbox, name = sys.argv[1:]
message = "From: ann@home.test\r\nTo: bob@far.test\r\nMessage-ID: <%s@home.test>\r\n\r\nHello.\r\n" % name
answer, _ = server.append(mailbox, None, None, message.encode())
server.logout()
sys.exit(answer != "OK")
PYTHON
}
known() {
    as_ann "$BACKSIFT" index lookup "$1" >"$T/out" 2>&1
}
unknown() {
    ! known "$1"
}

ok append Sent one -- 'a mail program files what it has sent'
ok known one@home.test -- 'it is recorded'
ok known bob@far.test -- 'with its recipient'
ok append INBOX two -- 'another is filed in the inbox'
ok unknown two@home.test -- 'that is not recorded'
done_testing
