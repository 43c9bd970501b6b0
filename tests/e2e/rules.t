#!/bin/sh
# `rules`: which rules there are, whose file wins, errors of rule files, samples.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

own=$HOME/.config/backsift/rules
mkdir -p "$own"
rule() { # FILE NAME KEY=REGEX...
    rule_file=$own/$1.rules
    printf '[%s]\nclass = bounce\n' "$2" >>"$rule_file"
    shift 2
    printf '%s\n' "$@" >>"$rule_file"
}

# --- usage
for words in '' 'frobnicate' 'list x' 'check x' 'list --no-such'; do
    # shellcheck disable=SC2086
    "$BACKSIFT" rules $words >/dev/null 2>"$T/err"
    is $? 64 "rules $words: exit 64"
    like "$(cat "$T/err")" "backsift: *: try 'backsift rules --help'" 'and says where to look'
done
like "$("$BACKSIFT" rules --help)" 'Usage: backsift rules ACTION*' 'help'

# --- list and which
shipped=$("$BACKSIFT" rules list | wc -l)
ok [ "$shipped" -gt 100 ] -- 'the shipped rules are listed'
ok "$BACKSIFT" rules check --quiet -- 'and are sound'
first=$("$BACKSIFT" rules which | sed -n '1s/: [0-9]* rules*$//p')
name=$(basename "$first" .rules)
ok [ -f "$first" ] -- 'which lists files'
is "$("$BACKSIFT" rules which "$name" "$name.rules" | sed 's/: [0-9]* rules*$//')" "$first
$first" 'which finds a file by its name'
rule zz-own mine 'subject = mine'
rule zz-own more 'subject = more'
rule "$name" replaced 'subject = replaced'
like "$("$BACKSIFT" rules list | head -n 3)" "  1  $name/replaced * bounce * $own/$name.rules:1
  2  zz-own/mine * bounce * $own/zz-own.rules:1
  3  zz-own/more * bounce * $own/zz-own.rules:4" "the user's files come first, in order"
is "$("$BACKSIFT" rules which "$name")" "$own/$name.rules: 1 rule, replaces $first" 'which says whose file wins'
is "$("$BACKSIFT" rules which zz-own/more)" "$own/zz-own.rules:4: rule 3, class bounce" 'which finds a rule'
"$BACKSIFT" rules which zz-own no-such >"$T/out" 2>"$T/err"
is $? 1 'which: exit 1 when a name is not there'
is "$(cat "$T/out")" "$own/zz-own.rules: 2 rules" 'the others are printed'
is "$(cat "$T/err")" "backsift: there is no rule file or rule 'no-such'" 'and it says which'
"$BACKSIFT" rules list --json >"$T/list"
"$BACKSIFT" rules which --json >>"$T/list"
ok python3 -c 'import json, sys; [json.loads(line) for line in open(sys.argv[1])]' "$T/list" -- 'JSON lines'
is "$(sed -n 2p "$T/list")" \
    "{\"number\":2,\"rule\":\"zz-own/mine\",\"class\":\"bounce\",\"file\":\"$own/zz-own.rules\",\"line\":1,\"conditions\":1}" \
    'with all there is to say'

# --- samples
sample() { # PATH SUBJECT
    mkdir -p "$(dirname "$1")"
    printf 'From: a@example.org\nSubject: %s\n\nhello\n' "$2" >"$1"
}
sample "$own/samples/zz-own/mine.eml" 'all mine'
sample "$own/samples/zz-own/mine~again.eml" 'mine again'
sample "$own/samples/zz-own/not-mine.eml" 'yours'
printf 'about\n' >"$own/samples/README"
out=$("$BACKSIFT" rules check)
is $? 0 'samples that hold: exit 0'
like "$out" '*; 3 samples, 0 failed' 'they are counted'
like "$out" "*warning: $own/zz-own.rules:4: the rule 'zz-own/more' has no sample*" \
    "a rule of the user's without a sample is named"
is "$(printf '%s\n' "$out" | grep -c 'has no sample')" 2 'but no shipped one'
sample "$own/samples/zz-own/mine~wrong.eml" 'more'
sample "$own/samples/zz-own/not-more~wrong.eml" 'more'
sample "$own/samples/zz-own/more~none.eml" 'hello'
sample "$own/samples/zz-own/gone.eml" 'mine'
out=$("$BACKSIFT" rules check --quiet)
is $? 65 'samples that fail: exit 65'
is "$(printf '%s\n' "$out" | sed '$d')" "failed: $own/samples/zz-own/gone.eml: there is no such rule
failed: $own/samples/zz-own/mine~wrong.eml: is decided by 'zz-own/more'
failed: $own/samples/zz-own/more~none.eml: no rule holds, 'zz-own/more' should
failed: $own/samples/zz-own/not-more~wrong.eml: must not be decided by 'zz-own/more'" 'each is named'
like "$out" '*: 0 errors, *; 7 samples, 4 failed' 'and counted'
mkdir -p "$T/none"
out=$("$BACKSIFT" rules check --samples="$T/none")
is $? 0 'samples of another folder'
ok [ "$(printf '%s\n' "$out" | grep -c 'has no sample')" -gt 100 ] -- 'every rule without is named'
"$BACKSIFT" rules check --samples="$T/missing" >/dev/null 2>"$T/err"
is $? 65 'a folder that is not there: exit 65'
like "$(cat "$T/err")" "backsift: cannot read samples in '$T/missing': *" 'and says so'

# --- errors
rule zz-own costly 'subject = (a+)+$' 'text = .*x'
out=$("$BACKSIFT" rules check --quiet)
is $? 78 'lint errors: exit 78'
like "$out" "error: $own/zz-own.rules:9: a repeat without bound within another*
error: $own/zz-own.rules:10: the regex starts with a repeat without bound*" 'with file and line'
printf '[broken]\nclass = nothing\n' >"$own/zz-own.rules"
out=$("$BACKSIFT" rules list 2>&1)
is $? 78 'a file that cannot be loaded: exit 78'
is "$out" "backsift: $own/zz-own.rules:2: unknown class 'nothing'" 'with file and line'
done_testing
