#!/bin/sh
# Folders that are mount points of their own: what sweep, mark and recheck move there and back is a
# copy, whole and with its flags and date; where it cannot be made the message stays.
# shellcheck source-path=SCRIPTDIR source=lib.sh disable=SC2016
# What is mounted here is seen by nobody else, and gone at the end.
if [ -z "${OWN_MOUNTS:-}" ] && [ "$(id -u)" -eq 0 ] && unshare --mount true 2>/dev/null; then
    OWN_MOUNTS=1 exec unshare --mount --propagation private sh "$0"
fi
. "$(dirname "$0")/lib.sh"
[ -n "${OWN_MOUNTS:-}" ] || skip_all "needs root and mount namespaces"

inbox=$HOME/Maildir
first=1700000000
autoreply() {
    printf 'Return-Path: <>\nFrom: Bo <bo@far.example>\nTo: %s\nSubject: Automatic reply: offer %s\n' "$2" "$1"
    printf 'Auto-Submitted: auto-replied\nIn-Reply-To: <%s@pc>\nMessage-ID: <r-%s@far.example>\n\n\0I am away.\377\r' "$1" "$1"
}
fill() {
    rm -rf "$HOME/.local"
    make_maildir "$inbox"
    n=0
    while [ $n -lt 20 ]; do
        n=$((n + 1))
        autoreply $n x$n@shop.example >"$inbox/new/$first.$n.host"
    done
    mv "$inbox/new/$first.7.host" "$inbox/cur/$first.7.host:2,FS"
    touch -d '2024-03-01 12:00:00' "$inbox/cur/$first.7.host:2,FS"
    printf 'From: dan@far.example\nSubject: Lunch?\n\nFriday?\n' >"$inbox/new/$first.0.host"
}
run() {
    "$BACKSIFT" "$@" >"$T/out" 2>"$T/err"
    code=$?
}
left() { (cd "$inbox" && find . -path '*/tmp/*' -type f | wc -l); }
state() { echo "$code $(messages "$inbox") $(messages "$inbox/.Backscatter") $(left)"; }
back=$inbox/.Backscatter

# moves NAME: all that a sweep does with such a folder.
moves() {
    fill
    autoreply 7 x7@shop.example >"$T/seven"
    run sweep -q --cur
    is "$(state) $(cat "$T/err")" "0 1 20 0 " "$1: sweep moves"
    ok cmp -s "$T/seven" "$(find "$back/cur" -name '*:2,FS')" -- "$1: whole, with its flags"
    is "$(date -r "$(find "$back/cur" -name '*:2,FS')" +%F)" 2024-03-01 "$1: and the date of its arrival"
    run sweep -q --cur
    is "$(state)" "0 1 20 0" "$1: once"
    run mark -q ours "$(find "$back/cur" -name '*:2,FS')"
    is "$(state) $(messages "$inbox/.Autoreplies")" "0 1 19 0 1" "$1: mark moves from there"
    run mark -q forged "$(find "$inbox/.Autoreplies/cur" -name '*:2,FS')"
    is "$(state)" "0 1 20 0" "$1: and to there"
    ok cmp -s "$T/seven" "$(find "$back/cur" -name '*:2,FS')" -- "$1: it is as it was"
}
config '[own]' 'domain = shop.example' 'address = ada@shop.example' 'addresses-complete = yes'
# on_its_own COMMAND...: Backscatter is mounted by that command.
on_its_own() {
    rm -rf "$inbox"
    make_maildir "$inbox"
    mkdir "$back"
    "$@"
}
on_its_own mount -t tmpfs none "$back"
moves "tmpfs"
umount "$back"
# A file system without hard links, made on a file. Its names hold no colon: flags are not for it.
truncate -s 16M "$T/vfat"
if command -v mkfs.vfat >/dev/null && mkfs.vfat "$T/vfat" >/dev/null 2>&1 && on_its_own mount -o loop -t vfat "$T/vfat" "$back" 2>"$T/err"; then
    fill
    rm "$inbox/cur/"*
    run sweep -q
    is "$(state) $(cat "$T/err")" "0 1 19 0 " "vfat: sweep moves"
    umount "$back"
else
    skip "vfat" "cannot be mounted here"
fi

# --- recheck ---
config '[own]' 'domain = shop.example' 'address = ada@shop.example' '[index]' 'source = stdin' "complete-since = $(date -u -d '-9 days' +%F)"
rm -rf "$inbox" "$HOME/.local"
make_maildir "$inbox"
mkdir "$inbox/.Unverified" "$inbox/.Autoreplies"
mount -t tmpfs none "$inbox/.Unverified"
mount -t tmpfs none "$inbox/.Autoreplies"
autoreply 1 ada@shop.example | sed 's/<1@pc>/<mine@shop.example>/' >"$T/answer"
"$BACKSIFT" deliver -f '' <"$T/answer"
is "$(messages "$inbox/.Unverified")" 1 "recheck: an answer nobody can tell about"
printf 'From: ada@shop.example\nTo: bo@far.example\nMessage-ID: <mine@shop.example>\n\nHi\n' | "$BACKSIFT" record
run recheck
is "$code $(messages "$inbox/.Unverified") $(messages "$inbox/.Autoreplies") $(left)" "0 0 1 0" "recheck: is moved once we know"
ok cmp -s "$T/answer" "$(find "$inbox/.Autoreplies/new" -type f)" -- "recheck: whole"
umount "$inbox/.Unverified" "$inbox/.Autoreplies"

# --- where it goes wrong ---
config '[own]' 'domain = shop.example' 'address = ada@shop.example' 'addresses-complete = yes'
on_its_own mount -t tmpfs -o size=300k none "$back"
{ autoreply 1 x1@shop.example && head -c 400000 /dev/zero; } >"$inbox/new/$first.1.host"
cp "$inbox/new/$first.1.host" "$T/large"
run sweep -q
is "$(state)" "75 1 0 0" "a folder that is full: the message stays, to be tried again"
ok cmp -s "$T/large" "$inbox/new/$first.1.host" -- "whole"
like "$(cat "$T/err")" "*cannot move message $first.1.host*No space left*" "and told why"
mount -o remount,size=2m "$back"
run sweep -q
is "$(state)" "0 0 1 0" "it moves when there is room"
umount "$back"
if [ -n "${SANITIZE:-}" ] || [ ! -e "$BUILD/tests/shim.so" ]; then
    skip "a sweep that is killed" "the preloaded library does not go with the sanitizers, or is not built"
else
    for plan in write:9:KILL fsync:5:KILL link:2:KILL link:20:KILL unlink:3:KILL unlink:25:KILL unlink:5:EIO fsync:9:EIO link:2:EPERM; do
        on_its_own mount -t tmpfs none "$back"
        fill
        SHIM=$plan SHIM_LOG=$T/shim LD_PRELOAD=$BUILD/tests/shim.so "$BACKSIFT" sweep -q --cur >/dev/null 2>&1
        run sweep -q --cur
        is "$code $(messages "$inbox") $(cat "$back"/new/* "$back"/cur/* | grep -a '^Message-ID' | sort -u | wc -l)" "0 1 20" "$plan: no message is lost"
        umount "$back"
    done
    is "$(wc -l <"$T/shim" | tr -d ' ')" 9 "each of these went wrong"
fi
done_testing
