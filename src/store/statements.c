/*
 * The statements. What is sent is found by hashes alone: an ID by 16 bytes; a recipient by 8, and
 * within one recipient a sender by 4 and an ID by 6 bytes more, which is enough to tell them apart
 * there and keeps an entry small. An empty hash stands for "not known".
 */
#include "store/statements.h"

#define EVENT_COLUMNS                                                                              \
    "number, time, arrival, class, origin, rule, table_row, marked, by_user, mailbox, folder, "    \
    "file, previous_origin, changed, findings"

const char *const statement_text[STATEMENT_COUNT] = {
    [META_ALL] = "SELECT name, value FROM meta",
    [META_ADD] = "INSERT INTO meta (name, value) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING",

    [SENT_ID_ADD] = "INSERT INTO sent_id (id, time) VALUES ($1, $2) ON CONFLICT (id) DO NOTHING",
    [SENT_ID_LATER] = "UPDATE sent_id SET time = $1 WHERE id = $2 AND time < $1",
    [SENT_TO_ADD] = "INSERT INTO sent_to (recipient, sender, id, time) VALUES ($1, $2, $3, $4) "
                    "ON CONFLICT (recipient, sender, id) DO UPDATE SET time = excluded.time "
                    "WHERE sent_to.time < excluded.time",
    [SENT_DAY_COUNT] = "INSERT INTO sent_day (day, source, messages) VALUES ($1, $2, $3) "
                       "ON CONFLICT (day, source) "
                       "DO UPDATE SET messages = sent_day.messages + excluded.messages",
    [NAMELESS_ADD] = "INSERT INTO nameless (time, source) VALUES ($1, $2) "
                     "ON CONFLICT (time, source) DO NOTHING",
    [RELAYED_ADD] = "INSERT INTO relayed (id, time) VALUES ($1, $2) ON CONFLICT (id) "
                    "DO UPDATE SET time = excluded.time WHERE relayed.time < excluded.time",
    [FIND_ID] = "SELECT time FROM sent_id WHERE id = $1",
    [FIND_RECIPIENT] = "SELECT max(time) FROM sent_to WHERE recipient = $1",
    [FIND_PAIR] = "SELECT max(time) FROM sent_to WHERE recipient = $1 AND sender = $2",
    [FIND_ID_RECIPIENT] = "SELECT max(time) FROM sent_to WHERE recipient = $1 AND id = $2",
    [FIND_ANY_SENT] = "SELECT 1 WHERE EXISTS (SELECT 1 FROM sent_id) "
                      "OR EXISTS (SELECT 1 FROM sent_to) OR EXISTS (SELECT 1 FROM nameless)",
    [SENDERS_ALL] = "SELECT DISTINCT sender FROM sent_to",
    [FIND_NAMELESS] = "SELECT time FROM nameless WHERE time >= $1 AND time <= $2 LIMIT 1",
    [FIND_RELAYED] = "SELECT time FROM relayed WHERE id = $1",
    [STRAY_COUNT] = "INSERT INTO stray (id, messages, time) VALUES ($1, 1, $2) "
                    "ON CONFLICT (id) DO UPDATE SET messages = stray.messages + 1, "
                    "time = excluded.time RETURNING messages",
    [STRAY_GET] = "SELECT messages FROM stray WHERE id = $1",

    [SOURCE_GET] = "SELECT is_push, first_run, last_run, messages, cursor FROM source "
                   "WHERE name = $1",
    [SOURCE_SAVE] = "INSERT INTO source (name, is_push, first_run, last_run, messages, cursor) "
                    "VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (name) DO UPDATE SET "
                    "is_push = excluded.is_push, first_run = excluded.first_run, "
                    "last_run = excluded.last_run, messages = excluded.messages, "
                    "cursor = excluded.cursor",
    [SOURCE_ALL] = "SELECT name, is_push, first_run, last_run, messages, cursor FROM source "
                   "ORDER BY name",
    [ITEM_FIND] = "SELECT 1 FROM source_item WHERE item = $1",
    [ITEM_ADD] = "INSERT INTO source_item (item) VALUES ($1) ON CONFLICT (item) DO NOTHING",
    [GAP_ADD] = "INSERT INTO gap (starts, ends, source, reason) VALUES ($1, $2, $3, $4) "
                "ON CONFLICT (starts, ends, source) DO NOTHING",
    [GAP_FIND] = "SELECT source, starts, ends, reason FROM gap WHERE ends >= $1 AND starts <= $2 "
                 "ORDER BY starts, source",
    [SENT_DAY_ALL] =
        "SELECT day, CAST(sum(messages) AS bigint) FROM sent_day WHERE day >= $1 AND day < $2 "
        "GROUP BY day",

    [JOURNAL_ADD] = "INSERT INTO journal (time, arrival, class, origin, rule, table_row, marked, "
                    "by_user, mailbox, folder, file, previous_origin, changed, findings) "
                    "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14) "
                    "RETURNING number",
    [JOURNAL_UPDATE] = "UPDATE journal SET origin = $1, table_row = $2, marked = $3, by_user = $4, "
                       "folder = $5, file = $6, previous_origin = $7, changed = $8 "
                       "WHERE number = $9",
    [JOURNAL_FIND] = "SELECT " EVENT_COLUMNS " FROM journal WHERE mailbox = $1 AND file = $2 "
                     "ORDER BY number DESC LIMIT 1",
    /* The numbers first, from two narrow indexes, so that no findings are sorted. */
    [JOURNAL_EACH] = "SELECT " EVENT_COLUMNS " FROM journal WHERE number IN ("
                     "SELECT number FROM journal WHERE time >= $1 AND time < $2 UNION "
                     "SELECT number FROM journal WHERE changed > 0 AND changed >= $1 "
                     "AND changed < $2) ORDER BY number",
    /* In order of number without sorting: "+" keeps the index of times out of it. */
    [JOURNAL_SINCE] = "SELECT " EVENT_COLUMNS " FROM journal WHERE number > $1 AND +time >= $2 "
                      "AND +time < $3 ORDER BY number",
    [JOURNAL_FIRST] = "SELECT min(number) FROM journal WHERE time >= $1 AND time < $2",
    [JOURNAL_CHANGED] = "SELECT " EVENT_COLUMNS " FROM journal WHERE changed > 0 "
                        "AND changed >= $1 AND changed < $2 ORDER BY changed",
    [JOURNAL_OF] = "SELECT " EVENT_COLUMNS " FROM journal WHERE origin = $1 AND class = $2 "
                   "AND arrival >= $3 AND arrival < $4 ORDER BY arrival",
    [JOURNAL_COUNT] = "SELECT count(*) FROM journal WHERE origin = $1 AND class = $2 "
                      "AND arrival >= $3 AND arrival < $4",
    [JOURNAL_ANY] = "SELECT 1 FROM journal WHERE origin = $1 AND class = $2 "
                    "AND arrival >= $3 AND arrival < $4 LIMIT 1",
    [NOTE_GET] = "SELECT value FROM note WHERE name = $1",
    [NOTE_SET] = "INSERT INTO note (name, value) VALUES ($1, $2) "
                 "ON CONFLICT (name) DO UPDATE SET value = excluded.value",

    [STATS_IDS] = "SELECT count(*), min(time), max(time) FROM sent_id",
    [STATS_RECIPIENTS] = "SELECT count(DISTINCT recipient) FROM sent_to",
    [STATS_NAMELESS] = "SELECT count(*), min(time), max(time) FROM nameless",
    [STATS_JOURNAL] = "SELECT count(*) FROM journal",

    [OLD_IDS] = "SELECT id FROM sent_id WHERE id > $1 AND time < $2 ORDER BY id LIMIT $3",
    [OLD_ID_DELETE] = "DELETE FROM sent_id WHERE id = $1 AND time < $2",
    [OLD_RECIPIENTS] = "SELECT recipient, sender, id FROM sent_to "
                       "WHERE (recipient, sender, id) > ($1, $2, $3) AND time < $4 "
                       "ORDER BY recipient, sender, id LIMIT $5",
    [OLD_RECIPIENT_DELETE] = "DELETE FROM sent_to WHERE recipient = $1 AND sender = $2 "
                             "AND id = $3 AND time < $4",
    [OLD_NAMELESS_DELETE] = "DELETE FROM nameless WHERE time < $1",
    [OLD_RELAYED_DELETE] = "DELETE FROM relayed WHERE time < $1",
    [OLD_STRAYS_DELETE] = "DELETE FROM stray WHERE time < $1",
    [OLD_GAPS_DELETE] = "DELETE FROM gap WHERE ends < $1",
    [OLD_EVENTS_DELETE] = "DELETE FROM journal WHERE number IN (SELECT number FROM journal "
                          "WHERE time < $1 AND changed < $1 ORDER BY time LIMIT $2)",
    [OLD_DAYS_DELETE] = "DELETE FROM sent_day WHERE day < $1",

    [EACH_SENT_ID] = "SELECT id, time FROM sent_id ORDER BY id",
    [EACH_SENT_TO] = "SELECT recipient, sender, id, time FROM sent_to "
                     "ORDER BY recipient, sender, id",
    [EACH_SENT_DAY] = "SELECT day, source, messages FROM sent_day ORDER BY day, source",
    [EACH_RELAYED] = "SELECT id, time FROM relayed ORDER BY id",
    [EACH_NAMELESS] = "SELECT time, source FROM nameless ORDER BY time, source",
    [EACH_STRAY] = "SELECT id, messages, time FROM stray ORDER BY id",
    [EACH_ITEM] = "SELECT item FROM source_item ORDER BY item",
    [EACH_GAP] = "SELECT starts, ends, source, reason FROM gap ORDER BY starts, ends, source",
    [EACH_JOURNAL] = "SELECT time, arrival, class, origin, rule, table_row, marked, by_user, "
                     "mailbox, folder, file, previous_origin, changed, findings FROM journal "
                     "ORDER BY number",
    [EACH_NOTE] = "SELECT name, value FROM note ORDER BY name",
    [PUT_SENT_ID] = "INSERT INTO sent_id (id, time) VALUES ($1, $2) ON CONFLICT (id) "
                    "DO UPDATE SET time = excluded.time WHERE sent_id.time < excluded.time",
    [PUT_SENT_DAY] = "INSERT INTO sent_day (day, source, messages) VALUES ($1, $2, $3) "
                     "ON CONFLICT (day, source) DO UPDATE SET messages = excluded.messages "
                     "WHERE sent_day.messages < excluded.messages",
    [PUT_STRAY] = "INSERT INTO stray (id, messages, time) VALUES ($1, $2, $3) ON CONFLICT (id) "
                  "DO UPDATE SET messages = excluded.messages, time = excluded.time "
                  "WHERE stray.messages < excluded.messages",
    [PUT_NOTE] = "INSERT INTO note (name, value) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING",
    [PUT_SOURCE] = "INSERT INTO source (name, is_push, first_run, last_run, messages, cursor) "
                   "VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (name) DO UPDATE SET "
                   "is_push = excluded.is_push, first_run = excluded.first_run, "
                   "last_run = excluded.last_run, messages = excluded.messages, "
                   "cursor = excluded.cursor WHERE source.last_run < excluded.last_run",
};
