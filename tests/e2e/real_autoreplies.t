#!/bin/sh
# Automatic replies of Debian's autoresponders are recognised. Each is run as its manual page or
# procmailex(5) shows it, from the .forward file of a user of its own, by a real Postfix in a root of its own;
# its reply comes to ann@home.test, who wrote to that user.
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"
[ -z "${SANITIZE:-}" ] || skip_all "mail systems are tested with the program as it ships"
# shellcheck source=private_root.sh
. "$here/private_root.sh"
# shellcheck source=mta/postfix.sh
. "$here/mta/postfix.sh"
# shellcheck disable=SC2086
in_private_root $mta_packages vacation maildrop procmail dovecot-sieve

inbox=/home/ann/Maildir/new
text='I am away until Monday and read your mail then.'

# responder NAME: a user whose mail goes to the program in the file `reply`, given on standard input,
# beside a file `away` with the text.
responder() {
    add_user "$1"
    cat >"/home/$1/reply"
    chmod 755 "/home/$1/reply"
    printf '%s\n' "$text" >"/home/$1/away"
    printf '\\%s, "|/home/%s/reply"\n' "$1" "$1" >"/home/$1/.forward"
    chown "$1:" "/home/$1"/* "/home/$1/.forward"
}

# send NAME SUBJECT
send() {
    printf 'From: Ann <ann@home.test>\nTo: %s@home.test\nSubject: %s\nMessage-ID: <to-%s@home.test>\n\nHello!\n' \
        "$1" "$2" "$1" | /usr/sbin/sendmail -f ann@home.test "$1@home.test"
}

reply_of() {
    grep -ls "^From:.*$1@home.test" "$inbox"/* | head -n 1
}
# shellcheck disable=SC2317
has_reply_of() {
    [ -n "$(reply_of "$1")" ]
}

# recognised NAME WANT LABEL: the reply of NAME comes, and its class and originals are WANT.
recognised() {
    if ! wait_for 20 has_reply_of "$1"; then
        fail "$3"
        mta_log | grep "$1" | tail -n 20 | sed 's/^/# /'
        return
    fi
    got=$("$BACKSIFT" classify --json "$(reply_of "$1")" | python3 -c '
import json, sys
answer = json.load(sys.stdin)
print(answer["class"], *answer["original_ids"])')
    is "$got" "$2" "$3"
    [ "$got" = "$2" ] || sed 's/^/# /' "$(reply_of "$1")"
}

add_user ann
add_user dovecot
add_user dovenull

# vacation_user NAME: a user of vacation(1), who has the message on standard input.
vacation_user() {
    printf '#!/bin/sh\nexec /usr/bin/vacation %s\n' "$1" | responder "$1"
    cat >"/home/$1/.vacation.msg"
    chown "$1:" "/home/$1/.vacation.msg"
    setpriv --reuid "$1" --regid "$1" --clear-groups env HOME="/home/$1" /usr/bin/vacation -i
}
# What the program itself proposes, and a text of one's own below the header that its manual shows.
vacation_user vacation <<'END'
Subject: away from my mail

I will not be reading my mail for a while.
Your mail concerning "$SUBJECT"
will be read when I return.
END
vacation_user template <<END
From: template@home.test
Subject: Re: \$SUBJECT
Delivered-By-The-Graces-Of: The Vacation program
Precedence: bulk

$text
END

responder mailbot <<'END'
#!/bin/sh
exec /usr/bin/mailbot -t "$HOME/away" -d "$HOME/seen" -A 'From: mailbot@home.test' /usr/sbin/sendmail -t -f ''
END
responder mailbot-brief <<'END'
#!/bin/sh
exec /usr/bin/mailbot -N -t "$HOME/away" -s 'Away' -A 'From: mailbot-brief@home.test' /usr/sbin/sendmail -t -f ''
END
responder mailbot-dsn <<'END'
#!/bin/sh
exec /usr/bin/mailbot -M mailbot-dsn@home.test -t "$HOME/away" -A 'From: mailbot-dsn@home.test' /usr/sbin/sendmail -t -f ''
END

responder sieve <<'END'
#!/bin/sh
exec /usr/lib/dovecot/dovecot-lda -c /etc/dovecot/lda.conf -f "$SENDER" -a sieve@home.test
END
printf '"|/home/sieve/reply"\n' >/home/sieve/.forward
mkdir -p /etc/dovecot
cat >/etc/dovecot/lda.conf <<'END'
mail_location = maildir:~/Maildir
postmaster_address = postmaster@home.test
hostname = mx.home.test
log_path = /tmp/lda.log
sendmail_path = /usr/sbin/sendmail
protocol lda {
  mail_plugins = sieve
}
plugin {
  sieve = ~/.dovecot.sieve
}
END
printf 'require "vacation";\nvacation :days 7 :addresses "sieve@home.test" "%s";\n' "$text" >/home/sieve/.dovecot.sieve
chown sieve: /home/sieve/.dovecot.sieve

responder formail <<'END'
#!/bin/sh
exec /usr/bin/procmail -m "$HOME/recipe"
END
cat >/home/formail/recipe <<'END'
SENDMAIL=/usr/sbin/sendmail
HOME=/home/formail
DEFAULT=$HOME/Maildir/
:0 Whc: vacation.lock
* !^FROM_DAEMON
* !^X-Loop: formail@home\.test
| formail -rD 8192 $HOME/vacation.cache
:0 ehc
| (formail -rA"Precedence: junk" -I"From: formail@home.test" -A"X-Loop: formail@home.test"; cat $HOME/away) | $SENDMAIL -oi -t
END

mta_start >"$T/start.log" 2>&1 </dev/null || {
    fail "Postfix starts"
    sed 's/^/# /' "$T/start.log"
    done_testing
}
for name in vacation template mailbot mailbot-brief mailbot-dsn sieve formail; do
    send "$name" "Offer of spring"
done
recognised vacation "autoreply" "vacation(1), which cites no message, with its own text"
recognised template "autoreply" "vacation(1) with another text and the header of its manual"
recognised mailbot "autoreply to-mailbot@home.test" "mailbot, with the original quoted"
recognised mailbot-brief "autoreply to-mailbot-brief@home.test" "mailbot without the original"
recognised mailbot-dsn "autoreply to-mailbot-dsn@home.test" "mailbot in the form of a delivery status notification"
recognised sieve "autoreply to-sieve@home.test" "Sieve vacation of Pigeonhole under dovecot-lda"
recognised formail "autoreply to-formail@home.test" "formail -r in a procmail recipe"
done_testing
