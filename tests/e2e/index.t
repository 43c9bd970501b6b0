#!/bin/sh
# `index`: what is recorded, for which days, and the words about it.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

ago() { date -u -d "$1 days ago" +%Y-%m-%d; }
# shellcheck disable=SC2317 # called through ok
send() { # ID RECIPIENT
    printf 'From: ann@example.org\nTo: %s\nMessage-ID: <%s>\n\nhello\n' "$2" "$1" | "$BACKSIFT" record
}
sent_copy() { # FILE DAYS-AGO [ID]
    {
        printf 'From: ann@example.org\nTo: %s@b.example\n' "$1"
        [ -z "${3-}" ] || printf 'Message-ID: <%s>\n' "$3"
        printf 'Date: %s\n\nhello\n' "$(date -u -R -d "$2 days ago")"
    } >"$HOME/Sent/cur/$1:2,S"
    touch -d "$2 days ago" "$HOME/Sent/cur/$1:2,S"
}
mkdir -p "$HOME/.config"

# --- nothing yet
out=$("$BACKSIFT" index stats 2>&1)
is $? 65 'no index yet: exit 65'
like "$out" "backsift: the index */backsift.db does not exist yet: run 'backsift record'" 'and says what to do'
ok [ ! -e "$HOME/.local/state/backsift/backsift.db" ] -- 'looking makes nothing'

# --- usage
for words in '' 'frobnicate' 'stats x' 'coverage --days=0' 'prune --before=soon' 'stats --no-such' 'lookup'; do
    # shellcheck disable=SC2086
    "$BACKSIFT" index $words >/dev/null 2>"$T/err"
    is $? 64 "index $words: exit 64"
done
like "$("$BACKSIFT" index --help)" "Usage: backsift index ACTION*" 'help'

# --- a source that has not run
make_maildir "$HOME/Sent"
config '[own]' 'domain = example.org' '[index]' "source = maildir:~/Sent, stdin" \
    "complete-since = $(ago 40)"
sent_copy bob 3 'm1@HOST.example'
sent_copy carl 5 'm2@host.example'
ok "$BACKSIFT" record -q -- 'record the Maildir'
like "$("$BACKSIFT" index coverage)" \
    "*source stdin: never ran*No response can be judged 'forged': the source stdin has not recorded anything yet.*" \
    'coverage names the source that never ran'

# --- all sources have run
ok send s1@host.example dora@b.example -- 'record standard input'
out=$("$BACKSIFT" index coverage)
is "$(printf '%s\n' "$out" | grep -c '^20..-..-.. ')" 21 'as many days as the reach and seven more'
like "$out" "*$(ago 3) +      1 ████*" 'a day with a message has a bar'
like "$out" "*$(ago 4) +      0 *" 'a day without has none'
like "$out" "*([[]index] complete-since)*'forged' is possible*for what arrived from $(ago 26) 00:00 UTC*nothing is known of before $(ago 40)." \
    'it says from when on forged is possible and why not earlier'
like "$out" "*(last run of maildir:$HOME/Sent)*" 'and which source holds it back'
out=$(LC_ALL=C "$BACKSIFT" index coverage)
like "$out" "*$(ago 3) +      1 ####*" 'plain ASCII where the locale asks for it'
ok [ "$(printf '%s' "$out" | LC_ALL=C tr -d '\001-\177' | wc -c)" -eq 0 ] -- 'and nothing else'
is "$("$BACKSIFT" index coverage --days=60 | grep -c ' + ')" 42 'days before coverage are not covered'

# --- not long enough
config '[own]' 'domain = example.org' '[index]' "source = maildir:~/Sent, stdin" \
    "complete-since = $(ago 5)"
like "$("$BACKSIFT" index coverage)" \
    "*none can be judged*'forged' yet: from $(ago -9) 00:00 UTC on, if the sources run on." \
    'too young for any forged verdict, and from when on'
config '[own]' 'domain = example.org' '[index]' 'source = stdin'
like "$("$BACKSIFT" index coverage)" "*No response can be judged 'forged': *complete-since*" \
    'without complete-since none ever'

# --- copies without an ID
config '[own]' 'domain = example.org' '[index]' "source = maildir:~/Sent, stdin" \
    "complete-since = $(ago 40)"
sent_copy eve 2
ok "$BACKSIFT" record -q -- 'record a copy without a message ID'
out=$("$BACKSIFT" index coverage)
like "$out" "*$(ago 2) -      1 *" 'its day is not covered'
like "$out" '*At present it is not: a sent copy without a message ID lies there.' 'and it is said why'

# --- figures and lookups
like "$("$BACKSIFT" index stats)" '*message IDs   3*recipients    4*without ID    1*' 'stats'
is "$("$BACKSIFT" index stats --json | python3 -c 'import json,sys; print(json.load(sys.stdin)["ids"])')" 3 \
    'stats --json is JSON'
is "$("$BACKSIFT" index coverage --json | python3 -c '
import json, sys
v = json.load(sys.stdin)
print(v["any"], v["forged_possible"], len(v["days"]), v["days"][-3]["covered"], v["days"][-4]["sent"])')" \
    'True False 21 False 1' 'coverage --json'
like "$("$BACKSIFT" index lookup '<m1@host.EXAMPLE>')" "*: sent by us at $(ago 3)T*" 'an ID in another spelling'
like "$("$BACKSIFT" index lookup Bob+tag@b.example)" "*: last written to by us at $(ago 3)T*" 'a recipient by its plain form'
"$BACKSIFT" index lookup other@host.example >"$T/out"
is $? 1 'exit 1 when nothing was found'
like "$(cat "$T/out")" '*neither a recorded message ID nor a recorded recipient' 'and says so'
"$BACKSIFT" index lookup other@host.example m2@host.example >/dev/null
is $? 0 'exit 0 when one was found'

# --- pruning
like "$("$BACKSIFT" index prune --before="$(ago 4)")" "removed from before $(ago 4): 1 message IDs, 1 recipients,*" 'prune'
"$BACKSIFT" index lookup m2@host.example >/dev/null
is $? 1 'what is older is gone'
"$BACKSIFT" index lookup m1@host.example >/dev/null
is $? 0 'what is younger is there'
like "$("$BACKSIFT" index coverage)" \
    "*sent from $(ago 4)T00:00 (what was sent before was removed from the index)*" \
    'coverage does not reach behind it'

# --- to another home under the same key
index_of() { "$BACKSIFT" index export | grep -v '"format"'; }
printf '%s mx postfix/%s\n' "$(date -u +%FT%TZ)" 'smtpd[1]: ABCDEF: client=far.test[203.0.113.9]' \
    "$(date -u +%FT%TZ)" 'cleanup[1]: ABCDEF: message-id=<relayed@far.test>' \
    "$(date -u +%FT%TZ)" 'smtp[1]: ABCDEF: to=<x@y.test>, relay=y.test[192.0.2.1]:25, status=sent (ok)' >"$T/mail.log"
"$BACKSIFT" record -q "log:$T/mail.log"
"$BACKSIFT" index export >"$T/export"
is $? 0 'export'
is "$(python3 -c '
import json, sys
rows = [json.loads(line) for line in open(sys.argv[1])]
print(rows[0]["format"], rows[-1]["end"] == len(rows) - 2, rows[-2]["table"])' "$T/export")" \
    'backsift-index True source' 'an export is JSON lines with their number'
is "$(grep -c '"relayed"' "$T/export")" 1 'relayed mail is in it'
is "$(grep -c 'm1\|bob\|host.example' "$T/export")" 0 'and reveals neither ID nor address'
first=$(index_of)
old_home=$HOME
HOME=$T/other
mkdir -p "$HOME/.config/backsift"
cp "$old_home/.config/backsift/backsift.conf" "$HOME/.config/backsift/"
out=$("$BACKSIFT" index import "$T/export" 2>&1)
is $? 65 'an import under another key: exit 65'
like "$out" 'backsift: */export: made under another key*copy the key file first' 'and says what to do'
rm -rf "$HOME/.local" "$HOME/.config/backsift/index.key"
cp -p "$old_home/.config/backsift/index.key" "$HOME/.config/backsift/"
head -n 3 "$T/export" >"$T/cut"
out=$("$BACKSIFT" index import "$T/cut" 2>&1)
is $? 65 'an export that was cut off: exit 65'
like "$out" 'backsift: */cut: the export is cut off behind line 3' 'and says so'
sed '3s/"[0-9a-f]*",/"xyz",/' "$T/export" >"$T/broken"
like "$("$BACKSIFT" index import "$T/broken" 2>&1)" 'backsift: */broken:3: *' 'a broken line is named'
printf 'x\n' | "$BACKSIFT" index import >/dev/null 2>&1
is $? 65 'what is no export: exit 65'
is "$("$BACKSIFT" index coverage --json 2>/dev/null | grep -c '"any":true')" 0 'none of these says that all is known'
like "$("$BACKSIFT" index import - <"$T/export")" 'imported * rows' 'import'
is "$(index_of)" "$first" 'the other index exports the same'
"$BACKSIFT" index import "$T/export" >/dev/null
is "$(index_of)" "$first" 'importing again changes nothing'
"$BACKSIFT" index lookup m1@host.example >/dev/null
is $? 0 'an imported ID is found'
HOME=$old_home

# --- restored from a backup
HOME=$T/restored
state=$HOME/.local/state/backsift
config '[own]' 'domain = example.org' '[index]' "source = stdin" "complete-since = $(ago 40)"
ok send first@host.example dora@b.example -- 'a fresh index'
cp -R "$state" "$T/backup"
like "$("$BACKSIFT" index coverage)" "*'forged' is possible*" 'before: forged is possible'
ok send lost@host.example dora@b.example -- 'one more is recorded'
rm -rf "$state" && cp -R "$T/backup" "$state"
like "$("$BACKSIFT" index coverage)" '*At present it is not: the index was restored from a backup*' \
    'a restored index is noticed at once'
ok send kept@host.example dora@b.example -- 'another is recorded'
like "$(cat "$state/backsift.log")" '*the index was restored from a backup*' 'with a line in the log'
like "$("$BACKSIFT" index coverage)" '*At present it is not: index has a gap from *restored*' 'and the gap stays'
HOME=$old_home

# --- a push source that has fallen silent
HOME=$T/silent
make_maildir "$HOME/Maildir"
make_maildir "$HOME/Sent"
config '[own]' 'domain = example.org' '[index]' "source = maildir:~/Sent, stdin" "complete-since = $(ago 40)"
ok send early@host.example dora@b.example -- 'a push source'
python3 - "$HOME/.local/state/backsift/backsift.db" <<'PYTHON'
import sqlite3, sys, time
db = sqlite3.connect(sys.argv[1])
db.execute("UPDATE source SET last_run = ?, first_run = 1", (int(time.time()) - 9 * 86400,))
db.execute("UPDATE sent_day SET day = day - 9")
db.commit()
PYTHON
for n in 1 2 3 4; do sent_copy "w$n" 2 "w$n@host.example"; done
ok "$BACKSIFT" record -q -- 'four messages leave elsewhere'
is "$("$BACKSIFT" check | grep -c 'fallen silent')" 0 'few messages elsewhere say nothing'
for n in 5 6; do sent_copy "w$n" 2 "w$n@host.example"; done
ok "$BACKSIFT" record -q -- 'and two more'
like "$("$BACKSIFT" check)" '*warning*stdin has fallen silent: *other sources have seen 6 leave*' \
    'check notices the silence'
ok send again@host.example dora@b.example -- 'it is called again'
is "$("$BACKSIFT" check | grep -c 'fallen silent')" 0 'and all is well'
HOME=$old_home

# --- damage
is "$("$BACKSIFT" index verify)" 'the index is sound' 'verify'
db=$HOME/.local/state/backsift/backsift.db
rm -f "$db-wal" "$db-shm"
printf 'no database at all, this is' | dd of="$db" conv=notrunc 2>/dev/null
out=$("$BACKSIFT" index verify 2>&1)
is $? 78 'a damaged index: exit 78'
like "$out" "backsift: the index $db is damaged*" 'and says so'

done_testing
