#!/bin/sh
# Eight processes record, eight deliver, one prunes, and every second a random one of them is killed:
# no error reaches a delivery, nothing acknowledged is missing, the index stays sound.
#
# SECONDS_OF_STRESS (default 15) is how long it goes on.
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"

workers=8
seconds=${SECONDS_OF_STRESS:-15}
state=$HOME/.local/state/backsift
config '[own]' 'domain = shop.example' '[index]' 'source = stdin' \
    "complete-since = $(date -u -d '30 days ago' +%F)"
make_maildir "$HOME/Maildir"

# run WORKER COMMAND...: in a process that may be killed; $code is its exit code.
run() {
    name=$1
    shift
    "$@" <"$T/in.$name" >>"$T/out.$name" 2>>"$T/err.$name" &
    echo $! >"$T/pid.$name"
    wait $!
    code=$?
}
go_on() { [ "$(date +%s)" -lt "$end" ]; }
record_on() {
    i=0
    while go_on; do
        i=$((i + 1))
        printf 'From: ann@shop.example\nTo: r%s@far.example\nMessage-ID: <%s.%s@shop.example>\n\nHello.\n' \
            "$i" "$1" "$i" >"$T/in.$1"
        run "$1" "$BACKSIFT" record -q -
        echo "$code $1.$i@shop.example" >>"$T/codes.$1"
    done
}
deliver_on() {
    i=0
    while go_on; do
        i=$((i + 1))
        printf 'From: Bo <bo@far.example>\nTo: x7@shop.example\nSubject: Automatic reply: %s\nAuto-Submitted: auto-replied\nIn-Reply-To: <record%s.%s@shop.example>\n\nI am out of the office.\n' \
            "$i" "$(((i % workers) + 1))" "$i" >"$T/in.$1"
        run "$1" "$BACKSIFT" deliver -f '' -r x7@shop.example
        echo "$code" >>"$T/codes.$1"
    done
}
prune_on() {
    : >"$T/in.$1"
    while go_on; do
        run "$1" "$BACKSIFT" index prune --before=2001-01-01
        echo "$code" >>"$T/codes.$1"
    done
}
is_ours() { [ "$(readlink "/proc/$1/exe")" = "$(readlink -f "$BACKSIFT")" ]; }
# One a second, whichever runs just then: most runs are shorter than the choice takes, so it is made
# until it hits.
kill_on() {
    : >"$T/killed"
    while go_on; do
        sleep 1
        for _ in $(seq 200); do
            victim=$(cat "$T"/pid.* 2>/dev/null | shuf -n 1)
            if is_ours "$victim" && kill -KILL "$victim" 2>/dev/null; then
                echo "$victim" >>"$T/killed"
                break
            fi
        done
    done
}

# The index exists, as it does on any host that has mail.
printf 'From: ann@shop.example\nMessage-ID: <first@shop.example>\n\nHello.\n' | "$BACKSIFT" record -
end=$(($(date +%s) + seconds))
for n in $(seq $workers); do
    record_on "record$n" &
    deliver_on "deliver$n" &
done
prune_on prune &
kill_on
wait

cat "$T"/codes.record* >"$T/recorded"
cat "$T"/codes.deliver* >"$T/delivered"
sed -n 's/^0 //p' "$T/recorded" >"$T/acknowledged"
acknowledged=$(wc -l <"$T/acknowledged")
delivered=$(grep -cx 0 "$T/delivered")
echo "# in $seconds s: $acknowledged recorded, $delivered delivered, $(wc -l <"$T/codes.prune") prunes, $(wc -l <"$T/killed") killed"
echo "# exit codes of record: $(cut -d ' ' -f 1 "$T/recorded" | sort | uniq -c | tr '\n' ';')"
ok [ "$acknowledged" -gt 0 ] -- 'messages were recorded'
ok [ "$delivered" -gt 0 ] -- 'messages were delivered'
is "$(grep -cvx '0\|137' "$T/delivered")" 0 'no delivery failed, other than by being killed'
is "$(grep 'filed in the inbox\|not journaled\|ERROR' "$state/backsift.log" 2>/dev/null | head -n 5)" '' \
    'no error of the index reached one'
is "$(grep -cv '^\(0\|137\) ' "$T/recorded")" 0 'no record failed, other than by being killed'
is "$(grep -cvx '0\|137' "$T/codes.prune")" 0 'no prune failed, other than by being killed'
ok [ "$(find "$HOME/Maildir" -path '*/new/*' | wc -l)" -ge "$delivered" ] -- 'all that was delivered is there'
is "$(xargs -n 200 "$BACKSIFT" index lookup <"$T/acknowledged" | grep -c 'sent by us')" "$acknowledged" \
    'all that was acknowledged is found'
is "$("$BACKSIFT" index verify)" 'the index is sound' 'the index is sound'
done_testing
