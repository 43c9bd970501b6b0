# shellcheck shell=sh disable=SC2034,SC2154
# What holds for every server. Sourced behind imap.sh when the server runs, by functions:
#
#   logs_in MECHANISM...       each value of auth
#   sweeps PREFIX SENT         messages are judged and moved below the server's prefix, by the
#                              mailbox of sent mail of that name on the server
#   watches PREFIX             what comes while a watch waits with IDLE is moved
#   goes_on PREFIX SENT HOW... interrupt.py; HOW restart wants a function server_again

logs_in() {
    for auth; do
        account "auth = $auth"
        like "$(sweep)" 'imap:work: 0 looked at*' "auth = $auth"
    done
    account 'port = 143' 'tls = starttls'
    like "$(sweep)" 'imap:work: 0 looked at*' "STARTTLS"
    account
    printf 'wrong\n' >"$HOME/secret"
    got=$(sweep)
    is $? 78 "a wrong password is refused"
    like "$got" '*login: the server refuses: *' "and the server's words are shown"
    printf '%s\n' "$password" >"$HOME/secret"
}

sweeps() {
    prefix=$1
    date='02-Nov-2026 10:00:00 +0000'
    account
    sent known ann | box put "$2"
    plain 1 | box put INBOX '\Answered' "$date"
    plain 2 | box put INBOX '\Deleted' "$date"
    bounce ann known | box put INBOX '(\Flagged \Seen)' "$date"
    bounce eve forged | box put INBOX
    like "$(sweep --dry-run)" '*INBOX *: bounce * -> *imap:work: 4 looked at, 2 responses, 0 moved*' \
        "--dry-run tells what would be moved"
    is "$(box ids INBOX)" "bounce-forged bounce-known mail1 mail2" "and moves nothing"
    like "$(sweep)" 'imap:work: 4 looked at, 2 responses, 2 moved, * KB read' "a sweep moves responses"
    is "$(box list INBOX | sed 's/ 0\{0,1\}2-Nov.*//')" 'mail1 \Answered
mail2 \Deleted' "ordinary mail stays, also what others have marked deleted"
    like "$(box list "${prefix}Bounces")" 'bounce-known \\Flagged \\Seen *2-Nov-2026 10:00:00 +0000' \
        "ours moves with flags and date"
    is "$(box ids "${prefix}Backscatter")" bounce-forged "the other one to Backscatter"
    like "$(box subscribed)" "*${prefix}Backscatter*${prefix}Bounces*" "new folders are subscribed"
    like "$(sweep)" 'imap:work: 0 looked at, 0 responses, 0 moved, * KB read' "a second run finds nothing"
    sent later bob | box put "$2"
    got=$(timeout 60 "$BACKSIFT" record imap:work </dev/null 2>&1)
    is "$got" "imap:work: 1 recorded" "record reads what is new in the mailbox of sent mail"
    account 'mailbox = INBOX, Archive/Año' '[folders]' 'bounce.* = Robots/Größe & Co'
    bounce bob later | box put "${prefix}Archive${delimiter}A&APE-o"
    like "$(sweep)" 'imap:work: 1 looked at, 1 responses, 1 moved*' "a further mailbox, by a user's name for it"
    is "$(box ids "${prefix}Robots${delimiter}Gr&APYA3w-e &- Co")" bounce-later \
        "a folder in a folder, with a name beyond ASCII"
}

# Without IDLE the watch would look only every 25 minutes.
watches() {
    account 'poll-seconds = 1500'
    like "$(box raw CAPABILITY)" '* IDLE*' "the server has IDLE"
    "$BACKSIFT" watch imap:work </dev/null >"$T/watch" 2>&1 &
    watch=$!
    bounce carol early | box put INBOX
    moved() { box ids "${1}Backscatter" | grep -q "bounce-$2"; }
    ok wait_for 60 moved "$1" early -- "a watch sweeps what is there"
    bounce dave comes | box put INBOX
    ok wait_for 60 moved "$1" comes -- "and what comes while it waits"
    kill $watch
    wait $watch
    is $? 0 "and ends when it is told to"
    sed 's/^/# /' "$T/watch"
}

# Starts the server anew as often as interrupt.py asks for it, and ends with it.
serve_again() {
    while read -r word <"$work/pipes/ask" && [ "$word" = again ]; do
        server_again >/dev/null 2>&1
        echo >"$work/pipes/told"
    done
}
goes_on() {
    account
    bounce mallory NAME >"$work/bounce.eml"
    plain NAME | sed 's/mailNAME/NAME/' >"$work/plain.eml"
    sent NAME someone >"$work/sent.eml"
    sweep --quiet
    account 'port = 1993'
    mkdir -p "$work/pipes"
    mkfifo "$work/pipes/ask" "$work/pipes/told"
    {
        BACKSIFT=$BACKSIFT IMAP_WORK=$work IMAP_USER=me@example.org IMAP_PASSWORD=$password \
            IMAP_CA=$work/ca.pem IMAP_AGAIN=$work/pipes timeout 300 \
            python3 "$here/imap/interrupt.py" "$@" >"$work/interrupt.out" 2>&1 </dev/null
        echo end >"$work/pipes/ask"
    } &
    serve_again
    wait $!
    rm -r "$work/pipes"
    summary=$(tail -n 1 "$work/interrupt.out")
    like "$summary" '*rounds: 0 wrong; [1-9]*' "interrupted anywhere by $3${4:+ and others} ($summary)"
    sed '$d; s/^/# /' "$work/interrupt.out"
    account
}
