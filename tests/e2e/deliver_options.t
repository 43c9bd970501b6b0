#!/bin/sh
# What `backsift deliver` does for particular callers: --user for root, exit codes of qmail, quotas
# of Maildir++, subscriptions of Dovecot, XDG variables in a mail system's environment.
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"

inbox=$HOME/Maildir
run() {
    "$BACKSIFT" deliver "$@" >"$T/out" 2>"$T/err"
    code=$?
}
printf 'From: dan@far.example\nSubject: Lunch?\n\nFriday?\n' >"$T/plain"
{
    printf 'Return-Path: <>\nFrom: Bo <bo@far.example>\nTo: x7@shop.example\nSubject: Automatic reply: hi\n'
    printf 'Auto-Submitted: auto-replied\nIn-Reply-To: <x@pc>\nMessage-ID: <r@far.example>\n\nI am away.\n'
} >"$T/forged"
settings() { config '[own]' 'address = ada@shop.example' 'addresses-complete = yes' "$@"; }
size=$(wc -c <"$T/plain" | tr -d ' ')

# --- qmail ----------------------------------------------------------------------------------------
run --exit-codes=qmail <"$T/plain"
is "$code" 111 "without a Maildir qmail hears 111"
run --exit-codes qmail --wrong <"$T/plain"
is "$code" 111 "also for a wrong option behind it"
run --exit-codes=other <"$T/plain"
is "$code" 75 "a kind of exit codes that is not known is 75, which qmail retries, too"
make_maildir "$inbox"
run -x qmail <"$T/plain"
is "$code $(messages "$inbox")" "0 1" "and 0 when it is delivered"
settings
run -x sysexits -m /dev/null/x <"$T/plain"
is "$code" 75 "sysexits is what it is without"

# --- quotas ---------------------------------------------------------------------------------------
rm -f "$inbox"/new/*
printf '%dS,10C\n0 0\n' $((size * 2)) >"$inbox/maildirsize"
run <"$T/plain"
run <"$T/plain"
is "$code $(messages "$inbox")" "0 2" "up to the quota mail is delivered"
is "$(tr '\n' ' ' <"$inbox/maildirsize")" "$((size * 2))S,10C 0 0 $size 1 $size 1 " "and counted"
run <"$T/plain"
is "$code $(messages "$inbox")" "75 2" "beyond it the mail system keeps it"
like "$(cat "$T/out")" "4.3.0 *quota*" "and hears why"
is "$(ls "$inbox/tmp")" "" "nothing stays in tmp/"
settings
run <"$T/forged"
is "$code $(messages "$inbox/.Backscatter")" "75 0" "the quota is that of all folders"
rm -f "$inbox"/new/*
run <"$T/plain"
is "$code" 75 "a fresh file is believed"
touch -d '20 minutes ago' "$inbox/maildirsize"
run <"$T/plain"
is "$code $(messages "$inbox")" "0 1" "one that is old is counted anew"
is "$(tr '\n' ' ' <"$inbox/maildirsize")" "$((size * 2))S,10C 0 0 $size 1 " "and replaced"
printf '1C\n1 1\n' >"$inbox/maildirsize"
run <"$T/plain"
is "$code" 75 "a limit of messages counts, too"
printf 'nonsense\n' >"$inbox/maildirsize"
run <"$T/plain"
is "$code" 0 "a file that is none limits nothing"
rm "$inbox/maildirsize"
run <"$T/plain"
ok test ! -e "$inbox/maildirsize" -- "and none is made"

# --- subscriptions --------------------------------------------------------------------------------
rm -rf "$inbox/.Backscatter"
run <"$T/forged"
ok test ! -e "$inbox/subscriptions" -- "nothing is subscribed unasked"
rm -rf "$inbox/.Backscatter"
settings '[maildir]' 'subscribe = yes' '[folders]' '*.forged = Junk/Rückläufer'
run <"$T/forged"
is "$code $(cat "$inbox/subscriptions")" "0 Junk.R&APw-ckl&AOQ-ufer" "a new folder is subscribed"
: >"$inbox/subscriptions"
run <"$T/forged"
is "$(cat "$inbox/subscriptions")" "" "one that was unsubscribed stays so"
rm -rf "$inbox/.Junk"*
settings '[maildir]' 'subscribe = yes' '[folders]' '*.forged = Junk/Back'
printf 'V\t2\n\nSent\n' >"$inbox/subscriptions"
run <"$T/forged"
is "$(cat "$inbox/subscriptions")" "$(printf 'V\t2\n\nSent\nJunk\tBack')" "in the form that the file has"
rm -rf "$inbox/.Junk"*
: >"$inbox/subscriptions.lock"
run <"$T/forged"
is "$code $(messages "$inbox/.Junk.Back")" "0 1" "a lock that somebody holds does not hold mail up"
ok test -e "$inbox/subscriptions.lock" -- "nor is it taken away"
rm "$inbox/subscriptions.lock"

# --- XDG variables --------------------------------------------------------------------------------
settings
XDG_CONFIG_HOME=$T/xdg XDG_STATE_HOME=$T/xdg "$BACKSIFT" deliver <"$T/forged"
ok test ! -e "$T/xdg" -- "XDG variables of a mail system move nothing"
is "$(messages "$inbox/.Backscatter")" 1 "nor hide the configuration"

like "$(XDG_STATE_HOME=$T/xdg "$BACKSIFT" check)" "*warning*paths*XDG variables move*" "check tells where an interactive shell's differ"

# --- what check says of the sandbox ---
case $("$BACKSIFT" check) in
*"ok       sandbox   "*"filter of system calls"* | *"warning  sandbox   "*) pass "check says what a message is read behind" ;;
*) fail "check says what a message is read behind" ;;
esac

# --- --user ---------------------------------------------------------------------------------------
run --user=no-such-user <"$T/plain"
is "$code" 75 "a user that is not there: try again"
run --user=root <"$T/plain"
is "$code" 75 "mail is not delivered as root"
if [ "$(id -u)" -ne 0 ]; then
    run --user=daemon <"$T/plain"
    is "$code" 75 "only root can become another user"
    skip "--user as root" "needs root"
    done_testing
fi
if ! unshare --mount true 2>/dev/null; then
    skip "--user as root" "no mount namespaces here"
    done_testing
fi
# An account of the test's own, in a view of the user database that nobody else has.
home=$T/cy
mkdir "$home"
chown 4242:4243 "$home"
chmod 755 "$HOME" "$T"
{ cat /etc/passwd && printf 'cy:x:4242:4243::%s:/bin/sh\n' "$home"; } >"$T/passwd"
{ cat /etc/group && printf 'cy:x:4243:\nclub:x:4244:cy\n'; } >"$T/group"
# shellcheck disable=SC2016 # the script expands them
printf '#!/bin/sh\nmount --bind "$T/passwd" /etc/passwd && mount --bind "$T/group" /etc/group && exec "$@"\n' >"$T/view"
chmod +x "$T/view"
export T
as_seen() { unshare --mount "$T/view" "$@"; }
mkdir -p "$T/cy/.config/backsift"
printf '[maildir]\npath = ~/Mail\n' >"$T/cy/.config/backsift/backsift.conf"
chown -R 4242:4243 "$home"
as_seen "$BACKSIFT" deliver --user=cy -r cy@shop.example <"$T/plain"
is "$? $(messages "$home/Mail")" "0 1" "root delivers as the user: home and configuration are the user's"
is "$(stat -c '%u:%g' "$home"/Mail/new/*)" "4242:4243" "the message is the user's"
as_seen "$BACKSIFT" deliver --user=cy --maildir=Other <"$T/plain"
is "$? $(messages "$home/Other")" "0 1" "a relative path is below the home folder"
mkdir "$T/secret" && chmod 700 "$T/secret"
as_seen "$BACKSIFT" deliver --user=cy --maildir="$T/secret/Maildir" <"$T/plain" >"$T/out" 2>&1
is "$? $(ls "$T/secret")" "75 " "what only root may write is not written"
mkdir "$T/club" && chgrp 4244 "$T/club" && chmod 770 "$T/club"
as_seen "$BACKSIFT" deliver --user=cy --maildir="$T/club/Maildir" <"$T/plain" >"$T/out" 2>&1
is "$? $(messages "$T/club/Maildir")" "0 1" "the user's further groups count"
# What the process is while it waits for the message: nothing of root is left, so nothing to go back to.
mkfifo "$T/held"
unshare --mount "$T/view" "$BACKSIFT" deliver --user=cy <"$T/held" >"$T/out" 2>&1 &
pid=$!
exec 6>"$T/held"
until [ "$(sed -n 's/^Uid:\t\([0-9]*\).*/\1/p' "/proc/$pid/status")" = 4242 ] && [ -e "/proc/$pid/fd/5" ]; do
    kill -0 $pid 2>/dev/null || break
done
is "$(grep -E '^(Uid|Gid|Groups|CapPrm|CapEff):' "/proc/$pid/status" | tr -s '\t ' ' ' | sed 's/ $//')" \
    "Uid: 4242 4242 4242 4242
Gid: 4243 4243 4243 4243
Groups: 4243 4244
CapPrm: 0000000000000000
CapEff: 0000000000000000" "real, effective and saved IDs are the user's, and no capability is left"
cat "$T/plain" >&6
exec 6>&-
wait $pid
is $? 0 "and then it delivers"
rm -rf "$HOME/.local"
as_seen "$BACKSIFT" deliver --user=cy --config="$HOME/.config/backsift/backsift.conf" <"$T/plain" >"$T/out" 2>&1
ok test ! -e "$HOME/.local" -- "nothing is made in root's home"
done_testing
