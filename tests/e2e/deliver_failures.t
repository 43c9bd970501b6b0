#!/bin/sh
# `backsift deliver` when something breaks. Each time the message is in the Maildir, whole, with exit
# 0 and one line in the log, or the exit code is 75 and nothing is left in new/ or tmp/.
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"

inbox=$HOME/Maildir
state=$HOME/.local/state/backsift
log=$state/backsift.log
shim=$BUILD/tests/shim.so
ASAN_OPTIONS="${ASAN_OPTIONS:-}:verify_asan_link_order=0" # the shim is loaded before the sanitizer
export ASAN_OPTIONS

cat >"$T/forged" <<'MESSAGE'
Return-Path: <>
From: Bo <bo@far.example>
To: x7@shop.example
Subject: Automatic reply: offer
Auto-Submitted: auto-replied
In-Reply-To: <x@USER-PC>
Message-ID: <r1@far.example>

I am out of the office until Monday.
MESSAGE
printf 'Return-Path: <dan@far.example>\nFrom: dan@far.example\nSubject: Lunch?\n\nHungry?\n' >"$T/plain"

# fresh: an empty Maildir, no state.
fresh() {
    rm -rf "$inbox" "$state"
    make_maildir "$inbox"
}
# In the order of the origin table: forged by row 3 needs no index; by_index leaves it to the index.
forged_by_address() {
    config '[own]' 'address = ada@shop.example' 'addresses-complete = yes'
}
by_index() { config '[own]' 'domain = shop.example' '[index]' 'source = stdin'; }

deliver() {
    "$BACKSIFT" deliver -f '' -r x7@shop.example >"$T/out" 2>"$T/err"
    code=$?
}
# look: sets $copies and $leftovers, the files in all new/ and tmp/. By the shell alone, as this is
# done a thousand times.
look() {
    copies=0
    leftovers=0
    for file in "$inbox"/new/* "$inbox"/.[!.]*/new/*; do
        [ ! -f "$file" ] || copies=$((copies + 1))
    done
    for file in "$inbox"/tmp/* "$inbox"/.[!.]*/tmp/*; do
        [ ! -f "$file" ] || leftovers=$((leftovers + 1))
    done
}
# whole FILE: says which of the messages filed is not the same.
whole() {
    for file in "$inbox"/new/* "$inbox"/.[!.]*/new/*; do
        [ ! -f "$file" ] || cmp "$1" "$file" 2>&1
    done
}
log_lines() { if [ -e "$log" ]; then wc -l <"$log" | tr -d ' '; else echo 0; fi; }

# in_inbox FILE NAME: the message is in the inbox and nowhere else, whole, silently, with a log line.
in_inbox() {
    look
    is "exit $code, inbox $(messages "$inbox"), all $copies, tmp $leftovers, log $(log_lines)" \
        "exit 0, inbox 1, all 1, tmp 0, log 1" "$2: the inbox, and one log line"
    is "$(whole "$1")$(cat "$T/out" "$T/err")" "" "$2: whole, and silent"
}
# refused NAME: exit 75, a status for the mail system, nothing left.
refused() {
    look
    is "exit $code, $(head -c 6 "$T/out"), new $copies, tmp $leftovers" \
        "exit 75, 4.3.0 , new 0, tmp 0" "$1: 75, nothing left behind"
}

# --- the child ------------------------------------------------------------------------------------
forged_by_address
for how in KILL SEGV; do
    for call in search write; do
        fresh
        SHIM=$call:1:$how SHIM_IN=child LD_PRELOAD=$shim deliver <"$T/forged"
        in_inbox "$T/forged" "child ends by $how at its first $call"
    done
done
fresh
SHIM=write:1:KILL SHIM_IN=child LD_PRELOAD=$shim deliver <"$T/plain"
in_inbox "$T/plain" "child killed over ordinary mail"

# --- the snapshot of the rules ----------------------------------------------------------------------
# Rule files that have just changed (a fresh checkout) are not yet kept as a snapshot.
snapshot=$state/rules.snapshot
fresh
deliver <"$T/forged"
left=30
while [ ! -e "$snapshot" ] && [ "$left" -gt 0 ]; do
    sleep 0.1
    left=$((left - 1))
    fresh
    deliver <"$T/forged"
done
ok test -s "$snapshot" -- "the rules are kept as a snapshot"
cp "$snapshot" "$T/snapshot"
rm -rf "$inbox"
make_maildir "$inbox"
deliver <"$T/forged"
is "$code $(messages "$inbox/.Backscatter")" "0 1" "with the snapshot: the same verdict"
# Everything behind the header is garbage of the same size: the child dies of it, or finds no rule.
for from in 1 65536; do
    fresh
    mkdir -p "$state"
    size=$(wc -c <"$T/snapshot")
    { head -c "$from" "$T/snapshot" && head -c $((size - from)) /dev/urandom; } >"$snapshot"
    chmod 600 "$snapshot"
    deliver <"$T/forged"
    look
    is "exit $code, all $copies, tmp $leftovers" "exit 0, all 1, tmp 0" "snapshot damaged from byte $from on: filed once"
    is "$(whole "$T/forged")$(cat "$T/out" "$T/err")" "" "snapshot damaged from byte $from on: whole, and silent"
    rm -rf "$inbox"
    make_maildir "$inbox"
    deliver <"$T/forged"
    is "$code $(messages "$inbox/.Backscatter")" "0 1" "... and the next delivery has its rules again"
done

# --- the store ------------------------------------------------------------------------------------
by_index
fresh
deliver <"$T/forged"
is "$code $(messages "$inbox/.Unverified")" "0 1" "with a readable, empty index: Unverified"
store=$state/backsift.db
ok test -f "$store" -- "the index was made"

fresh
mkdir -p "$state"
head -c 8192 /dev/urandom >"$store"
deliver <"$T/forged"
in_inbox "$T/forged" "the store is garbage"

fresh
mkdir -p "$store"
deliver <"$T/forged"
in_inbox "$T/forged" "the store is a directory"

fresh
: >"$HOME/notadirectory"
config '[own]' 'domain = shop.example' '[index]' "url = sqlite:$HOME/notadirectory/backsift.db"
deliver <"$T/forged"
in_inbox "$T/forged" "the store's folder is a file"
by_index

fresh
deliver <"$T/forged"
rm -rf "$inbox" "$log"
make_maildir "$inbox"
key=$(find "$HOME/.config/backsift" "$state" -name '*key*' -type f)
ok test -s "$key" -- "the key file was made"
head -c 32 /dev/urandom >"$key"
deliver <"$T/forged"
in_inbox "$T/forged" "the store has another key"
rm -f "$key"

fresh
rm -f "$HOME/.config/backsift/"*key*
deliver <"$T/forged"
rm -rf "$inbox" "$log"
make_maildir "$inbox"
chmod 000 "$store"
if [ "$(id -u)" -eq 0 ]; then
    skip "the store may not be read" "root may read everything"
else
    deliver <"$T/forged"
    in_inbox "$T/forged" "the store may not be read"
fi
rm -rf "$inbox"
make_maildir "$inbox"
deliver <"$T/plain"
is "$code $(messages "$inbox")" "0 1" "none of that concerns ordinary mail"

# --- rules and configuration ----------------------------------------------------------------------
forged_by_address
fresh
mkdir -p "$HOME/.config/backsift/rules"
printf '[mine]\nclass = bounce\nnonsense\n' >"$HOME/.config/backsift/rules/mine.rules"
deliver <"$T/forged"
in_inbox "$T/forged" "a syntax error in a rule file"
like "$(cat "$log")" "*mine.rules:3: *" "the log names file and line"
printf '[mine]\nclass = bounce\nsubject = (\n' >"$HOME/.config/backsift/rules/mine.rules"
fresh
deliver <"$T/forged"
look
is "$code $copies $leftovers" "0 1 0" "a regular expression that does not compile: delivered"
rm -r "$HOME/.config/backsift/rules"

wrong_configuration() { # NAME LINE...
    name=$1
    shift
    fresh
    config "$@"
    deliver <"$T/plain"
    refused "configuration: $name"
    like "$(cat "$T/err")" "backsift: *backsift.conf:$#: *" "$name: the error names file and line"
}
wrong_configuration 'a bracket missing' '[own'
wrong_configuration 'an unknown key' '[maildir]' 'nonsense = 1'
wrong_configuration 'a wrong value' '[maildir]' 'layout = round'
wrong_configuration 'an unknown section' '[nonsense]'
fresh
"$BACKSIFT" deliver --config "$T/none.conf" <"$T/plain" >"$T/out" 2>"$T/err"
code=$?
refused "a configuration that is not there"

# --- folders --------------------------------------------------------------------------------------
forged_by_address
fresh
: >"$inbox/.Backscatter"
deliver <"$T/forged"
in_inbox "$T/forged" "a file in the response folder's place"
fresh
mkdir "$T/elsewhere"
ln -s "$T/elsewhere" "$inbox/.Backscatter"
deliver <"$T/forged"
in_inbox "$T/forged" "a symbolic link in the response folder's place"
is "$(ls -A "$T/elsewhere")" "" "nothing is filed behind the link"
config '[own]' 'address = ada@shop.example' 'addresses-complete = yes' '[folders]' \
    'autoreply.forged = ../../escape'
fresh
deliver <"$T/forged"
ok test ! -e "$HOME/escape" -- "a hostile folder name leads nowhere"
look
like "$code $copies $leftovers" "[07]* [01] 0" "and loses nothing"
forged_by_address
fresh
rmdir "$inbox/new"
: >"$inbox/new"
deliver <"$T/plain"
refused "a file in the place of new/"

# --- full disks -----------------------------------------------------------------------------------
# on_small_disk OPTIONS FILE COMMAND: delivers FILE with COMMAND run before, the Maildir being on a
# small disk of its own; then tells what is there.
on_small_disk() {
    # shellcheck disable=SC2016
    unshare -m sh -c '
        mount --make-rprivate / && mount -t tmpfs -o "mode=700,$1" none "$2" || exit 99
        mkdir "$2/cur" "$2/new" "$2/tmp"
        "$BACKSIFT" deliver -f "" -r x7@shop.example <"$3" >"$T/out" 2>"$T/err"
        code=$?
        echo "exit $code, inbox $(find "$2/new" -type f | wc -l)," \
            "all $(find "$2" -type f | wc -l), same $(find "$2" -type f -exec cmp {} "$3" \; | wc -l)"
    ' sh "$1" "$inbox" "$2"
}
export BACKSIFT T
fresh
if [ "$(id -u)" -eq 0 ] && unshare -m true 2>/dev/null; then
    { cat "$T/plain" && head -c 300000 /dev/zero; } >"$T/large"
    is "$(on_small_disk size=100k "$T/large")" "exit 75, inbox 0, all 0, same 0" \
        "a full disk: 75, nothing left behind"
    like "$(cat "$T/out")" "4.3.0 *No space left*" "and it says why"
    is "$(on_small_disk nr_inodes=4 "$T/plain")" "exit 75, inbox 0, all 0, same 0" \
        "no room for a file: 75, nothing left behind"
    rm -f "$log"
    is "$(on_small_disk nr_inodes=5 "$T/forged")" "exit 0, inbox 1, all 1, same 0" \
        "no room for a folder: the inbox"
    is "$(log_lines)" 1 "and one log line"
else
    skip "a full disk" "only root can mount a small one"
fi
if [ -z "${SANITIZE:-}" ]; then
    { cat "$T/plain" && head -c 300000 /dev/zero; } >"$T/large"
    fresh
    code=$(
        ulimit -f 100
        "$BACKSIFT" deliver <"$T/large" >"$T/out" 2>"$T/err"
        echo $?
    )
    refused "a limit on file sizes"
fi

# --- the journal ----------------------------------------------------------------------------------
forged_by_address
fresh
mkdir -p "$state/backsift.db"
deliver <"$T/forged"
look
is "$code $(messages "$inbox/.Backscatter") $copies $(log_lines)" "0 1 1 1" \
    "no journal: filed as judged, and one log line"

# --- signals --------------------------------------------------------------------------------------
mkfifo "$T/pipe"
for signal in TERM HUP INT ALRM; do
    fresh
    # A shell ignores SIGINT in what it starts in the background; the mail system does not.
    perl -e '$SIG{INT} = "DEFAULT"; exec @ARGV' "$BACKSIFT" deliver <"$T/pipe" >"$T/out" 2>"$T/err" &
    pid=$!
    exec 5>"$T/pipe"
    cat "$T/plain" >&5
    until look && [ "$leftovers" -eq 1 ]; do kill -0 $pid || break; done
    kill -s "$signal" $pid
    wait $pid
    code=$?
    exec 5>&-
    refused "SIG$signal while the message comes in"
done

done_testing
