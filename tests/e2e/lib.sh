# Sourced by every end-to-end test: TAP helpers, and a HOME of the test's own that goes when it ends.
#
#   ok COMMAND... -- NAME      the command succeeds
#   is GOT WANT NAME           two strings are equal
#   like GOT PATTERN NAME      a string matches a shell pattern
#   skip NAME REASON            one test that cannot be made here, with the reason printed
#   skip_all REASON            ends the test as skipped, with the reason printed
#   done_testing               at the end
#
# $BACKSIFT is the binary under test, $HOME the test's own folder, $T a scratch folder in it.
# on_exit COMMAND adds a command that is run when the test ends, however it ends.

set -u
here=$(cd "$(dirname "$0")" && pwd)
top=$(cd "$here/../.." && pwd)
: "${BACKSIFT:=$top/build/backsift}"
: "${BUILD:=$(dirname "$BACKSIFT")}"
case $BACKSIFT in /*) ;; *) BACKSIFT=$top/$BACKSIFT ;; esac
case $BUILD in /*) ;; *) BUILD=$top/$BUILD ;; esac

HOME=$(mktemp -d "${TMPDIR:-/tmp}/backsift-test.XXXXXX") || exit 1
T=$HOME/t
mkdir "$T"
export HOME
unset XDG_CONFIG_HOME XDG_STATE_HOME XDG_DATA_HOME SENDER RECIPIENT ORIGINAL_RECIPIENT EXTENSION
LC_ALL=C.UTF-8
TZ=UTC
export LC_ALL TZ

tests=0
failures=0
exit_commands=
on_exit() {
    exit_commands="$1
$exit_commands"
}
finish() {
    status=$?
    trap - EXIT
    eval "$exit_commands"
    cd /
    chmod -R u+rwX "$HOME" 2>/dev/null
    rm -rf "$HOME"
    exit $status
}
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

pass() {
    tests=$((tests + 1))
    echo "ok $tests - $1"
}
fail() {
    tests=$((tests + 1))
    failures=$((failures + 1))
    echo "not ok $tests - $1"
}
ok() {
    command=
    while [ "$1" != -- ]; do
        command="$command '$(printf %s "$1" | sed "s/'/'\\\\''/g")'"
        shift
    done
    if eval "$command"; then pass "$2"; else
        fail "$2"
        echo "# failed:$command"
    fi
}
is() {
    if [ "$1" = "$2" ]; then pass "$3"; else
        fail "$3"
        printf '%s\n' "$1" | sed 's/^/#   got: /'
        printf '%s\n' "$2" | sed 's/^/#  want: /'
    fi
}
like() {
    # shellcheck disable=SC2254
    case $1 in
    $2) pass "$3" ;;
    *)
        fail "$3"
        printf '%s\n' "$1" | sed 's/^/#   got: /'
        printf '%s\n' "$2" | sed 's/^/#  like: /'
        ;;
    esac
}
skip() {
    tests=$((tests + 1))
    echo "ok $tests - $1 # SKIP $2"
}
skip_all() {
    echo "1..0 # SKIP $1"
    exit 0
}
done_testing() {
    echo "1..$tests"
    [ "$failures" -eq 0 ]
    exit
}

# config LINE...: writes backsift.conf of the test's own HOME.
config() {
    mkdir -p "$HOME/.config/backsift"
    printf '%s\n' "$@" >"$HOME/.config/backsift/backsift.conf"
}

# make_maildir DIR: an empty Maildir.
make_maildir() {
    mkdir -p "$1/cur" "$1/new" "$1/tmp"
    chmod 700 "$1" "$1/cur" "$1/new" "$1/tmp"
}

# messages DIR: how many messages stand in new/ and cur/ of a Maildir folder.
messages() {
    find "$1/new" "$1/cur" -type f 2>/dev/null | wc -l | tr -d ' '
}

# wait_for SECONDS COMMAND...: until the command succeeds; fails when it has not by then. Looks every
# tenth of a second: servers here announce themselves in no other way.
wait_for() {
    left=$(($1 * 10))
    shift
    while ! "$@" >/dev/null 2>&1; do
        left=$((left - 1))
        [ "$left" -gt 0 ] || return 1
        sleep 0.1
    done
}
