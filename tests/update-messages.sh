#!/bin/sh
# Rewrites the expected verdicts of tests/messages (make update-messages): one expected.jsonl for each
# folder, the output of `classify --json` over its messages. Look at the difference before keeping it.
set -eu
top=$(cd "$(dirname "$0")/.." && pwd)
: "${BACKSIFT:=$top/build/backsift}"
out=${1:-$top/tests/messages}
HOME=$(mktemp -d "${TMPDIR:-/tmp}/backsift-messages.XXXXXX")
export HOME
trap 'rm -rf "$HOME"' EXIT
unset XDG_CONFIG_HOME XDG_STATE_HOME
cd "$top/tests/messages"
for folder in */; do
    folder=${folder%/}
    ls "$folder"/*.eml >/dev/null 2>&1 || continue
    mkdir -p "$out/$folder"
    "$BACKSIFT" classify --json "$folder"/*.eml >"$out/$folder/expected.jsonl"
done
