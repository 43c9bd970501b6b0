/*
 * Pruning. There is no index by time on what was sent, which would double its size: old rows are
 * searched in the order of their hashes without a lock, then removed by their keys in a short
 * transaction, so that a delivery waits for neither.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store/store_private.h"

static size_t take_blob(const struct value *column, unsigned char *out, size_t size)
{
    size_t n = column->data.n < size ? column->data.n : size;
    if (n > 0)
        memcpy(out, column->data.p, n);
    return n;
}

static void take_row(enum statement search, const struct value *columns, struct old_row *out)
{
    if (search == OLD_IDS) {
        out->id_n = take_blob(&columns[0], out->id, HASH_BYTES);
        return;
    }
    take_blob(&columns[0], out->recipient, RECIPIENT_BYTES);
    out->sender_n = take_blob(&columns[1], out->sender, SENDER_BYTES);
    out->id_n = take_blob(&columns[2], out->id, HASH_BYTES);
}

/* The parameters for a row's key: one for sent_id, three for sent_to. */
static size_t put_key(enum statement search, const struct old_row *row, struct value *out)
{
    if (search == OLD_IDS) {
        out[0] = value_blob(row->id, row->id_n);
        return 1;
    }
    out[0] = value_blob(row->recipient, RECIPIENT_BYTES);
    out[1] = value_blob(row->sender, row->sender_n);
    out[2] = value_blob(row->id, row->id_n);
    return 3;
}

/* Up to `most` old rows behind `last`. */
static bool search_rows(struct store *s, enum statement search, const struct old_row *last,
                        unixtime before, size_t most, struct old_row *rows, size_t *count,
                        struct error *e)
{
    struct value parameters[5], columns[3];
    size_t n = put_key(search, last, parameters), width = n;
    enum step step;
    parameters[n++] = value_int(before);
    parameters[n++] = value_int((int64_t)most);
    *count = 0;
    if (!s->engine->start(s->connection, search, parameters, n, e))
        return false;
    while ((step = s->engine->next(s->connection, search, columns, width, e)) == STEP_ROW)
        if (*count < most)
            take_row(search, columns, &rows[(*count)++]);
    s->engine->finish(s->connection, search);
    return step == STEP_DONE;
}

static bool delete_rows(struct store *s, enum statement search, const struct old_row *rows,
                        size_t count, unixtime before, struct error *e)
{
    enum statement delete = search == OLD_IDS ? OLD_ID_DELETE : OLD_RECIPIENT_DELETE;
    struct write w;
    bool ok = true;
    if (count == 0)
        return true;
    if (!write_start(s, ORDERED, &w, e))
        return false;
    for (size_t i = 0; ok && i < count; i++) {
        struct value parameters[4];
        size_t n = put_key(search, &rows[i], parameters);
        parameters[n++] = value_int(before); /* it may have been sent again meanwhile */
        ok = (!w.own || !store_turn_is_over(s) || store_next_turn(s, e)) &&
             store_run(s, delete, parameters, n, NULL, e);
    }
    return write_end(s, &w, ok, e);
}

/* One step over sent_id or sent_to. *full when `most` rows went and more may be there; else the
 * next stage begins. */
static bool prune_sent(struct store *s, enum statement search, unixtime before, size_t most,
                       bool *full, struct error *e)
{
    size_t count;
    struct old_row *rows = calloc(most, sizeof *rows);
    if (!rows)
        return error_memory(e);
    bool ok = search_rows(s, search, &s->prune.last, before, most, rows, &count, e) &&
              delete_rows(s, search, rows, count, before, e);
    *full = ok && count == most;
    if (*full)
        s->prune.last = rows[count - 1];
    else if (ok)
        s->prune = (struct prune_state){.stage = s->prune.stage + 1};
    free(rows);
    return ok;
}

static bool note_pass(struct store *s, unixtime before, struct error *e)
{
    char text[32];
    snprintf(text, sizeof text, "%lld", (long long)before);
    return store_note_set(s, STORE_NOTE_PRUNED, text, e);
}

/* The small tables and the journal. */
static bool prune_rest(struct store *s, unixtime before, size_t most, bool *full, struct error *e)
{
    const struct value time[] = {value_int(before), value_int((int64_t)most)};
    const struct value day[] = {value_int(before / SECONDS_PER_DAY)};
    int64_t events = 0;
    struct write w;
    if (!write_start(s, ORDERED, &w, e))
        return false;
    bool ok = store_run(s, OLD_NAMELESS_DELETE, time, 1, NULL, e) &&
              store_run(s, OLD_RELAYED_DELETE, time, 1, NULL, e) &&
              store_run(s, OLD_STRAYS_DELETE, time, 1, NULL, e) &&
              store_run(s, OLD_GAPS_DELETE, time, 1, NULL, e) &&
              store_run(s, OLD_DAYS_DELETE, day, 1, NULL, e) &&
              store_run(s, OLD_EVENTS_DELETE, time, 2, &events, e);
    *full = events == (int64_t)most;
    if (ok && !*full)
        ok = note_pass(s, before, e);
    return write_end(s, &w, ok, e);
}

/* Was all of it done less than a day ago? */
static bool is_done(struct store *s, unixtime before, bool *done, struct error *e)
{
    const char *note;
    arena_reset(s->scratch);
    if (!store_note_get(s, s->scratch, STORE_NOTE_PRUNED, &note, e))
        return false;
    unixtime last = strtoll(note, NULL, 10);
    *done = *note != '\0' && before >= last && before - last < SECONDS_PER_DAY;
    return true;
}

bool store_prune(struct store *s, unixtime before, int most, bool *left, struct error *e)
{
    size_t rows = most > 0 ? (size_t)most : 1;
    bool done = false, full = false;
    *left = false;
    if (s->prune.stage == PRUNE_START && (!is_done(s, before, &done, e) || done))
        return done;
    if (s->prune.stage == PRUNE_START)
        s->prune = (struct prune_state){.stage = PRUNE_IDS};
    if (s->prune.stage == PRUNE_IDS && !prune_sent(s, OLD_IDS, before, rows, &full, e))
        return false;
    if (s->prune.stage == PRUNE_RECIPIENTS &&
        !prune_sent(s, OLD_RECIPIENTS, before, rows, &full, e))
        return false;
    if (s->prune.stage == PRUNE_REST && !prune_rest(s, before, rows, &full, e))
        return false;
    *left = full;
    if (!full) {
        s->prune = (struct prune_state){.stage = PRUNE_START};
        s->engine->tidy(s->connection);
    }
    return true;
}
