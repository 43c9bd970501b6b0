/*
 * Which statements read and add the rows of which table. Meta data stays behind: it belongs to each
 * store.
 */
#include "store/transfer.h"

#include "store/store_private.h"

const struct transfer_table transfer_tables[] = {
    {"sent_id", 2, {{"id", TRANSFER_BYTES}, {"time", TRANSFER_NUMBER}}},
    {"sent_to",
     4,
     {{"recipient", TRANSFER_BYTES},
      {"sender", TRANSFER_BYTES},
      {"id", TRANSFER_BYTES},
      {"time", TRANSFER_NUMBER}}},
    {"sent_day",
     3,
     {{"day", TRANSFER_NUMBER}, {"source", TRANSFER_TEXT}, {"messages", TRANSFER_NUMBER}}},
    {"nameless", 2, {{"time", TRANSFER_NUMBER}, {"source", TRANSFER_TEXT}}},
    {"relayed", 2, {{"id", TRANSFER_BYTES}, {"time", TRANSFER_NUMBER}}},
    {"stray",
     3,
     {{"id", TRANSFER_BYTES}, {"messages", TRANSFER_NUMBER}, {"time", TRANSFER_NUMBER}}},
    {"source_item", 1, {{"item", TRANSFER_BYTES}}},
    {"gap",
     4,
     {{"starts", TRANSFER_NUMBER},
      {"ends", TRANSFER_NUMBER},
      {"source", TRANSFER_TEXT},
      {"reason", TRANSFER_TEXT}}},
    {"journal",
     14,
     {{"time", TRANSFER_NUMBER},
      {"arrival", TRANSFER_NUMBER},
      {"class", TRANSFER_TEXT},
      {"origin", TRANSFER_TEXT},
      {"rule", TRANSFER_TEXT},
      {"table_row", TRANSFER_NUMBER},
      {"marked", TRANSFER_NUMBER},
      {"by_user", TRANSFER_NUMBER},
      {"mailbox", TRANSFER_TEXT},
      {"folder", TRANSFER_TEXT},
      {"file", TRANSFER_TEXT},
      {"previous_origin", TRANSFER_TEXT},
      {"changed", TRANSFER_NUMBER},
      {"findings", TRANSFER_BYTES}}},
    {"note", 2, {{"name", TRANSFER_TEXT}, {"value", TRANSFER_TEXT}}},
    {"source",
     6,
     {{"name", TRANSFER_TEXT},
      {"is_push", TRANSFER_NUMBER},
      {"first_run", TRANSFER_NUMBER},
      {"last_run", TRANSFER_NUMBER},
      {"messages", TRANSFER_NUMBER},
      {"cursor", TRANSFER_TEXT}}},
};

const size_t transfer_table_count = sizeof transfer_tables / sizeof *transfer_tables;

const struct transfer_table *transfer_table_named(struct span name)
{
    for (size_t i = 0; i < transfer_table_count; i++)
        if (span_is(name, transfer_tables[i].name))
            return &transfer_tables[i];
    return NULL;
}

/* In the order of transfer_tables. */
static const struct {
    enum statement each, add;
} statements[] = {
    {EACH_SENT_ID, PUT_SENT_ID},   {EACH_SENT_TO, SENT_TO_ADD}, {EACH_SENT_DAY, PUT_SENT_DAY},
    {EACH_NAMELESS, NAMELESS_ADD}, {EACH_RELAYED, RELAYED_ADD}, {EACH_STRAY, PUT_STRAY},
    {EACH_ITEM, ITEM_ADD},         {EACH_GAP, GAP_ADD},         {EACH_JOURNAL, JOURNAL_ADD},
    {EACH_NOTE, PUT_NOTE},         {SOURCE_ALL, PUT_SOURCE},
};

_Static_assert(sizeof statements / sizeof *statements ==
                   sizeof transfer_tables / sizeof *transfer_tables,
               "each table has its statements");

bool transfer_each(struct store *s, const struct transfer_table *table, transfer_visit visit,
                   void *context, struct error *e)
{
    enum statement statement = statements[table - transfer_tables].each;
    struct value columns[TRANSFER_COLUMNS];
    struct transfer_value row[TRANSFER_COLUMNS];
    enum step step = STEP_ERROR;
    bool ok = true;
    if (!s->engine->start(s->connection, statement, NULL, 0, e))
        return false;
    while (ok && (step = s->engine->next(s->connection, statement, columns, table->count, e)) ==
                     STEP_ROW) {
        for (size_t i = 0; i < table->count; i++)
            row[i] = (struct transfer_value){columns[i].number, columns[i].data};
        ok = visit(context, table, row, e);
    }
    s->engine->finish(s->connection, statement);
    return ok && step == STEP_DONE;
}

/* The journal has no key of its own that two stores share: a message is journaled once. */
static enum lookup is_journaled(struct store *s, const struct value *mailbox,
                                const struct value *file, struct error *e)
{
    const struct value parameters[] = {*mailbox, *file};
    int64_t number;
    return store_ask(s, JOURNAL_FIND, parameters, 2, &number, e);
}

bool transfer_add(struct store *s, const struct transfer_table *table,
                  const struct transfer_value *row, struct error *e)
{
    enum statement statement = statements[table - transfer_tables].add;
    struct value parameters[TRANSFER_COLUMNS];
    struct write w;
    for (size_t i = 0; i < table->count; i++) {
        enum transfer_type type = table->columns[i].type;
        parameters[i] = (struct value){.type = type == TRANSFER_NUMBER ? VALUE_INT
                                               : type == TRANSFER_TEXT ? VALUE_TEXT
                                                                       : VALUE_BLOB,
                                       .number = row[i].number,
                                       .data = row[i].bytes};
    }
    if (statement == JOURNAL_ADD) {
        enum lookup known = is_journaled(s, &parameters[8], &parameters[10], e);
        if (known != LOOKUP_NO)
            return known == LOOKUP_YES;
    }
    return write_start(s, DURABLE, &w, e) &&
           write_end(s, &w, store_run(s, statement, parameters, table->count, NULL, e), e);
}

const char *transfer_key_check(struct store *s, struct arena *arena)
{
    char check[KEY_CHECK_SIZE];
    key_check(s->key, check);
    return arena_string(arena, span_of(check));
}
