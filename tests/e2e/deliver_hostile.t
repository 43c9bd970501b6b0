#!/bin/sh
# Messages made to break the one that reads them, delivered: each is in the Maildir, once and byte for
# byte, whatever became of reading it.
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"

inbox=$HOME/Maildir
make_maildir "$inbox"
config '[own]' 'domain = shop.example' 'address = ada@shop.example' 'addresses-complete = yes' \
    '[index]' 'source = stdin'
printf 'From: ada@shop.example\nTo: victim@far.example\nMessage-ID: <evil@shop.example>\n\nx\n' |
    "$BACKSIFT" record -
python3 "$here/hostile_bounces.py" "$T/values" || skip_all "needs python3"
python3 "$here/hostile_shapes.py" "$T/shapes"

# deliver_all FOLDER NAME
deliver_all() {
    n=0
    : >"$T/out"
    for message in "$1"/*; do
        "$BACKSIFT" deliver -f '' -r ada@shop.example <"$message" >>"$T/out" 2>&1 ||
            echo "$(basename "$message"): exit $?" >>"$T/out"
        n=$((n + 1))
    done
    is "$(cat "$T/out")" "" "$2: $n messages, each taken in silence"
    for message in "$1"/*; do sha256sum <"$message"; done | sort >"$T/want"
    find "$inbox" -type f -path '*/new/*' -exec sh -c 'for f; do sha256sum <"$f"; done' sh {} + | sort >"$T/got"
    is "$(diff "$T/want" "$T/got")" "" "$2: each is there, once and whole"
    is "$(cd "$inbox" && find . -path '*/tmp/*' -type f | wc -l)" 0 "$2: nothing is left in tmp/"
    find "$inbox" -type f -path '*/new/*' -exec rm {} +
}
deliver_all "$T/values" "hostile values"
deliver_all "$T/shapes" "hostile shapes"
done_testing
