# shellcheck shell=sh disable=SC2154,SC2016
# Sourced behind lib.sh by tests that start real servers from Debian's packages.
#
#   in_private_root PACKAGE...
#
# runs the rest of the test in a root of its own: an overlay over the host's root into which the
# packages (and what they need beyond what is installed) are unpacked, with network, processes and
# mounts of its own. Packages that exclude each other do not meet, servers may use their usual ports
# on a loopback that nobody else sees, and everything is gone when the test ends, however it ends.
# Needs root; the test is skipped, with the reason, where that cannot be had.
#
# Packages are kept in $BUILD/packages. Behind it the helper `add_user` is there.

# missing_packages PACKAGE...: those of the packages and their dependencies that are not installed.
# Fails where apt knows one of them not.
missing_packages() {
    plan=$(apt-get install -s --no-install-recommends "$@" 2>/dev/null) || return 1
    printf '%s\n' "$plan" | sed -n 's/^Inst \([^ ]*\) .*/\1/p'
}

# Tests that run side by side may want the same packages: one fetches them, the others wait for it.
fetch_packages() {
    mkdir -p "$BUILD/packages/$1" || return 1
    (
        cd "$BUILD/packages/$1" || exit 1
        shift
        exec 9>lock
        flock 9
        [ ! -e complete ] || exit 0
        names=$(missing_packages "$@") || exit 1
        # Installed packages are asked for by name: their files are in the host's root already.
        # shellcheck disable=SC2086
        [ -z "$names" ] || apt-get download $names >download.log 2>&1 || exit 1
        : >complete
    )
}

in_private_root() {
    if [ -n "${PRIVATE_ROOT:-}" ]; then
        ip link set lo up
        return 0
    fi
    [ "$(id -u)" -eq 0 ] || skip_all "needs root for a private root"
    command -v apt-get >/dev/null || skip_all "needs apt-get for Debian's packages"
    command -v ip >/dev/null || skip_all "needs ip (iproute2)"
    unshare --mount --net --pid --fork true 2>/dev/null || skip_all "no namespaces here"
    set_name=$(printf %s "$*" | tr -c 'a-z0-9-' _)
    fetch_packages "$set_name" "$@" || skip_all "cannot fetch the packages: $*"
    script=$here/$(basename "$0")
    unshare --mount --net --pid --fork --kill-child sh -c '
        set -e
        base=$1 top=$2 build=$3 debs=$4 script=$5
        mount --make-rprivate /
        mount -t tmpfs -o size=1g tmpfs "$base"
        mkdir "$base/upper" "$base/work" "$base/root"
        for d in "$debs"/*.deb; do [ ! -e "$d" ] || dpkg -x "$d" "$base/upper"; done
        # The host has /bin -> usr/bin; a package that holds ./bin would hide it.
        for d in bin sbin lib lib64; do
            [ -h "/$d" ] && [ -d "$base/upper/$d" ] && [ ! -h "$base/upper/$d" ] || continue
            mkdir -p "$base/upper/usr/$d"
            cp -a "$base/upper/$d/." "$base/upper/usr/$d/"
            rm -rf "${base:?}/upper/$d"
        done
        mount -t overlay overlay -o "lowerdir=/,upperdir=$base/upper,workdir=$base/work" "$base/root" 2>/dev/null || exit 99
        mkdir -p "$base/root/dev" "$base/root/proc" "$base/root$top" "$base/root$build"
        mount --rbind /dev "$base/root/dev"
        mount -t proc proc "$base/root/proc"
        mount --bind "$top" "$base/root$top"
        mount --bind "$build" "$base/root$build"
        # A clone below a home folder that its owner alone enters: users of this root run what is in it.
        for d in "$top" "$build"; do
            while d=$(dirname "$d"); [ "$d" != / ]; do chmod a+x "$base/root$d"; done
        done
        ldconfig -r "$base/root" 2>/dev/null || :
        exec chroot "$base/root" env PRIVATE_ROOT=1 sh "$script"
    ' sh "$T" "$top" "$BUILD" "$BUILD/packages/$set_name" "$script"
    code=$?
    [ "$code" -ne 99 ] || skip_all "no overlay file system here"
    exit "$code"
}

# add_user NAME [UID]: an account in the private root, with a home below /home.
add_user() {
    id=${2:-$(($(cut -d: -f3 /etc/passwd | sort -n | awk '$1 < 60000' | tail -n 1) + 1))}
    grep -q "^$1:" /etc/passwd && return 0
    printf '%s:x:%s:%s::/home/%s:/bin/sh\n' "$1" "$id" "$id" "$1" >>/etc/passwd
    grep -q "^$1:" /etc/group || printf '%s:x:%s:\n' "$1" "$id" >>/etc/group
    mkdir -p "/home/$1"
    chown "$id:$id" "/home/$1"
    chmod 755 /home "/home/$1"
}
