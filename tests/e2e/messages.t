#!/bin/sh
# The project's own sample messages: each verdict as written down (expected.jsonl), and every rule
# decided by its samples and by none of its near misses.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

BACKSIFT=$BACKSIFT sh "$top/tests/update-messages.sh" "$T/now"
for folder in "$top"/tests/messages/*/; do
    name=$(basename "$folder")
    ls "$folder"*.eml >/dev/null 2>&1 || continue
    if diff "$folder/expected.jsonl" "$T/now/$name/expected.jsonl" >"$T/diff" 2>&1; then
        pass "verdicts of $name"
    else
        fail "verdicts of $name (make update-messages rewrites them)"
        cut -c1-300 "$T/diff" | head -n 20 | sed 's/^/# /'
    fi
done

"$BACKSIFT" rules check --samples "$top/tests/messages" >"$T/check" 2>&1
is "$?" 0 "every rule matches its samples and no near miss"
grep -v '^warning' "$T/check" | tail -n 20 | sed 's/^/# /'
done_testing
