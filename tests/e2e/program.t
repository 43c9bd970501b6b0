#!/bin/sh
# The program as a whole: help, version, wrong commands and options.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

like "$("$BACKSIFT" --version)" 'backsift [0-9]*.[0-9]*.[0-9]*' "--version"
like "$("$BACKSIFT" --help)" '*deliver*classify*digest*' "--help lists the commands"
"$BACKSIFT" --help >/dev/null
is "$?" 0 "--help exits with 0"
"$BACKSIFT" no-such-command >"$T/out" 2>"$T/err"
is "$?" 75 "an unknown command, which may be a misspelt deliver, is a temporary failure"
is "$(cat "$T/out")" "" "... with nothing on standard output"
like "$(cat "$T/err")" "backsift: *no-such-command*--help*" "... and says what to do"
"$BACKSIFT" >/dev/null 2>&1
is "$?" 75 "no command at all, too"

"$BACKSIFT" --help | sed -n 's/^  \([a-z][a-z]*\)  *[a-z].*/\1/p' >"$T/commands"
while read -r command; do
    "$BACKSIFT" "$command" --help >"$T/help" 2>"$T/err" </dev/null
    is "$?" 0 "$command --help exits with 0"
    like "$(cat "$T/help")" "Usage: backsift $command*--help*" "$command --help shows its usage"
    is "$(cat "$T/err")" "" "$command --help prints no error"
    "$BACKSIFT" "$command" --no-such-option >"$T/out" 2>"$T/err" </dev/null
    code=$?
    case $command in
    deliver | filter) is "$code" 75 "$command: a wrong option is a temporary failure" ;;
    *) is "$code" 64 "$command: a wrong option is a usage error" ;;
    esac
    like "$(cat "$T/err")" "backsift: *--no-such-option*" "$command names the wrong option"
    ok test "$(awk 'length > 80' "$T/help" | wc -l)" -eq 0 -- "$command --help fits 80 columns"
done <"$T/commands"
ok test "$(wc -l <"$T/commands")" -ge 10 -- "all commands were looked at"
done_testing
