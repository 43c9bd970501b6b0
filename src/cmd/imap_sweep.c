/*
 * The sweep of an account. Of each new message the header and the structure are read first, and the
 * whole only where a rule may still hold; that is read in a child process that stays. Responses
 * wait until there are some, are journaled under their UIDs, then moved, and only then is noted how
 * far the run has come: one that is cut anywhere is taken up by the next, which finds the events
 * already there.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/limits.h"
#include "cmd/command.h"
#include "cmd/imap_copied.h"
#include "cmd/imap_place.h"
#include "cmd/imap_reached.h"
#include "cmd/imap_returned.h"
#include "cmd/imap_run.h"
#include "evidence/bulk_reader.h"
#include "mailbox/imap_fetch.h"
#include "mailbox/imap_folder.h"
#include "sources/source.h"

/* A message that is, or may be, a response. */
struct candidate {
    uint32_t uid, size;
    bool was_read, is_response;
    const char *folder; /* of [folders]; NULL: it stays where it is */
    struct verdict verdict;
    struct span findings; /* findings_encode's bytes */
    const char *rule;
    unixtime arrival;
};

struct sweep {
    struct imap_run *run;
    const char *mailbox; /* on the server */
    struct imap_mailbox state;
    struct arena *arena; /* of a batch */
    /* Responses that wait to be filed, then those of the batch at hand; UIDs ascending. */
    struct candidate candidates[LIMIT_IMAP_FILED];
    size_t count, waiting;
    int64_t filed_at; /* clock_monotonic_us */
    struct imap_reached reached;
    /* The batch, and of which of it a header has come. */
    const uint32_t *uids;
    size_t uid_count;
    bool has_header[LIMIT_IMAP_BATCH];
    struct bulk_reader *reader;
    struct candidate *reading[LIMIT_IMAP_BATCH]; /* in the order in which they were put in */
    size_t put, answered;
    struct error *e; /* of those who wait for answers */
};

/* --- which messages must be looked at whole --- */

/* The server's structure counts only where both agree on what the message is. */
static struct span agreed_structure(struct message *header, struct span structure)
{
    char type[256];
    snprintf(type, sizeof type, "%s/%s", header->root->type, header->root->subtype);
    size_t n = span_find_byte(structure, '(', 0);
    return span_is(span_slice(structure, 0, n), type) ? structure : (struct span){0};
}

static bool may_be_response(struct sweep *s, const struct imap_message *m, bool *out)
{
    struct arena *arena = arena_new(LIMIT_ARENA);
    struct message *header = arena ? message_parse(arena, m->bytes) : NULL;
    *out = m->bytes.n >= LIMIT_IMAP_HEADER ||
           (header && ruleset_may_match(s->run->context.rules, header,
                                        agreed_structure(header, m->structure), NULL));
    arena_free(arena);
    return header != NULL;
}

static size_t place_in_batch(const struct sweep *s, uint32_t uid)
{
    size_t i = 0;
    while (s->uids[i] != uid)
        i++;
    return i;
}

/* A server may say the same twice. */
static bool look_at_header(void *context, const struct imap_message *m, struct error *e)
{
    struct sweep *s = context;
    bool may, *has_header = &s->has_header[place_in_batch(s, m->uid)];
    if (*has_header)
        return true;
    *has_header = true;
    s->run->tally.looked_at++;
    if (m->deleted)
        return true;
    if (!may_be_response(s, m, &may))
        return error_memory(e);
    if (may)
        s->candidates[s->count++] =
            (struct candidate){.uid = m->uid, .size = m->size, .arrival = m->arrival};
    return true;
}

/* --- judging --- */

/* Findings are gone when the answer has been taken; what the journal keeps of them is copied. */
static bool keep_findings(struct sweep *s, struct candidate *c, const struct findings *f)
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
static bool set_aside_returned(struct sweep *s, struct candidate *c)
{
    const struct imap_place place = {s->mailbox, s->state.validity, c->uid};
    bool returned = false;
    if (c->folder && c->arrival < s->reached.before &&
        !imap_returned(s->run, s->arena, &place, c->arrival, c->findings, &returned, s->e))
        return false;
    c->is_response = !returned;
    return true;
}

static bool judge(struct sweep *s, struct candidate *c, const struct findings *f)
{
    const struct imap_run *r = s->run;
    struct index_access index = {.store = r->context.store, .count_strays = !r->options.dry_run};
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
    return set_aside_returned(s, c);
}

/* What was found in the message that was put in first. One that cannot be read stays where it is,
 * as with a delivery. */
static bool take_answer(void *context, const struct findings *found,
                        const struct reader_notes *notes, const struct error *why)
{
    struct sweep *s = context;
    struct imap_run *r = s->run;
    struct candidate *c = s->reading[s->answered++];
    if (notes->broken_rule[0])
        log_line(r->context.log, LOG_LEVEL_WARNING,
                 "rule %s failed on a message and was passed over", notes->broken_rule);
    if (found)
        return found->class == CLASS_MAIL || judge(s, c, found);
    r->tally.failed++;
    log_line(r->context.log, LOG_LEVEL_WARNING, "%s: message %u stays unclassified: %s", r->name,
             c->uid, why->text);
    return true;
}

static bool look_at_whole(void *context, const struct imap_message *m, struct error *e)
{
    struct sweep *s = context;
    struct candidate *c = s->candidates + s->waiting;
    while (c->uid != m->uid)
        c++;
    if (c->was_read) /* a server may say the same twice */
        return true;
    c->was_read = true;
    s->run->tally.fetched++;
    s->reading[s->put++] = c;
    return bulk_reader_put_bytes(s->reader, m->bytes, e);
}

/* Whole messages, as many at once as LIMIT_IMAP_BODIES holds. */
static bool fetch_candidates(struct sweep *s, struct error *e)
{
    uint32_t uids[LIMIT_IMAP_BATCH];
    for (size_t i = s->waiting; i < s->count;) {
        size_t n = 0;
        uint64_t bytes = 0;
        do {
            uint32_t size = s->candidates[i].size;
            bytes += size < LIMIT_MESSAGE_PARSED ? size : LIMIT_MESSAGE_PARSED;
            uids[n++] = s->candidates[i++].uid;
        } while (i < s->count && bytes + s->candidates[i].size <= LIMIT_IMAP_BODIES);
        if (!imap_fetch(&s->run->session, uids, n, IMAP_WHOLE, look_at_whole, s, e))
            return false;
    }
    return true;
}

static bool judge_candidates(struct sweep *s, struct error *e)
{
    s->put = s->answered = 0;
    s->e = e;
    return s->count == s->waiting || (fetch_candidates(s, e) && bulk_reader_finish(s->reader, e));
}

/* --- the journal --- */

/* The message's place before it is moved. */
static const char *file_of(struct sweep *s, uint32_t uid)
{
    const struct imap_place place = {s->mailbox, s->state.validity, uid};
    return imap_place_write(s->arena, &place);
}

static bool add_event(struct sweep *s, const struct candidate *c, const char *file, struct error *e)
{
    struct journal_event event = {
        .time = clock_now(),
        .arrival = c->arrival,
        .class_ = class_name(c->verdict.class),
        .origin = origin_name(c->verdict.origin),
        .rule = c->rule,
        .row = c->verdict.row,
        .marked = c->verdict.marked,
        .mailbox = s->run->name,
        .folder = c->folder ? c->folder : "INBOX",
        .file = file,
        .previous_origin = "",
        .findings = c->findings,
    };
    return journal_add(s->run->context.store, &event, e);
}

/* An event that is there is from a run that was cut behind it. It says what this run says, or what
 * the index has learned since. */
static bool journal_one(struct sweep *s, const struct candidate *c, struct error *e)
{
    struct journal_event event;
    struct store *store = s->run->context.store;
    const char *file = file_of(s, c->uid);
    if (!file)
        return error_memory(e);
    switch (journal_find(store, s->arena, s->run->name, file, &event, e)) {
    case LOOKUP_ERROR:
        return false;
    case LOOKUP_NO:
        return add_event(s, c, file, e);
    case LOOKUP_YES:
        break;
    }
    event.origin = origin_name(c->verdict.origin);
    event.row = c->verdict.row;
    event.marked = c->verdict.marked;
    event.folder = c->folder ? c->folder : "INBOX";
    return journal_update(store, &event, e);
}

static bool journal_batch(struct sweep *s, struct error *e)
{
    struct store *store = s->run->context.store;
    if (!store_begin(store, e))
        return false;
    for (size_t i = 0; i < s->count; i++)
        if (s->candidates[i].is_response && !journal_one(s, &s->candidates[i], e)) {
            store_rollback(store);
            return false;
        }
    return store_commit(store, e);
}

/* --- moving --- */

static bool is_for(const struct candidate *c, const char *folder)
{
    return c->is_response && c->folder && strcmp(c->folder, folder) == 0;
}

/* Calls do_it once for each folder that something of the batch goes to. */
static bool each_folder(struct sweep *s,
                        bool (*do_it)(struct sweep *s, const char *folder, struct error *e),
                        struct error *e)
{
    for (size_t i = 0; i < s->count; i++) {
        const struct candidate *c = &s->candidates[i];
        if (!c->is_response || !c->folder)
            continue;
        size_t first = 0;
        while (!is_for(&s->candidates[first], c->folder))
            first++;
        if (first == i && !do_it(s, c->folder, e))
            return false;
    }
    return true;
}

static bool ensure_folder(struct sweep *s, const char *folder, struct error *e)
{
    const char *name = imap_folder_name(&s->run->session, folder, e);
    return name && imap_folder_ensure(&s->run->session, name, e);
}

/* Where the message is now: recheck finds it there. */
static bool journal_place(struct sweep *s, uint32_t uid, const struct imap_place *place,
                          struct error *e)
{
    struct journal_event event;
    struct store *store = s->run->context.store;
    const char *file = file_of(s, uid), *there = imap_place_write(s->arena, place);
    if (!file || !there)
        return error_memory(e);
    enum lookup found = journal_find(store, s->arena, s->run->name, file, &event, e);
    event.file = there;
    return found != LOOKUP_ERROR && (found == LOOKUP_NO || journal_update(store, &event, e));
}

static bool journal_places(struct sweep *s, const char *name, uint32_t validity,
                           const uint32_t *uids, const uint32_t *placed, size_t count,
                           struct error *e)
{
    struct store *store = s->run->context.store;
    if (validity == 0)
        return true;
    if (!store_begin(store, e))
        return false;
    for (size_t i = 0; i < count; i++) {
        const struct imap_place place = {name, validity, placed[i]};
        if (placed[i] != 0 && !journal_place(s, uids[i], &place, e)) {
            store_rollback(store);
            return false;
        }
    }
    return store_commit(store, e);
}

static bool move_to_folder(struct sweep *s, const char *folder, struct error *e)
{
    uint32_t uids[LIMIT_IMAP_FILED], placed[LIMIT_IMAP_FILED], validity;
    size_t n = 0;
    enum imap_moved how;
    const char *name = imap_folder_name(&s->run->session, folder, e);
    if (!name || strcmp(name, s->mailbox) == 0)
        return name != NULL;
    for (size_t i = 0; i < s->count; i++)
        if (is_for(&s->candidates[i], folder))
            uids[n++] = s->candidates[i].uid;
    if (!imap_move(&s->run->session, uids, n, name, &how, &validity, placed, e) ||
        !journal_places(s, name, validity, uids, placed, n, e))
        return false;
    s->run->tally.moved += (int64_t)n;
    if (how == IMAP_MOVED_AND_MARKED)
        s->run->tally.marked_only = true;
    return true;
}

static void print_candidates(const struct sweep *s)
{
    for (size_t i = 0; i < s->count; i++) {
        const struct candidate *c = &s->candidates[i];
        if (c->is_response)
            printf("%s %u: %s %s -> %s (%s)\n", s->mailbox, c->uid, class_name(c->verdict.class),
                   origin_name(c->verdict.origin), c->folder ? c->folder : s->mailbox, c->rule);
    }
}

/* --- batches --- */

/* What an earlier run has copied needs neither event nor move. */
static bool finish_copied(struct sweep *s, struct error *e)
{
    uint32_t uids[LIMIT_IMAP_FILED];
    bool done[LIMIT_IMAP_FILED];
    size_t n = 0, k = 0;
    for (size_t i = 0; i < s->count; i++)
        if (s->candidates[i].is_response)
            uids[n++] = s->candidates[i].uid;
    if (!imap_finish_copied(s->run, s->arena, s->mailbox, s->state.validity, uids, n, done, e))
        return false;
    for (size_t i = 0; i < s->count; i++)
        if (s->candidates[i].is_response && done[k++])
            s->candidates[i].is_response = false;
    return true;
}

static bool file_batch(struct sweep *s, struct error *e)
{
    int64_t responses = 0;
    for (size_t i = 0; i < s->count; i++)
        responses += s->candidates[i].is_response;
    s->run->tally.responses += responses;
    if (s->run->options.dry_run) {
        print_candidates(s);
        return true;
    }
    return responses == 0 || (finish_copied(s, e) && each_folder(s, ensure_folder, e) &&
                              journal_batch(s, e) && each_folder(s, move_to_folder, e));
}

static int by_uid(const void *a, const void *b)
{
    const struct candidate *x = a, *y = b;
    return (x->uid > y->uid) - (x->uid < y->uid);
}

/* A server may answer in any order. */
static void sort_candidates(struct sweep *s)
{
    qsort(s->candidates + s->waiting, s->count - s->waiting, sizeof *s->candidates, by_uid);
}

/* The messages of the batch of which no header or, where it was asked for, no whole has come. Both
 * are ascending. */
static size_t find_unanswered(const struct sweep *s, uint32_t *out)
{
    const struct candidate *c = s->candidates + s->waiting, *end = s->candidates + s->count;
    size_t n = 0;
    for (size_t i = 0; i < s->uid_count; i++) {
        bool is_candidate = c < end && c->uid == s->uids[i];
        if (!s->has_header[i] || (is_candidate && !c->was_read))
            out[n++] = s->uids[i];
        c += is_candidate;
    }
    return n;
}

/* They have been expunged meanwhile, or the server gives nothing of them. */
static bool hold_unanswered(struct sweep *s, struct error *e)
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

static void keep_responses(struct sweep *s)
{
    size_t kept = s->waiting;
    for (size_t i = kept; i < s->count; i++)
        if (s->candidates[i].is_response)
            s->candidates[kept++] = s->candidates[i];
    s->count = s->waiting = kept;
}

static bool sweep_batch(struct sweep *s, const uint32_t *uids, size_t count, struct error *e)
{
    enum imap_part part = s->run->without_structure ? IMAP_HEADER : IMAP_HEADER_AND_STRUCTURE;
    s->uids = uids;
    s->uid_count = count;
    memset(s->has_header, 0, sizeof s->has_header);
    bool ok = imap_fetch(&s->run->session, uids, count, part, look_at_header, s, e);
    /* Only here is there an answer whose form a message can choose. */
    if (!ok && part == IMAP_HEADER)
        s->run->session.misunderstood = false;
    sort_candidates(s);
    ok = ok && judge_candidates(s, e) && hold_unanswered(s, e);
    keep_responses(s);
    return ok;
}

/* --- one mailbox --- */

static void begin_waiting(struct sweep *s)
{
    s->count = s->waiting = 0;
    s->filed_at = clock_monotonic_us();
    arena_reset(s->arena);
}

/* A move costs some servers a look at the whole mailbox, so many responses share one. */
static bool is_due(const struct sweep *s)
{
    return s->waiting > LIMIT_IMAP_FILED - LIMIT_IMAP_BATCH ||
           clock_monotonic_us() - s->filed_at >= (int64_t)LIMIT_IMAP_UNFILED_MS * 1000;
}

static bool file_waiting(struct sweep *s, uint32_t last, struct error *e)
{
    bool ok = file_batch(s, e) && imap_reached_write(s->run, &s->reached, last, e);
    begin_waiting(s);
    return ok;
}

static bool sweep_uids(struct sweep *s, const uint32_t *uids, size_t count, struct error *e)
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
static size_t within_limit(const struct sweep *s, size_t count)
{
    size_t limit = s->run->options.limit, done = (size_t)s->run->tally.looked_at;
    if (limit == 0)
        return count;
    size_t left = done < limit ? limit - done : 0;
    return count < left ? count : left;
}

static bool open_mailbox(struct sweep *s, const char *name, struct error *e)
{
    const struct imap_run *r = s->run;
    bool read_only = r->options.dry_run || r->context.config->observe;
    return imap_select_named(&s->run->session, name, read_only, &s->state, &s->mailbox, e);
}

/* The one that was opened last. */
static bool sweep_mailbox(struct sweep *s, struct error *e)
{
    struct imap_run *r = s->run;
    uint32_t *uids;
    size_t found;
    if (!imap_reached_read(r, s->mailbox, s->state.validity, &s->reached, e))
        return false;
    uint32_t last = s->reached.last;
    if (s->state.next != 0 && s->state.next <= last + 1)
        return true;
    struct arena *arena = arena_new(LIMIT_ARENA);
    bool ok = (arena || error_memory(e)) &&
              imap_search(&s->run->session, arena, last + 1, r->options.since, &uids, &found, e);
    if (ok) {
        size_t count = within_limit(s, found);
        ok = sweep_uids(s, uids, count, e);
        /* What was not found has gone, or came before --since. */
        uint32_t end = found > 0 ? uids[found - 1] : last;
        if (ok && count == found && s->state.next > end + 1)
            ok = imap_reached_write(r, &s->reached, s->state.next - 1, e);
    }
    arena_free(arena);
    return ok;
}

static bool open_sweep(struct sweep *s, struct imap_run *r, struct error *e)
{
    const struct bulk_reading reading = {.rules = r->context.rules,
                                         .config = r->context.config,
                                         .answer = take_answer,
                                         .context = s};
    s->run = r;
    s->arena = arena_new(4 * LIMIT_ARENA);
    s->reader = bulk_reader_open(&reading, e);
    return s->reader && (s->arena || error_memory(e));
}

/* One that is not there keeps none behind it from being swept. The last failure goes to *e, those
 * before it are told of here. */
static bool sweep_mailboxes(struct sweep *s, struct error *e)
{
    struct imap_run *r = s->run;
    const struct config_list *mailboxes = &r->account->mailboxes;
    struct error missing = {0};
    bool ok = true;
    for (size_t i = 0; ok && i < mailboxes->count; i++) {
        struct error why = {0};
        bool is_open = open_mailbox(s, mailboxes->items[i], &why);
        ok = is_open ? sweep_mailbox(s, &why) : why.kind == ERROR_DATA;
        if (ok && is_open) {
            if (i == 0)
                r->first = s->state;
            continue;
        }
        if (missing.kind) {
            imap_end_progress(r);
            command_print_error(&missing);
        }
        missing = why;
    }
    *e = missing;
    return !missing.kind;
}

bool imap_sweep(struct imap_run *r, struct error *e)
{
    struct sweep *s = calloc(1, sizeof *s);
    if (!s)
        return error_memory(e);
    bool ok = open_sweep(s, r, e) && sweep_mailboxes(s, e);
    bulk_reader_close(s->reader);
    arena_free(s->arena);
    free(s);
    return ok;
}
