#!/bin/sh
# `backsift filter`: one field on top, forged ones gone, every other byte as it was; and what happens
# when it cannot judge, read or write.
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"

config '[own]' 'address = ada@shop.example' 'addresses-complete = yes'
log=$HOME/.local/state/backsift/backsift.log

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
printf 'From: a@x.example\nSubject: hello\n\n\0text\r\n\377 no final newline' >"$T/plain"

filter() { "$BACKSIFT" filter "$@"; }

filter <"$T/plain" >"$T/out"
is "$(head -n 1 "$T/out")" "X-Backsift: class=mail; origin=-; rule=-" "ordinary mail is class mail"
tail -n +2 "$T/out" >"$T/rest"
ok cmp -s "$T/rest" "$T/plain" -- "NUL, CR, 8-bit and a missing final newline stay"
ok test ! -e "$HOME/.local/state/backsift/backsift.db" -- "filter of ordinary mail makes no store"

filter -f '' -r x7@shop.example <"$T/forged" >"$T/out"
is $? 0 "a response passes"
like "$(head -n 1 "$T/out")" "X-Backsift: class=autoreply; origin=forged; rule=?*/?*" "with its verdict on top"
tail -n +2 "$T/out" >"$T/rest"
ok cmp -s "$T/rest" "$T/forged" -- "and nothing else changed"

{
    printf 'From bo@far.example  Thu Jan  1 00:00:00 2026\nX-Backsift: class=mail;\n origin=ours\n'
    sed '2s/^/x-BACKSIFT : forged\n/' "$T/plain"
} >"$T/in"
filter <"$T/in" >"$T/out"
is "$(head -n 1 "$T/out")" "From bo@far.example  Thu Jan  1 00:00:00 2026" "an mbox From line stays on top"
is "$(grep -aci '^x-backsift' "$T/out")" 1 "forged fields go, also folded ones"
tail -n +3 "$T/out" >"$T/rest"
ok cmp -s "$T/rest" "$T/plain" -- "and only they"

sed 's/$/\r/' "$T/forged" | filter >"$T/out"
is "$(head -n 2 "$T/out" | tr -dc '\r' | wc -c | tr -d ' ')" 2 "the field ends as the message's lines do"

{
    printf 'x-backsift: class=mail\r\nX-Backsift\t :\r\n\tfolded;\r\n more\r\nX-BACKSIFT:a\r\n'
    sed 's/$/\r/' "$T/forged"
    printf 'X-Backsift: in the body\r\n'
} >"$T/in"
{ sed 's/$/\r/' "$T/forged" && printf 'X-Backsift: in the body\r\n'; } >"$T/want"
filter <"$T/in" | tail -n +2 >"$T/rest"
ok cmp -s "$T/rest" "$T/want" -- "forged fields of all spellings go from a message of CRLF, and none of its body"
cat >"$T/want" <<'MESSAGE'
X-Backsifted: stays
X-Back: sift: stays
Subject: hi

text
MESSAGE
filter <"$T/want" | tail -n +2 >"$T/rest"
ok cmp -s "$T/rest" "$T/want" -- "fields of longer and shorter names stay"

{ cat "$T/plain" && head -c 30000000 /dev/zero && printf '\nX-Backsift: in the body\n'; } >"$T/large"
# shellcheck disable=SC2094
filter <"$T/large" | tail -n +2 | cmp -s - "$T/large"
is $? 0 "30 MB stream through"

# --- what goes wrong ------------------------------------------------------------------------------
mkdir -p "$HOME/.config/backsift/rules"
echo '[broken' >"$HOME/.config/backsift/rules/broken.rules"
sed '1s/^/X-Backsift: forged\n/' "$T/forged" | filter >"$T/out" 2>"$T/err"
is $? 0 "broken rules: exit 0"
ok cmp -s "$T/out" "$T/forged" -- "the message passes without a verdict, and without the forged one"
is "$(grep -c broken.rules:1 "$log")" 1 "and one log line"
rm -r "$HOME/.config/backsift/rules"

config '[own' 'x'
filter <"$T/forged" >"$T/out" 2>"$T/err"
is $? 0 "broken configuration: exit 0"
ok cmp -s "$T/out" "$T/forged" -- "the message passes"
like "$(cat "$T/err")" "backsift: *backsift.conf:1: *" "and the error is told"
rm -r "$HOME/.config"

filter <"$T/forged" >/dev/full 2>"$T/err"
is $? 75 "output that cannot be written: 75"
filter <"$T/forged" >&- 2>"$T/err"
is $? 75 "output that is closed: 75"
filter <"$T" >"$T/out" 2>"$T/err"
is "$? $(wc -c <"$T/out" | tr -d ' ')" "75 0" "input that cannot be read: 75, and nothing written"
filter --wrong <"$T/forged" >"$T/out" 2>"$T/err"
is "$? $(wc -c <"$T/out" | tr -d ' ')" "75 0" "a wrong option: 75, and nothing written"
filter --help >"$T/out"
is $? 0 "--help"
like "$(cat "$T/out")" "Usage: backsift filter*" "shows the usage"

done_testing
