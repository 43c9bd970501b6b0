#!/bin/sh
# A server that lies, floods and breaks off at chosen places: each run ends in bounded time and memory
# with a clear error, and the next one, when the server is sound again, does the work.
# shellcheck disable=SC2034,SC2154
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"
work=$T/imap
. "$here/imap/imap.sh"
server_certificates
state=$work/state
peak='import resource, subprocess, sys
code = subprocess.call(sys.argv[2:])
open(sys.argv[1], "w").write(str(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024))
sys.exit(code)'

# begin ABILITIES: a server anew, with a bounce and another mail in its inbox, and an account to which
# nothing is known.
begin() {
    [ -z "${server:-}" ] || end_server
    rm -rf "$state" "$HOME/.local/state/backsift"
    mkdir -p "$state/inbox"
    bounce mallory forged >"$state/inbox/3"
    plain 1 >"$state/inbox/4"
    printf %s "$1" >"$state/abilities"
    python3 "$here/imap/scripted.py" "$work/good.pem" "$work/good.key" "$state" </dev/null >"$state/out" 2>&1 &
    server=$!
    wait_for 10 test -s "$state/port"
    config '[own]' 'address = me@example.org' 'addresses-complete = yes' \
        '[imap "work"]' 'host = localhost' "port = $(cat "$state/port")" 'user = me@example.org' \
        "tls-ca-file = $work/ca.pem" "password-file = $HOME/secret"
}
end_server() {
    kill "$server"
    wait "$server" 2>/dev/null
}
on_exit 'end_server'

# faulty FAULT: a sweep. Its exit code is in $code, what it says in $got, its peak memory in MB in $peak_mb.
faulty() {
    printf %s "$1" >"$state/fault"
    got=$(timeout 60 python3 -c "$peak" "$work/peak" "$BACKSIFT" sweep imap:work </dev/null 2>&1)
    code=$?
    peak_mb=$(cat "$work/peak")
}
# mail_is WORDS: where the messages are in the end; the server tells it when the connection has ended.
mail_is() {
    wait_for 10 grep -q . "$state/mail"
    is "$(tr '\n' ';' <"$state/mail")" "$1" "$2"
}
filed='INBOX 4 mail1;Unverified 1 bounce-forged;'

# fails FAULT PATTERN NAME
fails() {
    begin MOVE
    faulty "$1"
    is $code 75 "$3: try again"
    like "$got" "backsift: imap:work: *$2*" "$3: it says what is wrong"
    # The sanitizers take memory of their own.
    if [ -n "${SANITIZE:-}" ]; then
        skip "$3: memory" "not under the sanitizers"
    else
        ok [ "${peak_mb:-9999}" -le 64 ] -- "$3: in $peak_mb MB"
    fi
    faulty ''
    is $code 0 "$3: the next run ends well"
    mail_is "$filed" "$3: and has done the work"
}
fails huge 'more than its answer may take' "a literal of 10 GB"
fails lines 'more than its answer may take' "5,000,000 lines"
fails eof 'fetching messages: reading from the server: ' "an end within a literal"
fails less 'not understood' "a literal shorter than said"
fails more 'not understood' "a literal longer than said"
fails "lines 1 * 1 FETCH (BODYSTRUCTURE $(printf '%01000d' 0 | tr 0 '(')" 'nested too deeply' "brackets in brackets"
fails 'lines 1 * OK [BADCHARSET ("x")] y' 'is not IMAP' "what libetpan cannot read"
if [ -n "${SANITIZE:-}" ]; then
    skip "what libetpan breaks on" "not under the sanitizers, which tell of it first"
else
    begin MOVE
    faulty 'lines 1 * OK [PERMANENTFLAGS ((((] x'
    is $code 75 "what libetpan breaks on: try again"
    like "$got" "backsift: the mail server's answer cannot be read: *" "what libetpan breaks on: it says so"
    faulty ''
    mail_is "$filed" "what libetpan breaks on: the next run does the work"
fi

# --- messages that are there, but of which nothing comes ---
# withholds FAULT
withholds() {
    begin MOVE
    faulty "$1"
    is $code 0 "$1: the run goes on"
    like "$got" '*looked at, 0 responses, 0 moved, [12] unreadable*' "$1: and says that messages are unreadable"
    like "$(tail -n 1 "$HOME/.local/state/backsift/backsift.log")" '*gives nothing of [12] messages in INBOX, the first with UID 3: [12] are looked at again*' \
        "$1: and which"
    faulty ''
    like "$got" '*2 looked at, 1 responses, 1 moved*' "$1: the next run looks at them again"
    mail_is "$filed" "$1: and has done the work"
}
withholds nil
withholds nothing
withholds wholenil
begin MOVE
for run in first second third; do
    faulty nil
    like "$(tail -n 1 "$HOME/.local/state/backsift/backsift.log")" '*: 2 are looked at again by the next run*' "the $run time it is tried again"
done
faulty nil
like "$(tail -n 1 "$HOME/.local/state/backsift/backsift.log")" '*: 0 are looked at again by the next run*' "in the end they are passed over"
faulty ''
like "$got" '*work: 0 looked at*' "and not asked for any more"
begin MOVE
faulty expunged
like "$got" '*work: 0 looked at, 0 responses, 0 moved, 1 KB read' "what is expunged meanwhile is no matter"
faulty ''
like "$got" '*work: 0 looked at*' "and not asked for again"
done_testing
