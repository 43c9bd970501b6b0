#!/bin/sh
# `backsift deliver` on file systems of several kinds, and across them: in memory, ext4, such
# without hard links (vfat, exFAT), hard links refused, a folder that is a mount point of its own.
# shellcheck source-path=SCRIPTDIR source=lib.sh disable=SC2016
# What is mounted here is seen by nobody else, and gone at the end.
if [ -z "${OWN_MOUNTS:-}" ] && [ "$(id -u)" -eq 0 ] && unshare --mount true 2>/dev/null; then
    OWN_MOUNTS=1 exec unshare --mount --propagation private sh "$0"
fi
. "$(dirname "$0")/lib.sh"

inbox=$HOME/Maildir
config '[own]' 'address = ada@shop.example' 'addresses-complete = yes'
printf 'From: dan@far.example\nSubject: Lunch?\n\n\0Friday?\377\r' >"$T/plain"
{
    printf 'Return-Path: <>\nFrom: Bo <bo@far.example>\nTo: x7@shop.example\nSubject: Automatic reply: hi\n'
    printf 'Auto-Submitted: auto-replied\nIn-Reply-To: <x@pc>\nMessage-ID: <r@far.example>\n\nI am away.\n'
} >"$T/forged"

# left: how many files the tmp/ folders hold.
left() { (cd "$inbox" && find . -path '*/tmp/*' -type f | wc -l); }
# both NAME: ordinary mail and a response are delivered, whole, and nothing else is there.
both() {
    make_maildir "$inbox"
    codes=
    for message in plain forged; do
        "$BACKSIFT" deliver <"$T/$message" >>"$T/out" 2>&1
        codes="$codes$?"
    done
    is "$codes $(messages "$inbox") $(messages "$inbox/.Backscatter") $(left)" \
        "00 1 1 0" "$1: delivered, nothing left in tmp/"
    ok cmp -s "$T/plain" "$(find "$inbox/new" -type f)" -- "$1: the message in the inbox is whole"
    ok cmp -s "$T/forged" "$(find "$inbox/.Backscatter/new" -type f)" -- "$1: and the one in the folder"
}

# --- link(2) that says no -------------------------------------------------------------------------
shim=$BUILD/tests/shim.so
ASAN_OPTIONS="${ASAN_OPTIONS:-}:verify_asan_link_order=0" # the shim is loaded before the sanitizer
export ASAN_OPTIONS
for error in EPERM EOPNOTSUPP EMLINK; do
    rm -rf "$inbox"
    make_maildir "$inbox"
    SHIM=link:1:$error LD_PRELOAD=$shim "$BACKSIFT" deliver <"$T/forged"
    is "$? $(messages "$inbox/.Backscatter") $(messages "$inbox") $(left)" \
        "0 1 0 0" "hard links refused with $error: filed by rename"
done
# --- real ones ------------------------------------------------------------------------------------
if [ -z "${OWN_MOUNTS:-}" ]; then
    skip "real file systems" "needs root and mount namespaces"
    done_testing
fi
# mounted KIND: the Maildir on a new file system of that kind, on a file; false where this
# machine cannot have one.
mounted() {
    kind=$1
    device=
    rm -rf "$inbox"
    mkdir "$inbox"
    command -v "mkfs.$kind" >/dev/null || return 1
    truncate -s 64M "$T/$kind"
    "mkfs.$kind" "$T/$kind" >/dev/null 2>&1 || return 1
    mount -o loop -t "$kind" "$T/$kind" "$inbox" 2>"$T/err" && return
    [ "$kind" = exfat ] && device=$(losetup -f --show "$T/$kind" 2>"$T/err") &&
        mount.exfat-fuse "$device" "$inbox" >"$T/err" 2>&1
}
unmounted() {
    umount "$inbox" && rm -rf "$inbox"
    [ -z "$device" ] || losetup -d "$device"
    device=
}
device=
on_exit '[ -z "$device" ] || losetup -d "$device"'
for kind in ext4 vfat exfat; do
    if mounted "$kind"; then
        both "$kind"
        unmounted
    else
        [ -z "$device" ] || losetup -d "$device"
        device=
        skip "$kind" "cannot be mounted here"
    fi
done
rm -rf "$inbox"
mkdir "$inbox"
mount -t tmpfs none "$inbox"
both tmpfs
unmounted

# A folder that is a mount point.
rm -rf "$inbox"
make_maildir "$inbox"
mkdir "$inbox/.Backscatter"
mount -t tmpfs -o size=300k none "$inbox/.Backscatter"
both "a folder on another file system"
ok test -f "$inbox/.Backscatter/maildirfolder" -- "and it is made a folder"
{ cat "$T/forged" && head -c 400000 /dev/zero; } >"$T/large"
"$BACKSIFT" deliver <"$T/large" >"$T/out" 2>&1
is "$? $(messages "$inbox") $(messages "$inbox/.Backscatter") $(left)" \
    "0 2 1 0" "that is full: the inbox"
umount "$inbox/.Backscatter"
done_testing
