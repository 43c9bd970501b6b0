# shellcheck shell=sh disable=SC2154,SC2016,SC2034
# Sourced behind lib.sh by tests that need a PostgreSQL server: one of the test's own, from Debian's
# package, with its data and its socket in $HOME and no port on the network.
#
#   start_postgresql    makes and starts it; sets $pg_socket (folder) and $pg_pid. PGHOST and PGUSER
#                       lead libpq there: user and database "backsift", no password on the socket.
#   restart_postgresql  starts it again behind its death
#   stop_postgresql     ends it at once, as a crash would
#
# The server refuses to run as root: then it runs as the user nobody.

pg_as() {
    if [ "$(id -u)" -eq 0 ]; then runuser -u nobody -- "$@"; else "$@"; fi
}

restart_postgresql() {
    pg_as "$pg_bin/pg_ctl" -D "$pg_data" -l "$pg_home/log" -w -t 60 -s \
        -o "-k $pg_home -c listen_addresses= -c fsync=off -c max_connections=50 ${pg_options-}" start </dev/null >&2 || {
        sed 's/^/# /' "$pg_home/log"
        return 1
    }
    pg_pid=$(head -n 1 "$pg_data/postmaster.pid")
}

stop_postgresql() {
    pg_as "$pg_bin/pg_ctl" -D "$pg_data" -m immediate -w -s stop >/dev/null 2>&1
}

start_postgresql() {
    pg_bin=$(find /usr/lib/postgresql -path '*/bin/initdb' 2>/dev/null | sort -V | tail -n 1)
    pg_bin=${pg_bin%/initdb}
    [ -n "$pg_bin" ] || skip_all 'no PostgreSQL server is installed (Debian: postgresql)'
    # Not below $HOME, which only its owner enters.
    pg_home=$(mktemp -d "${TMPDIR:-/tmp}/backsift-pg.XXXXXX")
    pg_data=$pg_home/data
    on_exit 'kill -CONT $pg_pid 2>/dev/null; stop_postgresql; rm -rf "$pg_home"'
    chmod 755 "$pg_home"
    [ "$(id -u)" -ne 0 ] || chown nobody "$pg_home"
    cd / || exit 1
    pg_as "$pg_bin/initdb" -D "$pg_data" -U backsift -A trust -E UTF8 --locale=C -N >"$T/initdb" 2>&1 || {
        sed 's/^/# /' "$T/initdb"
        exit 1
    }
    restart_postgresql || exit 1
    pg_socket=$pg_home
    PGHOST=$pg_socket PGUSER=backsift PGDATABASE=backsift
    export PGHOST PGUSER PGDATABASE pg_socket
    "$pg_bin/createdb" -w backsift || exit 1
}

# sql TEXT: runs it, prints what comes back.
sql() {
    "$pg_bin/psql" -w -X -q -t -A -v ON_ERROR_STOP=1 -c "$1"
}
