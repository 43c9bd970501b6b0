/*
 * Judging apart. Rules and charsets are loaded before the child is born, because it can open
 * nothing afterwards; the store is opened when a response has been seen.
 */
#include "cmd/judge_apart.h"

#include "base/limits.h"
#include "sources/source.h"

bool apart_start(struct context *c, struct apart *a, struct span bytes, int fd,
                 const struct envelope *envelope, struct error *e)
{
    if (!context_load_rules(c, false, e))
        return false;
    a->envelope = *envelope;
    struct reader_job job = {.bytes = bytes,
                             .fd = fd,
                             .rules = c->rules,
                             .config = c->config,
                             .envelope = &a->envelope,
                             .notes = &a->notes};
    a->reader = reader_start(&job, e);
    return a->reader != NULL;
}

struct findings *apart_answer(struct context *c, struct apart *a, struct error *e)
{
    struct findings *found = NULL;
    if (reader_answer(a->reader, c->arena, &found, e) != READER_DONE) {
        context_doubt_rules(c);
        return NULL;
    }
    if (a->notes.broken_rule[0])
        log_line(c->log, LOG_LEVEL_WARNING, "rule %s failed on a message and was passed over",
                 a->notes.broken_rule);
    return found;
}

void apart_end(struct apart *a)
{
    if (a->reader)
        reader_end(a->reader);
    a->reader = NULL;
}

/* A store that cannot be written, say on a full disk, may still be read. */
static void open_index(struct context *c, struct index_access *index)
{
    struct error e = {0};
    if (context_open_store(c, STORE_WRITE, LIMIT_LOOKUP_MS, &e)) {
        sources_refresh(c->store, c->config);
    } else if (!context_open_store(c, STORE_READ, LIMIT_LOOKUP_MS, &e)) {
        index->note = arena_string(c->arena, span_of(e.text));
    }
    index->store = c->store;
}

bool apart_judge(struct context *c, const struct findings *f, bool count_strays,
                 struct verdict *out, struct error *e)
{
    struct index_access index = {.count_strays = count_strays};
    /* Before the sources are refreshed: their coverage ends where that begins. */
    unixtime arrival = clock_now();
    if (f->class != CLASS_MAIL)
        open_index(c, &index);
    if (!verdict_judge(c->arena, f, c->config, &index, arrival, out))
        return error_memory(e);
    if (out->row == 4 && out->store_note[0])
        return error_set(e, ERROR_RETRY,
                         "its origin is unknown: %s. 'backsift sweep' judges it again when that is "
                         "mended",
                         out->store_note);
    return true;
}
