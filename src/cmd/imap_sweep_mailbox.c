/*
 * One mailbox. Of each new message the header and the structure are fetched first, and the whole
 * only where a rule may still hold; both are read in a child process that stays and can reach
 * neither the server nor a file. Responses wait until there are some, are filed (imap_filing.h),
 * and only then is noted how far the run has come: one that is cut anywhere is taken up by the
 * next.
 */
#include "cmd/imap_sweep_mailbox.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/limits.h"
#include "cmd/imap_filing.h"
#include "cmd/imap_place.h"
#include "cmd/imap_reached.h"
#include "cmd/imap_returned.h"
#include "cmd/imap_shown.h"
#include "evidence/bulk_reader.h"
#include "mailbox/imap_folder.h"
#include "mailbox/imap_special.h"

struct imap_sweeping {
    struct imap_run *run;
    unixtime begun;
    const char *mailbox; /* on the server */
    struct imap_mailbox state;
    struct arena *arena; /* of a batch */
    /* Responses that wait to be filed, then those of the batch at hand; UIDs ascending. */
    struct imap_candidate candidates[LIMIT_IMAP_FILED];
    size_t count, waiting;
    int64_t filed_at; /* clock_monotonic_us */
    struct imap_reached reached;
    struct imap_shown *shown;
    /* The batch, and of which of it a header has come. */
    const uint32_t *uids;
    size_t uid_count;
    bool has_header[LIMIT_IMAP_BATCH];
    struct bulk_reader *reader;
    struct imap_candidate headers[LIMIT_IMAP_BATCH]; /* in the order in which they were put in */
    size_t headers_put, headers_answered;
    struct imap_candidate *reading[LIMIT_IMAP_BATCH]; /* in the order in which they were put in */
    size_t put, answered;
    struct error *e; /* of those who wait for answers */
};

/* --- which messages must be looked at whole --- */

/* A server may say the same twice. */
static bool look_at_header(void *context, const struct imap_message *m, struct error *e)
{
    struct imap_sweeping *s = context;
    bool *has_header = &s->has_header[imap_find_uid(m->uid, s->uids, s->uid_count)];
    if (*has_header)
        return true;
    *has_header = true;
    s->run->tally.looked_at++;
    if (m->deleted)
        return true;
    const struct imap_candidate c = {.mark = imap_mark_of(m), .arrival = m->arrival};
    if (m->bytes.n >= LIMIT_IMAP_HEADER) {
        s->candidates[s->count++] = c; /* it may have been cut off */
        return true;
    }
    s->headers[s->headers_put++] = c;
    return bulk_reader_put_header(s->reader, m->bytes, m->structure, e);
}

static bool take_header(void *context, bool may_match)
{
    struct imap_sweeping *s = context;
    const struct imap_candidate *c = &s->headers[s->headers_answered++];
    if (may_match)
        s->candidates[s->count++] = *c;
    return true;
}

/* --- judging --- */

/* Findings are gone when the answer has been taken; what the journal keeps of them is copied. */
static bool keep_findings(struct imap_sweeping *s, struct imap_candidate *c,
                          const struct findings *f)
{
    struct buf wire = {.limit = LIMIT_FINDINGS};
    const char *copy = findings_encode(f, &wire) ? arena_string(s->arena, buf_span(&wire)) : NULL;
    c->findings = (struct span){copy, wire.n};
    c->rule = arena_string(s->arena, span_of(f->rule));
    buf_free(&wire);
    return copy && c->rule;
}

/* A message older than the last sweep was not there then: it may be one that was filed and has been
 * moved back by hand. */
static bool set_aside_returned(struct imap_sweeping *s, struct imap_candidate *c)
{
    const struct imap_place place = {s->mailbox, s->state.validity, c->mark.uid};
    bool returned = false;
    if (c->folder &&
        !imap_returned(s->run, s->arena, &place, c->arrival, c->findings, &returned, s->e))
        return false;
    c->is_response = !returned;
    return true;
}

/* It may have come to this mailbox and another at once, and have been filed from that. */
static bool follow_shown(struct imap_sweeping *s, struct imap_candidate *c, unixtime filed_since)
{
    const struct imap_place place = {s->mailbox, s->state.validity, c->mark.uid};
    const char *file = imap_place_write(s->arena, &place);
    if (!file)
        return error_memory(s->e);
    const char *folder = imap_shown_folder(s->shown, file, c->arrival, c->findings, filed_since);
    c->is_journaled = folder != NULL;
    if (folder)
        c->folder = strcmp(folder, "INBOX") == 0 ? NULL : arena_string(s->arena, span_of(folder));
    c->is_response = !folder || c->folder;
    return true;
}

/* What this run itself has filed nobody has moved back. */
static bool set_aside_known(struct imap_sweeping *s, struct imap_candidate *c)
{
    bool is_old = c->arrival < s->reached.before;
    return follow_shown(s, c, is_old ? s->begun : 0) &&
           (!is_old || c->is_journaled || set_aside_returned(s, c));
}

static bool count_once(struct imap_sweeping *s, const char *id, const char *counted,
                       struct span place, struct error *e)
{
    struct store *store = s->run->context.store;
    bool seen;
    int count;
    if (!store_item_seen(store, counted, place, &seen, e))
        return false;
    return seen ||
           (store_count_stray(store, id, &count, e) && store_item_add(store, counted, place, e));
}

/* A run that is cut judges again what it has not filed, so what was counted is remembered. */
static bool count_stray(struct imap_sweeping *s, const struct imap_candidate *c)
{
    struct store *store = s->run->context.store;
    const struct imap_place at = {s->mailbox, s->state.validity, c->mark.uid};
    const char *place = imap_place_write(s->arena, &at);
    const char *counted = arena_printf(s->arena, "%s:strays", s->run->name);
    if (!place || !counted)
        return error_memory(s->e);
    if (!store_begin_unsynced(store, s->e))
        return false;
    if (count_once(s, c->verdict.known_id, counted, span_of(place), s->e))
        return store_commit(store, s->e);
    store_rollback(store);
    return false;
}

static bool judge(struct imap_sweeping *s, struct imap_candidate *c, const struct findings *f)
{
    const struct imap_run *r = s->run;
    struct index_access index = {.store = r->context.store};
    unixtime now = clock_now();
    if (c->arrival <= 0 || c->arrival > now)
        c->arrival = now;
    if (!verdict_judge(s->arena, f, r->context.config, &index, c->arrival, &c->verdict) ||
        !keep_findings(s, c, f))
        return error_memory(s->e);
    if (c->verdict.row == 4 && c->verdict.store_note[0])
        return error_set(s->e, ERROR_RETRY, "the index cannot be read: %s", c->verdict.store_note);
    bool stays = r->context.config->observe || strcmp(c->verdict.folder, "INBOX") == 0;
    c->folder = stays ? NULL : c->verdict.folder;
    if (!set_aside_known(s, c))
        return false;
    bool is_stray = c->is_response && !c->is_journaled && c->verdict.marked && !r->options.dry_run;
    return !is_stray || count_stray(s, c);
}

/* What was found in the message that was put in first. One that cannot be read stays where it is,
 * as with a delivery. */
static bool take_answer(void *context, const struct findings *found,
                        const struct reader_notes *notes, const struct error *why)
{
    struct imap_sweeping *s = context;
    struct imap_run *r = s->run;
    struct imap_candidate *c = s->reading[s->answered++];
    if (notes->broken_rule[0])
        log_line(r->context.log, LOG_LEVEL_WARNING,
                 "rule %s failed on a message and was passed over", notes->broken_rule);
    if (found)
        return found->class == CLASS_MAIL || judge(s, c, found);
    r->tally.failed++;
    log_line(r->context.log, LOG_LEVEL_WARNING, "%s: message %u stays unclassified: %s", r->name,
             c->mark.uid, why->text);
    return true;
}

static bool look_at_whole(void *context, const struct imap_message *m, struct error *e)
{
    struct imap_sweeping *s = context;
    struct imap_candidate *c = s->candidates + s->waiting;
    while (c->mark.uid != m->uid)
        c++;
    if (c->was_read) /* a server may say the same twice */
        return true;
    c->was_read = true;
    s->run->tally.fetched++;
    s->reading[s->put++] = c;
    return bulk_reader_put_bytes(s->reader, m->bytes, e);
}

/* Whole messages, as many at once as LIMIT_IMAP_BODIES holds. */
static bool fetch_candidates(struct imap_sweeping *s, struct error *e)
{
    uint32_t uids[LIMIT_IMAP_BATCH];
    for (size_t i = s->waiting; i < s->count;) {
        size_t n = 0;
        uint64_t bytes = 0;
        do {
            uint32_t size = s->candidates[i].mark.size;
            bytes += size < LIMIT_MESSAGE_PARSED ? size : LIMIT_MESSAGE_PARSED;
            uids[n++] = s->candidates[i++].mark.uid;
        } while (i < s->count && bytes + s->candidates[i].mark.size <= LIMIT_IMAP_BODIES);
        if (!imap_fetch(&s->run->session, uids, n, IMAP_WHOLE, look_at_whole, s, e))
            return false;
    }
    return true;
}

static bool judge_candidates(struct imap_sweeping *s, struct error *e)
{
    s->put = s->answered = 0;
    s->e = e;
    return s->count == s->waiting || (fetch_candidates(s, e) && bulk_reader_finish(s->reader, e));
}

/* --- batches --- */

static int by_uid(const void *a, const void *b)
{
    const struct imap_candidate *x = a, *y = b;
    return (x->mark.uid > y->mark.uid) - (x->mark.uid < y->mark.uid);
}

/* A server may answer in any order. */
static void sort_candidates(struct imap_sweeping *s)
{
    qsort(s->candidates + s->waiting, s->count - s->waiting, sizeof *s->candidates, by_uid);
}

/* The messages of the batch of which no header or, where it was asked for, no whole has come. Both
 * are ascending. */
static size_t find_unanswered(const struct imap_sweeping *s, uint32_t *out)
{
    const struct imap_candidate *c = s->candidates + s->waiting, *end = s->candidates + s->count;
    size_t n = 0;
    for (size_t i = 0; i < s->uid_count; i++) {
        bool is_candidate = c < end && c->mark.uid == s->uids[i];
        if (!s->has_header[i] || (is_candidate && !c->was_read))
            out[n++] = s->uids[i];
        c += is_candidate;
    }
    return n;
}

/* They have been expunged meanwhile, or the server gives nothing of them. */
static bool hold_unanswered(struct imap_sweeping *s, struct error *e)
{
    uint32_t unanswered[LIMIT_IMAP_BATCH], *there = NULL;
    size_t count = 0, held = 0, n = find_unanswered(s, unanswered);
    if (n > 0 && !imap_search_among(&s->run->session, s->arena, unanswered, n, &there, &count, e))
        return false;
    if (count == 0)
        return true;
    for (size_t i = 0; i < count; i++)
        held += imap_reached_hold(&s->reached, there[i]);
    s->run->tally.failed += (int64_t)count;
    log_line(s->run->context.log, LOG_LEVEL_WARNING,
             "%s: the server gives nothing of %zu messages in %s, the first with UID %u: %zu are "
             "looked at again by the next run",
             s->run->name, count, s->mailbox, there[0], held);
    return true;
}

static void keep_responses(struct imap_sweeping *s)
{
    size_t kept = s->waiting;
    for (size_t i = kept; i < s->count; i++)
        if (s->candidates[i].is_response)
            s->candidates[kept++] = s->candidates[i];
    s->count = s->waiting = kept;
}

static bool sweep_batch(struct imap_sweeping *s, const uint32_t *uids, size_t count,
                        struct error *e)
{
    enum imap_part part = s->run->without_structure ? IMAP_HEADER : IMAP_HEADER_AND_STRUCTURE;
    s->uids = uids;
    s->uid_count = count;
    s->headers_put = s->headers_answered = 0;
    memset(s->has_header, 0, sizeof s->has_header);
    bool ok = imap_fetch(&s->run->session, uids, count, part, look_at_header, s, e);
    /* Only here is there an answer whose form a message can choose. */
    if (!ok && part == IMAP_HEADER)
        s->run->session.misunderstood = false;
    ok = ok && bulk_reader_finish(s->reader, e);
    sort_candidates(s);
    ok = ok && judge_candidates(s, e) && hold_unanswered(s, e);
    keep_responses(s);
    return ok;
}

/* --- one mailbox --- */

static void begin_waiting(struct imap_sweeping *s)
{
    s->count = s->waiting = 0;
    s->filed_at = clock_monotonic_us();
    arena_reset(s->arena);
}

/* A move costs some servers a look at the whole mailbox, so many responses share one. */
static bool is_due(const struct imap_sweeping *s)
{
    return s->waiting > LIMIT_IMAP_FILED - LIMIT_IMAP_BATCH ||
           clock_monotonic_us() - s->filed_at >= (int64_t)LIMIT_IMAP_UNFILED_MS * 1000;
}

static bool file_responses(struct imap_sweeping *s, struct error *e)
{
    const struct imap_filing filing = {s->run,        s->arena, s->mailbox, s->state.validity,
                                       s->candidates, s->count};
    return imap_file_responses(&filing, e);
}

static bool file_waiting(struct imap_sweeping *s, uint32_t last, struct error *e)
{
    bool ok = file_responses(s, e) && imap_reached_write(s->run, &s->reached, last, e);
    begin_waiting(s);
    return ok;
}

static bool sweep_uids(struct imap_sweeping *s, const uint32_t *uids, size_t count, struct error *e)
{
    char text[64];
    begin_waiting(s);
    for (size_t i = 0; i < count; i += LIMIT_IMAP_BATCH) {
        size_t n = count - i < LIMIT_IMAP_BATCH ? count - i : LIMIT_IMAP_BATCH;
        if (!sweep_batch(s, uids + i, n, e))
            return false;
        if ((i + n == count || is_due(s)) && !file_waiting(s, uids[i + n - 1], e))
            return false;
        snprintf(text, sizeof text, "%zu of %zu", i + n, count);
        imap_show_progress(s->run, text);
    }
    return true;
}

/* How many of the found ones --limit leaves. */
static size_t within_limit(const struct imap_sweeping *s, size_t count)
{
    size_t limit = s->run->options.limit, done = (size_t)s->run->tally.looked_at;
    if (limit == 0)
        return count;
    size_t left = done < limit ? limit - done : 0;
    return count < left ? count : left;
}

bool imap_sweeping_select(struct imap_sweeping *s, const char *name, struct imap_mailbox *state,
                          struct error *e)
{
    const struct imap_run *r = s->run;
    bool read_only = r->options.dry_run || r->context.config->observe;
    bool ok = imap_select_named(&s->run->session, name, read_only, &s->state, &s->mailbox, e);
    *state = s->state;
    return ok;
}

/* From a view nothing can be moved away, and what it shows is swept where it stands. */
static bool is_no_view(struct imap_sweeping *s, struct error *e)
{
    bool view = false;
    if (strcmp(s->mailbox, "INBOX") != 0 && !imap_is_view(&s->run->session, s->mailbox, &view, e))
        return false;
    return !view ||
           error_set(e, ERROR_CONFIG,
                     "%s: %s only shows mail of other mailboxes, and is not swept: take it "
                     "out of 'mailbox'",
                     s->run->name, s->mailbox);
}

static bool sweep_new(struct imap_sweeping *s, struct arena *arena, struct error *e)
{
    struct imap_run *r = s->run;
    uint32_t *uids, last = s->reached.last;
    size_t found;
    if (!imap_search(&s->run->session, arena, last + 1, r->options.since, &uids, &found, e))
        return false;
    size_t count = within_limit(s, found);
    if (!sweep_uids(s, uids, count, e))
        return false;
    /* What was not found has gone, or came before --since. */
    uint32_t end = found > 0 ? uids[found - 1] : last;
    return count != found || s->state.next == 0 || s->state.next - 1 <= end ||
           imap_reached_write(r, &s->reached, s->state.next - 1, e);
}

/* A mailbox that comes from a backup may give again UIDs that were looked at, and a server may have
 * said any: all is looked at anew. */
static void go_back(struct imap_sweeping *s)
{
    log_line(
        s->run->context.log, LOG_LEVEL_WARNING,
        "%s: the server has gone back with its UIDs in %s, from %u to %u: all is looked at again",
        s->run->name, s->mailbox, s->reached.last, s->state.next);
    s->reached.last = s->reached.held_to = s->reached.held_times = 0;
}

bool imap_sweep_mailbox(struct imap_sweeping *s, struct error *e)
{
    struct imap_run *r = s->run;
    if (!imap_reached_read(r, s->mailbox, s->state.validity, &s->reached, e))
        return false;
    if (s->state.is_uidnext && s->state.next <= s->reached.last)
        go_back(s);
    if (s->reached.last == UINT32_MAX ||
        (s->state.next != 0 && s->state.next <= s->reached.last + 1))
        return true;
    if (!is_no_view(s, e) || !(s->shown = imap_shown_load(r, s->reached.before, e)))
        return false;
    struct arena *arena = arena_new(LIMIT_ARENA);
    bool ok = (arena || error_memory(e)) && sweep_new(s, arena, e);
    arena_free(arena);
    imap_shown_free(s->shown);
    return ok;
}

/* --- opening and closing --- */

static bool open_parts(struct imap_sweeping *s, struct error *e)
{
    const struct bulk_reading reading = {.rules = s->run->context.rules,
                                         .config = s->run->context.config,
                                         .answer = take_answer,
                                         .answer_header = take_header,
                                         .context = s};
    s->arena = arena_new(4 * LIMIT_ARENA);
    s->reader = bulk_reader_open(&reading, e);
    return s->reader && (s->arena || error_memory(e));
}

struct imap_sweeping *imap_sweeping_open(struct imap_run *r, struct error *e)
{
    struct imap_sweeping *s = calloc(1, sizeof *s);
    if (!s) {
        error_memory(e);
        return NULL;
    }
    s->run = r;
    s->begun = clock_now();
    if (open_parts(s, e))
        return s;
    imap_sweeping_close(s);
    return NULL;
}

void imap_sweeping_close(struct imap_sweeping *s)
{
    if (!s)
        return;
    bulk_reader_close(s->reader);
    arena_free(s->arena);
    free(s);
}
