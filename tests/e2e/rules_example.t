#!/bin/sh
# The worked example of backsift-rules(5), followed to the letter: its files and commands are taken
# from the manual page itself, and what it shows of the output must stand in the output.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

cd "$T" || exit 1

# The Nth literal block of EXAMPLES, as a reader sees it.
block() { # N
    awk -v wanted="$1" '
        /^\.Sh / { inside = $2 == "EXAMPLES" }
        inside && /^\.Bd / { n++; open = 1; next }
        /^\.Ed/ { open = 0 }
        inside && open && n == wanted' "$top/man/backsift-rules.5" | sed 's/\\&//g; s/\\e/\\/g'
}
is "$(block 8)" '' 'the page has seven blocks'
block 2 >missed.eml
block 5 >news.eml
mkdir -p "$HOME/.config/backsift/rules"
block 1 >"$HOME/.config/backsift/rules/mine.rules"

# The page writes the program's name; here it is the one under test.
backsift() { "$BACKSIFT" "$@"; }

is "$(backsift explain missed.eml)" "$(block 3)" 'without the rule the message is missed, as shown'
block 4 >"$HOME/.config/backsift/rules/partner.rules"
commands=$(block 6)
like "$commands" 'mkdir *backsift explain missed.eml' 'the commands are there'
eval "$commands" >out 2>&1
is $? 0 'and run through'
like "$(cat out)" '* 0 errors, *; 2 samples, 0 failed*' 'both samples hold'
block 7 >shown
while IFS= read -r line; do
    ok grep -qxFe "$line" out -- "explain says: $line"
done <shown
like "$(backsift explain news.eml)" '*rule       none: no rule holds*' 'the near miss stays mail'
sed 's/^Subject: .*/Subject: Transfer notice 4711/; s/^From: .*/From: monitoring@example.org/' missed.eml >alarm.eml
like "$(backsift explain alarm.eml)" 'alarm.eml: mail*mine/monitoring*' 'the exemption holds as well'
done_testing
