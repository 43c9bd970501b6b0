/*
 * The tables in PostgreSQL's words. Text is kept as bytes, as SQLite keeps it: names of files and
 * folders need not be UTF-8, and bytes are sorted alike everywhere. A table that is there already
 * stays as it is, so a site may make partitioned ones first (backsift-postgresql(7)).
 */
#include "store/postgresql/postgresql.h"

const char postgresql_tables[] =
    "CREATE TABLE IF NOT EXISTS meta (name bytea PRIMARY KEY, value bytea NOT NULL);"
    "CREATE TABLE IF NOT EXISTS sent_id (id bytea PRIMARY KEY, time bigint NOT NULL);"
    "CREATE TABLE IF NOT EXISTS sent_to (recipient bytea, sender bytea, id bytea, "
    "time bigint NOT NULL, PRIMARY KEY (recipient, sender, id));"
    "CREATE TABLE IF NOT EXISTS sent_day (day bigint, source bytea, messages bigint NOT NULL, "
    "PRIMARY KEY (day, source));"
    "CREATE TABLE IF NOT EXISTS nameless (time bigint, source bytea, PRIMARY KEY (time, source));"
    "CREATE TABLE IF NOT EXISTS relayed (id bytea PRIMARY KEY, time bigint NOT NULL);"
    "CREATE TABLE IF NOT EXISTS stray (id bytea PRIMARY KEY, messages bigint NOT NULL, "
    "time bigint NOT NULL);"
    "CREATE TABLE IF NOT EXISTS source (name bytea PRIMARY KEY, is_push bigint NOT NULL, "
    "first_run bigint NOT NULL, last_run bigint NOT NULL, messages bigint NOT NULL, "
    "cursor bytea NOT NULL);"
    "CREATE TABLE IF NOT EXISTS source_item (item bytea PRIMARY KEY);"
    "CREATE TABLE IF NOT EXISTS gap (starts bigint, ends bigint, source bytea, "
    "reason bytea NOT NULL, PRIMARY KEY (starts, ends, source));"
    "CREATE TABLE IF NOT EXISTS note (name bytea PRIMARY KEY, value bytea NOT NULL);"
    "CREATE TABLE IF NOT EXISTS journal (number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, "
    "time bigint NOT NULL, arrival bigint NOT NULL, class bytea NOT NULL, origin bytea NOT NULL, "
    "rule bytea NOT NULL, table_row bigint NOT NULL, marked bigint NOT NULL, "
    "by_user bigint NOT NULL, mailbox bytea NOT NULL, folder bytea NOT NULL, file bytea NOT NULL, "
    "previous_origin bytea NOT NULL, changed bigint NOT NULL, findings bytea NOT NULL);"
    "CREATE INDEX IF NOT EXISTS journal_file ON journal (file, mailbox);"
    "CREATE INDEX IF NOT EXISTS journal_time ON journal (time);"
    "CREATE INDEX IF NOT EXISTS journal_kind ON journal (origin, class, arrival);"
    "CREATE INDEX IF NOT EXISTS journal_changed ON journal (changed) WHERE changed > 0;";
