# shellcheck shell=sh disable=SC2154
# Sourced by real_*.t behind lib.sh, with $mta set: a real mail system in a root of its own makes
# bounces and a delay notice of mail that ann@home.test sent, each is delivered to her Maildir, and
# what `backsift classify` makes of it is compared with what was sent to whom.

# shellcheck source-path=SCRIPTDIR source=private_root.sh
. "$here/private_root.sh"
# shellcheck disable=SC1090
. "$here/mta/$mta.sh"
# shellcheck disable=SC2154,SC2086
in_private_root $mta_packages

inbox=/home/ann/Maildir/new

# send RECIPIENT: mail of ann's, with the recipient's local part in its Message-ID.
send() {
    printf 'From: Ann <ann@home.test>\nTo: %s\nSubject: Offer\nMessage-ID: <to-%s@home.test>\n\nHello!\n' "$1" "${1%@*}" |
        timeout 30 /usr/sbin/sendmail -f ann@home.test "$1" >>"$T/sendmail.log" 2>&1
}

# response_to NAME: the file of the first response in which her mail to NAME is cited.
response_to() {
    grep -ls "to-$1@home.test" "$inbox"/* | head -n 1
}
has_response_to() {
    [ -n "$(response_to "$1")" ]
}

# recognised NAME WANT LABEL: the response to mail to NAME comes, and is summed up as WANT.
recognised() {
    # On a busy machine a queue run can come between two tries: ask for one of all.
    wait_for 15 has_response_to "$1" || mta_flush >/dev/null 2>&1 </dev/null
    if ! wait_for 60 has_response_to "$1"; then
        fail "$3"
        mta_log | tail -n 30 | sed 's/^/# /'
        return
    fi
    got=$("$BACKSIFT" classify --json "$(response_to "$1")" | python3 -c '
import json, sys
answer = json.load(sys.stdin)
words = [answer["class"]] + answer["original_ids"]
for r in answer["recipients"]:
    words += [r["address"], r["action"], r["status"]]
print(*filter(None, words + [answer["reporting_mta"]]))')
    is "$got" "$2" "$3"
}

add_user ann
add_user gone
printf '"|exit 67"\n' >/home/gone/.forward
chown gone:gone /home/gone/.forward

if command -v make_autoresponder >/dev/null; then
    add_user away
    make_autoresponder /home/away
    chown -R away: /home/away
fi

mkdir "$T/far"
python3 "$here/smtp_sink.py" 2525 "$T/far" >"$T/far.log" 2>&1 </dev/null &
wait_for 10 grep -q ready "$T/far.log"
mta_start >"$T/start.log" 2>&1 </dev/null || {
    fail "$mta starts"
    sed 's/^/# /' "$T/start.log"
    done_testing
}

for name in refuse full later; do
    send "$name@far.test"
done
recognised refuse "bounce to-refuse@home.test refuse@far.test failed 5.1.1 mx.home.test" \
    "$mta: a recipient that the remote server refuses"
recognised full "bounce to-full@home.test full@far.test failed 5.2.2 mx.home.test" \
    "$mta: a remote mailbox that is full"
recognised later "delay to-later@home.test later@far.test delayed 4.7.1 mx.home.test" \
    "$mta: a delay notice"

if [ "${mta_refuses_unknown:-no}" = yes ]; then
    send nobody-here@home.test
    ok test $? -ne 0 -- "$mta: refuses mail to an unknown local recipient, so sends no bounce"
else
    send nobody-here@home.test
    recognised nobody-here "bounce to-nobody-here@home.test nobody-here@home.test failed 5.1.1 mx.home.test" \
        "$mta: an unknown local recipient"
fi

if [ -n "${gone_status:-}" ]; then
    send gone@home.test
    recognised gone "bounce to-gone@home.test gone@home.test failed $gone_status mx.home.test" \
        "$mta: a program in .forward that knows no such user"
fi

# A test that defines make_autoresponder has the mail system's own autoresponder answer for the user away.
if command -v make_autoresponder >/dev/null; then
    send away@home.test
    recognised away "autoreply to-away@home.test" "$mta: its own autoresponder"
fi
done_testing
