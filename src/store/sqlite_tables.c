/*
 * The tables in SQLite's words. WITHOUT ROWID keeps an entry of the index in one B-tree: 22 to 24
 * bytes of data, no second copy of the key.
 */
#include "store/sqlite_engine.h"

const char sqlite_tables[] =
    "CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;"
    "CREATE TABLE IF NOT EXISTS sent_id (id BLOB PRIMARY KEY, time INTEGER NOT NULL) "
    "WITHOUT ROWID;"
    "CREATE TABLE IF NOT EXISTS sent_to (recipient BLOB, sender BLOB, id BLOB, "
    "time INTEGER NOT NULL, PRIMARY KEY (recipient, sender, id)) WITHOUT ROWID;"
    "CREATE TABLE IF NOT EXISTS sent_day (day INTEGER, source TEXT, messages INTEGER NOT NULL, "
    "PRIMARY KEY (day, source)) WITHOUT ROWID;"
    "CREATE TABLE IF NOT EXISTS nameless (time INTEGER, source TEXT, PRIMARY KEY (time, source)) "
    "WITHOUT ROWID;"
    "CREATE TABLE IF NOT EXISTS relayed (id BLOB PRIMARY KEY, time INTEGER NOT NULL) "
    "WITHOUT ROWID;"
    "CREATE TABLE IF NOT EXISTS stray (id BLOB PRIMARY KEY, messages INTEGER NOT NULL, "
    "time INTEGER NOT NULL) WITHOUT ROWID;"
    "CREATE TABLE IF NOT EXISTS source (name TEXT PRIMARY KEY, is_push INTEGER NOT NULL, "
    "first_run INTEGER NOT NULL, last_run INTEGER NOT NULL, messages INTEGER NOT NULL, "
    "cursor TEXT NOT NULL) WITHOUT ROWID;"
    "CREATE TABLE IF NOT EXISTS source_item (item BLOB PRIMARY KEY) WITHOUT ROWID;"
    "CREATE TABLE IF NOT EXISTS gap (starts INTEGER, ends INTEGER, source TEXT, "
    "reason TEXT NOT NULL, PRIMARY KEY (starts, ends, source)) WITHOUT ROWID;"
    "CREATE TABLE IF NOT EXISTS note (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;"
    "CREATE TABLE IF NOT EXISTS journal (number INTEGER PRIMARY KEY AUTOINCREMENT, "
    "time INTEGER NOT NULL, arrival INTEGER NOT NULL, class TEXT NOT NULL, origin TEXT NOT NULL, "
    "rule TEXT NOT NULL, table_row INTEGER NOT NULL, marked INTEGER NOT NULL, "
    "by_user INTEGER NOT NULL, mailbox TEXT NOT NULL, folder TEXT NOT NULL, file TEXT NOT NULL, "
    "previous_origin TEXT NOT NULL, changed INTEGER NOT NULL, findings BLOB NOT NULL);"
    "CREATE INDEX IF NOT EXISTS journal_file ON journal (file, mailbox);"
    "CREATE INDEX IF NOT EXISTS journal_time ON journal (time);"
    "CREATE INDEX IF NOT EXISTS journal_kind ON journal (origin, class, arrival);"
    "CREATE INDEX IF NOT EXISTS journal_changed ON journal (changed) WHERE changed > 0;";
