/*
 * A note in the store, written before the server is told anything, says what is being moved: "begun
 * VALIDITY FIRST", mailbox and folder on lines of their own, then "UID SIZE DIGEST" for each
 * message. From there on an answer that never comes leaves a run that can tell what has happened.
 * Once the server has said that all is copied the first word is "copied": only then is anything
 * marked \Deleted here, so a message marked so while it still says "begun" was marked by somebody
 * else.
 */
#include "cmd/imap_moving.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/limits.h"
#include "cmd/imap_place.h"
#include "mailbox/imap_folder.h"

#define BEGUN  "begun"
#define COPIED "copied"

/* --- the note --- */

static bool set_note(const struct imap_moving *m, const char *text, struct error *e)
{
    const char *name = arena_printf(m->arena, "%s:moving", m->run->name);
    return name ? store_note_set(m->run->context.store, name, text, e) : error_memory(e);
}

static void write_mark(struct buf *out, const struct imap_mark *mark)
{
    buf_printf(out, "%" PRIu32 " %" PRIu32 " ", mark->uid, mark->size);
    for (size_t i = 0; i < sizeof mark->digest; i++)
        buf_printf(out, "%02x", mark->digest[i]);
    buf_add_byte(out, '\n');
}

/* Of the messages those that only[i] names; only NULL: all. */
static bool write_note(const struct imap_moving *m, const char *how, const bool *only,
                       struct error *e)
{
    struct buf out = {0};
    buf_printf(&out, "%s %" PRIu32 " %" PRIu32 "\n%s\n%s\n", how, m->validity, m->first, m->mailbox,
               m->folder);
    for (size_t i = 0; i < m->count; i++)
        if (!only || only[i])
            write_mark(&out, &m->marks[i]);
    bool ok = out.failed ? error_memory(e) : set_note(m, buf_string(&out), e);
    buf_free(&out);
    return ok;
}

static const char *take_line(struct arena *arena, struct span *text)
{
    size_t n = span_find_byte(*text, '\n', 0);
    const char *line = arena_string(arena, span_slice(*text, 0, n));
    *text = span_slice(*text, n + 1, text->n);
    return line;
}

static bool read_mark(const char *line, struct imap_mark *out)
{
    int at = 0;
    if (sscanf(line, "%" SCNu32 " %" SCNu32 " %n", &out->uid, &out->size, &at) < 2 || at == 0)
        return false;
    for (size_t i = 0; i < sizeof out->digest; i++) {
        unsigned byte;
        if (sscanf(line + at + 2 * i, "%2x", &byte) != 1)
            return false;
        out->digest[i] = (unsigned char)byte;
    }
    return true;
}

/* Fills m, with marks at `marks`, from a note. False when it is none. */
static bool read_note(struct imap_moving *m, struct span text, struct imap_mark *marks,
                      bool *is_copied)
{
    char how[16];
    const char *first = take_line(m->arena, &text);
    if (!first || sscanf(first, "%15s %" SCNu32 " %" SCNu32, how, &m->validity, &m->first) != 3)
        return false;
    *is_copied = strcmp(how, COPIED) == 0;
    m->mailbox = take_line(m->arena, &text);
    m->folder = take_line(m->arena, &text);
    m->marks = marks;
    while (text.n > 0 && m->count < LIMIT_IMAP_FILED) {
        const char *line = take_line(m->arena, &text);
        if (!line || !read_mark(line, &marks[m->count]))
            return false;
        m->count++;
    }
    return m->mailbox && m->folder;
}

/* --- the journal --- */

/* Where the message is now: recheck finds it there. */
static bool journal_place(const struct imap_moving *m, uint32_t uid, const struct imap_place *there,
                          struct error *e)
{
    const struct imap_place here = {m->mailbox, m->validity, uid};
    struct journal_event event;
    struct store *store = m->run->context.store;
    const char *old = imap_place_write(m->arena, &here), *new = imap_place_write(m->arena, there);
    if (!old || !new)
        return error_memory(e);
    enum lookup found = journal_find(store, m->arena, m->run->name, old, &event, e);
    event.file = new;
    event.folder = m->folder;
    return found != LOOKUP_ERROR && (found == LOOKUP_NO || journal_update(store, &event, e));
}

static bool journal_places(const struct imap_moving *m, const char *name, uint32_t validity,
                           const uint32_t *placed, struct error *e)
{
    for (size_t i = 0; i < m->count; i++) {
        const struct imap_place there = {name, validity, placed[i]};
        if (validity != 0 && placed[i] != 0 && !journal_place(m, m->marks[i].uid, &there, e))
            return false;
    }
    return true;
}

/* --- moving --- */

/* Journals where the messages are, and what is left to be done: the removal of those that old[i]
 * names; old NULL: nothing. */
static bool note_copies(const struct imap_moving *m, const char *name, uint32_t validity,
                        const uint32_t *placed, const bool *old, struct error *e)
{
    struct store *store = m->run->context.store;
    if (!store_begin(store, e))
        return false;
    if (journal_places(m, name, validity, placed, e) &&
        (old ? write_note(m, COPIED, old, e) : set_note(m, "", e)))
        return store_commit(store, e);
    store_rollback(store);
    return false;
}

static bool remove_old(const struct imap_moving *m, const bool *old, struct error *e)
{
    uint32_t uids[LIMIT_IMAP_FILED];
    size_t n = 0;
    bool marked_only;
    for (size_t i = 0; i < m->count; i++)
        if (old[i])
            uids[n++] = m->marks[i].uid;
    if (!imap_remove_copied(&m->run->session, uids, n, &marked_only, e))
        return false;
    m->run->tally.marked_only |= marked_only;
    return set_note(m, "", e);
}

/* What was judged under a UID may have another by now. */
static bool is_numbered_as_before(const struct imap_moving *m, struct error *e)
{
    const struct mailimap_selection_info *info = m->run->session.imap->imap_selection_info;
    return (info && info->sel_uidvalidity == m->validity) ||
           error_set(e, ERROR_RETRY, "%s: the server has numbered %s anew meanwhile", m->run->name,
                     m->mailbox);
}

bool imap_moving_run(const struct imap_moving *m, uint32_t *validity, uint32_t *placed,
                     struct error *e)
{
    uint32_t uids[LIMIT_IMAP_FILED];
    bool old[LIMIT_IMAP_FILED], is_copied;
    struct imap_session *session = &m->run->session;
    const char *name = imap_folder_name(session, m->folder, e);
    for (size_t i = 0; i < m->count; i++) {
        uids[i] = m->marks[i].uid;
        old[i] = true;
    }
    if (!name || !is_numbered_as_before(m, e) || !write_note(m, BEGUN, NULL, e) ||
        !imap_move_or_copy(session, uids, m->count, name, &is_copied, validity, placed, e) ||
        !note_copies(m, name, *validity, placed, is_copied ? old : NULL, e) ||
        (is_copied && !remove_old(m, old, e)))
        return false;
    m->run->tally.moved += (int64_t)m->count;
    return true;
}

/* --- finishing --- */

/* A message that the server's own MOVE has left in both places is one that was copied. */
static bool finish(const struct imap_moving *m, bool is_copied, struct error *e)
{
    struct imap_trace found[LIMIT_IMAP_FILED];
    uint32_t validity, placed[LIMIT_IMAP_FILED];
    bool old[LIMIT_IMAP_FILED], has_old = false;
    const char *name = imap_folder_name(&m->run->session, m->folder, e);
    if (!name || !imap_find_copies(&m->run->session, m->mailbox, name, m->first, m->marks, m->count,
                                   &validity, found, e))
        return false;
    for (size_t i = 0; i < m->count; i++) {
        placed[i] = found[i].there;
        old[i] = found[i].there && found[i].is_here && (is_copied || !found[i].is_deleted);
        has_old |= old[i];
    }
    if (!note_copies(m, name, validity, placed, has_old ? old : NULL, e) ||
        (has_old && !remove_old(m, old, e)))
        return false;
    for (size_t i = 0; i < m->count; i++)
        m->run->tally.moved += placed[i] != 0;
    return true;
}

/* In a mailbox that is gone or has numbered anew nothing can be told of the messages. */
static bool finish_there(const struct imap_moving *m, bool is_copied, struct error *e)
{
    struct imap_mailbox state;
    struct error why = {0};
    if (imap_select(&m->run->session, m->mailbox, false, &state, &why))
        return state.validity == m->validity ? finish(m, is_copied, e) : set_note(m, "", e);
    return why.kind == ERROR_DATA ? set_note(m, "", e) : error_set(e, why.kind, "%s", why.text);
}

static bool get_note(struct imap_run *r, struct arena *arena, const char **value, struct error *e)
{
    const char *name = arena_printf(arena, "%s:moving", r->name);
    *value = "";
    if (r->options.dry_run || r->context.config->observe)
        return true;
    return name ? store_note_get(r->context.store, arena, name, value, e) : error_memory(e);
}

bool imap_moving_is_unfinished(struct imap_run *r, bool *out, struct error *e)
{
    const char *value;
    struct arena *arena = arena_new(LIMIT_ARENA);
    bool ok = arena ? get_note(r, arena, &value, e) : error_memory(e);
    *out = ok && *value;
    arena_free(arena);
    return ok;
}

bool imap_moving_finish(struct imap_run *r, struct error *e)
{
    const char *value;
    bool is_copied;
    struct imap_mark marks[LIMIT_IMAP_FILED];
    struct imap_moving m = {.run = r, .arena = arena_new(4 * LIMIT_ARENA)};
    bool ok = m.arena ? get_note(r, m.arena, &value, e) : error_memory(e);
    if (ok && *value)
        ok = read_note(&m, span_of(value), marks, &is_copied) ? finish_there(&m, is_copied, e)
                                                              : set_note(&m, "", e);
    arena_free(m.arena);
    return ok;
}
