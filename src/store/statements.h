/*
 * All statements of the store, in SQL that SQLite (3.35 or later) and PostgreSQL understand alike.
 * Parameters are $1, $2, ..., numbered in the order in which they first appear, because SQLite
 * counts them that way.
 */
#ifndef BACKSIFT_STORE_STATEMENTS_H
#define BACKSIFT_STORE_STATEMENTS_H

enum statement {
    META_ALL,
    META_ADD,
    /* outbound index */
    SENT_ID_ADD,
    SENT_ID_LATER,
    SENT_TO_ADD,
    SENT_DAY_COUNT,
    NAMELESS_ADD,
    RELAYED_ADD,
    FIND_ID,
    FIND_RECIPIENT,
    FIND_PAIR,
    FIND_ID_RECIPIENT,
    FIND_ANY_SENT,
    SENDERS_ALL,
    FIND_NAMELESS,
    FIND_RELAYED,
    STRAY_COUNT,
    STRAY_GET,
    /* sources */
    SOURCE_GET,
    SOURCE_SAVE,
    SOURCE_ALL,
    ITEM_FIND,
    ITEM_ADD,
    GAP_ADD,
    GAP_FIND,
    SENT_DAY_ALL,
    /* journal */
    JOURNAL_ADD,
    JOURNAL_UPDATE,
    JOURNAL_FIND,
    JOURNAL_EACH,
    JOURNAL_SINCE,
    JOURNAL_FIRST,
    JOURNAL_CHANGED,
    JOURNAL_OF,
    JOURNAL_COUNT,
    JOURNAL_ANY,
    NOTE_GET,
    NOTE_SET,
    /* figures */
    STATS_IDS,
    STATS_RECIPIENTS,
    STATS_NAMELESS,
    STATS_JOURNAL,
    /* pruning */
    OLD_IDS,
    OLD_ID_DELETE,
    OLD_RECIPIENTS,
    OLD_RECIPIENT_DELETE,
    OLD_NAMELESS_DELETE,
    OLD_RELAYED_DELETE,
    OLD_STRAYS_DELETE,
    OLD_GAPS_DELETE,
    OLD_EVENTS_DELETE,
    OLD_DAYS_DELETE,
    /* transfer */
    EACH_SENT_ID,
    EACH_SENT_TO,
    EACH_SENT_DAY,
    EACH_NAMELESS,
    EACH_RELAYED,
    EACH_STRAY,
    EACH_ITEM,
    EACH_GAP,
    EACH_JOURNAL,
    EACH_NOTE,
    PUT_SENT_ID,
    PUT_SENT_DAY,
    PUT_STRAY,
    PUT_NOTE,
    PUT_SOURCE,
    STATEMENT_COUNT
};

/* By enum statement. */
extern const char *const statement_text[STATEMENT_COUNT];

/* The version of the tables; a store of a higher one is not touched. */
#define SCHEMA_VERSION 1

#endif
