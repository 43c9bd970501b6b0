#!/bin/sh
# The index in PostgreSQL: everything that holds for a file holds there, and when the server hangs,
# dies or refuses, mail goes on: to the inbox, as nothing can be told of its origin.
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source-path=SCRIPTDIR source=postgresql.sh
. "$(dirname "$0")/postgresql.sh"

[ -e "$(dirname "$BACKSIFT")/backsift-postgresql.so" ] || skip_all 'built without libpq'
start_postgresql
log=$HOME/.local/state/backsift/backsift.log
month_ago=$(date -u -d '30 days ago' +%F)

# --- the program knows nothing of libpq until it is asked for
is "$(ldd "$BACKSIFT" | grep -c libpq)" 0 'the program does not link libpq'

# --- the tests of the store, over this engine
STORE_URL=postgresql:
# shellcheck disable=SC2089,SC2090 # it is a command for sh -c
STORE_RESET="$pg_bin/psql -w -X -q -c 'SET client_min_messages = warning; DROP SCHEMA public CASCADE; CREATE SCHEMA public'"
# shellcheck disable=SC2090
export STORE_URL STORE_RESET
for test in store sent_load digest_journal_reading; do
    if "$BUILD/tests/test_$test" >"$T/store" 2>&1; then
        pass "test_$test holds over PostgreSQL"
    else
        fail "test_$test holds over PostgreSQL"
        grep -v '^ok' "$T/store" | sed 's/^/#   /'
    fi
done
sh -c "$STORE_RESET"

# --- record, deliver, recheck, index
in_postgresql() { # CONNECTION
    config '[own]' 'domain = shop.example' '[index]' "url = postgresql:$1" 'source = stdin' \
        "complete-since = $month_ago"
}
sent() {
    printf 'From: ann@shop.example\nTo: %s\nMessage-ID: <%s@shop.example>\n\nHello.\n' "$2" "$1"
}
bounce() { # ID RECIPIENT
    cat <<MAIL
From: MAILER-DAEMON@mx.far.example
To: x7@shop.example
Subject: Undelivered Mail Returned to Sender
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="limit"

--limit
Content-Type: text/plain

Your message could not be delivered.
--limit
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.far.example

Final-Recipient: rfc822; $2
Action: failed
Status: 5.1.1

--limit
Content-Type: text/rfc822-headers

From: x7@shop.example
To: $2
Message-ID: <$1@shop.example>

--limit--
MAIL
}
deliver() {
    bounce "$1" "${2-joe@far.example}" | "$BACKSIFT" deliver -f '' -r x7@shop.example 2>"$T/err"
    code=$?
}
# shellcheck disable=SC2317 # called through ok
record() { sent "$1" "${2-joe@far.example}" | "$BACKSIFT" record -; }
in_folder() { messages "$HOME/Maildir/.$1"; }
filed() { printf '%s:%s:%s' "$(in_folder Bounces)" "$(in_folder Backscatter)" "$(in_folder Unverified)"; }
make_maildir "$HOME/Maildir"
in_postgresql "host=$pg_socket user=backsift"

"$BACKSIFT" index stats >"$T/out" 2>&1
is $? 65 'nothing recorded yet: exit 65'
ok record one -- 'record'
deliver one
is "$code:$(filed)" 0:1:0:0 'a bounce to a recorded message is ours'
deliver other eve@far.example
is "$code:$(filed)" 0:1:1:0 'one to another is forged, as coverage spans it'
ok record other eve@far.example -- 'the other turns out to be ours'
ok "$BACKSIFT" recheck -- 'recheck'
is "$(filed)" 2:0:0 'moves it to ours'
"$BACKSIFT" index lookup one@shop.example joe@far.example >"$T/out"
is "$?:$(grep -c 'by us' "$T/out")" 0:2 'index lookup'
like "$("$BACKSIFT" index stats)" '*message IDs   2*recipients    2*journal       2*' 'index stats'
is "$("$BACKSIFT" index verify)" 'the index is sound' 'index verify'
is "$(sql 'SELECT count(*) FROM sent_id')" 2 'two IDs stand in the server'
"$BACKSIFT" index export >"$T/export" || fail 'export'

# --- into a file, and from there into partitioned tables, as the manual says
config '[own]' 'domain = shop.example' '[index]' "url = sqlite:$T/moved.db"
"$BACKSIFT" index import "$T/export" >/dev/null
is "$("$BACKSIFT" index export | grep -v format)" "$(grep -v format "$T/export")" 'an index moves to SQLite'
"$BACKSIFT" index export >"$T/export2"
sh -c "$STORE_RESET"
sed -n '/^\.Bd -literal.*$/,/^\.Ed/p' "$top/man/backsift-postgresql.7" | grep -v '^\.' >"$T/partitions.sql"
ok "$pg_bin/psql" -w -X -q -v ON_ERROR_STOP=1 -f "$T/partitions.sql" -- "the manual's partitioned tables are made"
in_postgresql "//backsift@/backsift?host=$pg_socket"
"$BACKSIFT" index import "$T/export2" >/dev/null
is "$("$BACKSIFT" index export | grep -v format)" "$(grep -v format "$T/export")" 'and back into partitioned tables'
is "$(sql "SELECT count(*) FROM pg_inherits WHERE inhparent = 'sent_id'::regclass")" 8 'which are partitioned'
rm -rf "$HOME/Maildir" && make_maildir "$HOME/Maildir"
deliver one
is "$code:$(filed)" 0:1:0:0 'there, too, a recorded message is ours'
is "$("$BACKSIFT" index verify)" 'the index is sound' 'and all is sound'
ok record three -- 'and one more is recorded'

# unknown_because PATTERN NAME: nothing can be told of the next delivery, and a log line says why.
unknown_because() {
    rm -rf "$HOME/Maildir" "$log" && make_maildir "$HOME/Maildir"
    deliver one
    is "$code:$(messages "$HOME/Maildir"):$(filed)" 0:1:0:0:0 "$2: the message is in the inbox"
    like "$(cat "$log")" "*its origin is unknown: $1 'backsift sweep' judges it again*" "$2: with a log line"
}

# --- a server that refuses
in_postgresql "host=$pg_socket user=nobody-here password=hidden-word"
unknown_because '*cannot connect: *nobody-here*does not exist*' 'an unknown user'
printf 'local all all scram-sha-256\n' >"$pg_data/pg_hba.conf"
sql "ALTER ROLE backsift PASSWORD 'right'" >/dev/null
kill -HUP "$pg_pid"
# The reload is over when the server asks for the password.
until ! sql 'SELECT 1' >/dev/null 2>&1; do :; done
in_postgresql "host=$pg_socket user=backsift password=wrong-word"
unknown_because '*cannot connect: *password authentication failed*' 'a wrong password'
is "$(grep -c 'wrong-word' "$log")" 0 'the password is not in the log'
is "$("$BACKSIFT" index stats 2>&1 | grep -c 'wrong-word')" 0 'nor in what is printed'
printf '*:*:*:backsift:right\n' >"$HOME/.pgpass"
chmod 600 "$HOME/.pgpass"
in_postgresql "host=$pg_socket user=backsift"
rm -rf "$HOME/Maildir" && make_maildir "$HOME/Maildir"
deliver one
is "$code:$(filed)" 0:1:0:0 'with .pgpass it is ours'
"$BACKSIFT" index stats >"$T/out"
is $? 0 'and the index is read'
in_postgresql "host=$pg_socket user=backsift password=right"
like "$("$BACKSIFT" index stats)" '*password=[*][*][*]*message IDs*' 'a right password is not printed either'
printf 'local all all trust\n' >"$pg_data/pg_hba.conf"
kill -HUP "$pg_pid"
rm "$HOME/.pgpass"
until sql 'SELECT 1' >/dev/null 2>&1; do :; done
in_postgresql "host=$pg_socket user=backsift"

# --- a lock that somebody holds
mkfifo "$T/locker"
"$pg_bin/psql" -w -X -q -t -A <"$T/locker" >"$T/locked" 2>&1 &
locker=$!
exec 8>"$T/locker"
printf '%s\n' 'BEGIN; LOCK sent_id IN ACCESS EXCLUSIVE MODE; SELECT 1;' >&8
until [ -s "$T/locked" ]; do :; done
unknown_because '*no answer within *ms; it hangs, or others hold it locked*' 'a table locked by somebody'
# It is asked as the delivery ends, and does so a moment later.
stopped() {
    [ "$(sql "SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'SELECT time FROM sent_id%' AND state = 'active'")" = 0 ]
}
ok wait_for 10 stopped -- 'and the server was asked to stop the query'
exec 8>&-
wait "$locker"

# --- a server that hangs
kill -STOP "$pg_pid"
unknown_because '*no connection within * ms*' 'a server that hangs'
sent four joe@far.example | "$BACKSIFT" record - 2>"$T/err"
is $? 75 'recording is tried again later'
kill -CONT "$pg_pid"
ok record four -- 'and works when it goes on'

# --- a server that dies in the middle of a transaction
(
    printf '{"format":"backsift-index",'
    head -n 1 "$T/export2" | sed 's/^{"format":"backsift-index",//'
    seq 1 400000 | awk '{ printf "{\"table\":\"note\",\"name\":\"n%d\",\"value\":\"v\"}\n", $1 }'
) >"$T/long"
"$BACKSIFT" index import "$T/long" >"$T/out" 2>"$T/err" &
import=$!
until [ "$(sql "SELECT count(*) FROM pg_stat_activity WHERE state <> 'idle' AND pid <> pg_backend_pid() AND application_name = 'backsift' AND backend_xid IS NOT NULL")" = 1 ]; do
    kill -0 "$import" 2>/dev/null || break
done
stop_postgresql
wait "$import"
is $? 75 'a transaction whose server dies: exit 75'
like "$(cat "$T/err")" 'backsift: *the index in PostgreSQL: *' 'and says so'
unknown_because '*cannot connect*' 'a server that is down'
restart_postgresql || fail 'the server starts again'
is "$("$BACKSIFT" index lookup four@shop.example | grep -c 'sent by us')" 1 'what was recorded is there'
is "$(sql "SELECT count(*) % 10000 FROM note WHERE convert_from(name, 'UTF8') LIKE 'n%'")" 0 \
    'of the broken transaction nothing is'
deliver four
is "$code:$(filed)" 0:1:0:0 'and mail is told apart again'

# --- no module
cp "$BACKSIFT" "$T/alone"
out=$("$T/alone" index stats 2>&1)
code=$?
[ -e /usr/local/libexec/backsift/backsift-postgresql.so ] ||
    like "$code:$out" '78:backsift: the module for postgresql*' 'without the module it says what is missing'
done_testing
