#!/bin/sh
# `backsift sweep` again and again over a Maildir while mail arrives and others change it: Debian's
# Dovecot for a mail program by IMAP, and mutt. Nothing is lost, doubled or cut, and flags stay.
# shellcheck source-path=SCRIPTDIR source=lib.sh disable=SC2086,SC2154
. "$(dirname "$0")/lib.sh"
. "$here/private_root.sh"
in_private_root dovecot-imapd mutt

[ -z "${SANITIZE:-}" ] && count=${COUNT:-300} || count=${COUNT:-60}
add_user dovecot
add_user dovenull
add_user me
box=/home/me/Maildir
mkdir -p /run/dovecot /home/me/.config/backsift
printf '[own]\ndomain = shop.example\naddress = ada@shop.example\naddresses-complete = yes\n' \
    >/home/me/.config/backsift/backsift.conf
cat >/etc/dovecot/dovecot.conf <<CONF
protocols = imap
ssl = no
disable_plaintext_auth = no
log_path = $T/dovecot.log
mail_location = maildir:~/Maildir
passdb {
  driver = static
  args = nopassword=y
}
userdb {
  driver = static
  args = uid=$(id -u me) gid=$(id -g me) home=/home/me
}
CONF
chmod 755 "$HOME"
chmod 777 "$T"
as_me() {
    setpriv --reuid me --regid me --clear-groups env -i HOME=/home/me USER=me LC_ALL=C.UTF-8 TMPDIR=/tmp \
        PATH=/usr/bin:/bin ASAN_OPTIONS="${ASAN_OPTIONS:-}" "$@"
}
others() { as_me python3 "$here/sweep_beside.py" "$@"; }
make_maildir "$box"
chown -R me: /home/me
dovecot -F >/dev/null 2>&1 &
on_exit "kill $! 2>/dev/null"
wait_for 10 sh -c "ss -ltn 'sport = :143' | grep -q LISTEN" || { cat "$T/dovecot.log"; skip_all "Dovecot does not start"; }

# A slow disk: a message has both its names for so long that others come between.
slow=
[ -n "${SANITIZE:-}" ] || slow="SHIM=fsync:1:SLOW LD_PRELOAD=$BUILD/tests/shim.so"
several_sweeps() { [ "$(wc -l <"$T/sweeps")" -ge 5 ]; }
# sweeping WHO NAME: WHO at work and NAME's mail arriving while sweeps run.
sweeping() {
    rm -f "$T/stop" "$T/end" "$T/bad"
    : >"$T/sweeps"
    (
        while [ ! -e "$T/end" ]; do
            as_me $slow "$BACKSIFT" sweep -q --cur >>"$T/sweep.out" 2>&1 || echo "exit $?" >>"$T/bad"
            echo >>"$T/sweeps"
        done
    ) &
    sweeper=$!
    others "$1" "$box" "$T/stop" >>"$T/done" 2>"$T/$1.err" &
    other=$!
    others deliver "$box" "$2" "$count"
    ok wait_for 60 several_sweeps -- "beside $1: there are several sweeps"
    : >"$T/stop"
    wait $other
    is "$? $(cat "$T/$1.err")" "0 " "$1 is at work to the end"
    : >"$T/end"
    wait $sweeper
    is "$(cat "$T/bad" "$T/sweep.out" 2>/dev/null)" "" "beside $1: no sweep fails"
    ok as_me "$BACKSIFT" sweep -q --cur -- "beside $1: one more when all is quiet"
}

: >"$T/done"
sweeping imap a
for what in flag gone move; do
    ok test "$(grep -c "^$what" "$T/done")" -ge $((count / 20)) -- "by IMAP, $what: so many were told"
done
is "$(others check "$box" "$T/done" "a:$count")" "" "beside Dovecot: every message once, whole, in its place, with its flags"
is "$(others seen "$box")" "" "and Dovecot shows all"

cp "$T/done" "$T/done.imap"
sweeping mutt b
others work "$box" b >"$T/work"
read -r flagged removed <"$T/work"
ok test "$flagged" -gt 0 -a "$removed" -gt 0 -- "mutt has flagged and removed"
others check "$box" "$T/done.imap" "a:$count:r" "b:$count:r" >"$T/wrong"
is "$(cat "$T/wrong")" "" "beside mutt: every message once, whole, in its place, with its flags"
is "$(others seen "$box")" "" "and Dovecot shows all"
is "$(grep -ciE 'panic|corrupt|error' "$T/dovecot.log")" 0 "Dovecot has nothing to complain of"
is "$(find "$box" -path '*/tmp/*' -type f | wc -l)" 0 "nothing is left in tmp/"
done_testing
