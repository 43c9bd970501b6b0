#!/bin/sh
# Logging in with an OAuth 2.0 token: exactly what XOAUTH2 and OAUTHBEARER (RFC 7628) send to a server of
# the test's own, what a refusal looks like, and where the token comes from.
# shellcheck disable=SC2016
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"
command -v openssl >/dev/null || skip_all "needs openssl"

# libetpan forgets to free what it has read when a server refuses.
echo leak:libetpan >"$HOME/suppressions"
export LSAN_OPTIONS="suppressions=$HOME/suppressions:print_suppressions=0"

openssl req -x509 -newkey rsa:2048 -nodes -days 10 -subj /CN=localhost -addext \
    subjectAltName=DNS:localhost -keyout "$T/key.pem" -out "$T/cert.pem" 2>/dev/null
echo ir >"$T/kind"
python3 "$here/imap_token_server.py" "$T/cert.pem" "$T/key.pem" "$T" </dev/null >"$T/server" 2>&1 &
server=$!
on_exit "kill $server"
wait_for 20 test -e "$T/port" || {
    sed 's/^/# /' "$T/server"
    skip_all "the test's server does not start here"
}
port=$(cat "$T/port")

# login KIND AUTH [LINE...]: a sweep of a server of that kind. The exit code is in $code, what it said in
# $got, what the server was told of the login in $told.
login() {
    printf '%s\n' "$1" >"$T/kind"
    : >"$T/told"
    auth=$2
    shift 2
    [ $# -gt 0 ] || set -- 'token-command = echo t0ken'
    config '[own]' 'address = me@example.org' '[imap "work"]' 'host = localhost' "port = $port" \
        "user = ${user:-me@example.org}" "tls-ca-file = $T/cert.pem" "auth = $auth" "$@"
    got=$(timeout 60 "$BACKSIFT" sweep -q imap:work </dev/null 2>&1)
    code=$?
    told=$(grep -E '^(AUTHENTICATE|LOGIN|response|answer|wrong)' "$T/told")
}

# --- what is sent -------------------------------------------------------------------------------------
xoauth2='user=me@example.org^Aauth=Bearer t0ken^A^A'
bearer="n,a=me@example.org,^Ahost=localhost^Aport=$port^Aauth=Bearer t0ken^A^A"
login ir xoauth2
is "$code:$got" 0: "XOAUTH2 in one line: logged in"
is "$told" "AUTHENTICATE XOAUTH2 $xoauth2" "user and token, and nothing else"
ok grep -q '^SELECT\|^EXAMINE' "$T/told" -- "and the sweep goes on"
login '' xoauth2
is "$code:$told" "0:AUTHENTICATE XOAUTH2
response $xoauth2" "XOAUTH2 without SASL-IR: when it is asked for"
login ir oauthbearer
is "$code:$told" "0:AUTHENTICATE OAUTHBEARER $bearer" "OAUTHBEARER in one line: with host and port"
login '' oauthbearer
is "$code:$told" "0:AUTHENTICATE OAUTHBEARER
response $bearer" "OAUTHBEARER without SASL-IR"
user=m=e,you@example.org
login ir oauthbearer
user=
like "$told" 'AUTHENTICATE OAUTHBEARER n,a=m=3De=2Cyou@example.org,^Ahost=*' \
    "a user's = and , are written as in RFC 5801"

# --- refusals -----------------------------------------------------------------------------------------
for kind in 'ir refuse' refuse; do
    login "$kind" xoauth2
    is "$code:$(printf '%s\n' "$told" | tail -n 1)" "78:answer ''" \
        "XOAUTH2 refused ($kind): the reason is answered with an empty line"
    like "$got" '*imap:work: login: *does not hold*{"status":"invalid_token","scope":"mail"}*' \
        "and shown beside the server's words"
done
login 'ir refuse' oauthbearer
is "$code:$(printf '%s\n' "$told" | tail -n 1)" "78:answer 'AQ=='" \
    "OAUTHBEARER refused: the reason is answered with ^A"
like "$got" '*imap:work: login: *does not hold*{"status":"invalid_token","scope":"mail"}*' "and shown"
is "$(grep -c '^SELECT\|^EXAMINE' "$T/told")" 0 "nothing is asked for behind a refusal"
is "${got##*t0ken*}" "$got" "the token is not in the message"
login 'ir busy' xoauth2
is $code 75 "a server that cannot look at the token now: try again"
like "$got" '*UNAVAILABLE*' "and it says so"
login 'ir twice' xoauth2
is $code 75 "a server that asks again and again is left"
login 'ir mute' oauthbearer
is $code 75 "a server that goes away behind the token: try again"

# --- where the token comes from -----------------------------------------------------------------------
login ir xoauth2 'token-command = printf "  t0ken \r\nsecond line\n"; echo ran >"$HOME/ran"'
is "$code:$told:$(cat "$HOME/ran")" "0:AUTHENTICATE XOAUTH2 $xoauth2:ran" \
    "token-command is run by the shell: its first line, without what is around it"
head -c 6000 /dev/zero | tr '\0' x >"$HOME/long"
login '' xoauth2 'token-command = cat "$HOME/long"'
is "$code:$told" "0:AUTHENTICATE XOAUTH2
response user=me@example.org^Aauth=Bearer $(cat "$HOME/long")^A^A" "a token of 6000 bytes is one line"

# not_sent NAME PATTERN LINE
not_sent() {
    login ir xoauth2 "$3"
    is "$code:$told" "78:" "$1: an error before anything is sent"
    like "$got" "$2" "$1: it says what is wrong"
}
not_sent "token-command fails" "*imap:work: *'echo t0ken; exit 3' has failed*" 'token-command = echo t0ken; exit 3'
not_sent "it is not there" "*no-such-program*" 'token-command = no-such-program 2>/dev/null'
not_sent "it prints nothing" "*gives nothing*" 'token-command = true'
not_sent "it prints control characters" "*control characters*" 'token-command = printf "t0\001ken\n"'
not_sent "it prints words" "*prints no token*" 'token-command = echo log in first'
not_sent "there is none" "*needs 'token-command'*" 'password = secret'
done_testing
