/*
 * backsift-imap recheck NAME: what `recheck` does in a Maildir, on a server. Responses are judged
 * by what the journal keeps of them; the server is asked only when one is to move. It is moved by
 * the UID that the journal has of it, so one that its owner has moved or removed is left alone.
 */
#include <stdio.h>
#include <string.h>

#include "base/limits.h"
#include "cmd/imap_moving.h"
#include "cmd/imap_place.h"
#include "cmd/imap_run.h"
#include "cmd/rejudge.h"
#include "mailbox/imap_fetch.h"
#include "mailbox/imap_folder.h"

struct recheck {
    struct imap_run *run;
    struct rejudging judging;
    const char *selected; /* the mailbox that is, and its UIDVALIDITY */
    uint32_t validity;
    int64_t rescued, forged;
};

/* --- one response --- */

/* A mailbox that is gone, or has numbered anew, holds nothing that could be found. */
static bool select_mailbox(struct recheck *r, const struct imap_place *place, bool *same,
                           struct error *e)
{
    struct imap_mailbox state;
    struct error why = {0};
    if (!r->selected || strcmp(r->selected, place->mailbox) != 0) {
        r->selected = NULL;
        if (!imap_select(&r->run->session, place->mailbox, false, &state, &why)) {
            *same = false;
            return why.kind == ERROR_DATA || error_set(e, why.kind, "%s", why.text);
        }
        r->selected = place->mailbox;
        r->validity = state.validity;
    }
    *same = r->validity == place->validity;
    return true;
}

struct fetched_mark {
    struct imap_mark mark;
    bool is_there;
};

static bool take_header(void *context, const struct imap_message *m, struct error *e)
{
    struct fetched_mark *h = context;
    (void)e;
    *h = (struct fetched_mark){imap_mark_of(m), true};
    return true;
}

/* Moves the message at that place, which is selected, to the folder of that server name. there->uid
 * stays 0 when it is gone. */
static bool move_to(struct recheck *r, const struct imap_place *place, const char *folder,
                    struct imap_place *there, struct error *e)
{
    struct imap_session *s = &r->run->session;
    struct fetched_mark h = {.is_there = false};
    struct imap_moving moving = {.run = r->run,
                                 .arena = r->judging.round,
                                 .mailbox = place->mailbox,
                                 .validity = place->validity,
                                 .folder = folder,
                                 .marks = &h.mark,
                                 .count = 1};
    if (!imap_fetch(s, &place->uid, 1, IMAP_HEADER, take_header, &h, e))
        return false;
    return !h.is_there || (imap_folder_ensure(s, there->mailbox, &moving.first, e) &&
                           imap_moving_run(&moving, &there->validity, &there->uid, e));
}

/* Moves the message that the event names; *found is false when it is not there. */
static bool move(struct recheck *r, struct journal_event *event, const char *folder, bool *found,
                 struct error *e)
{
    struct imap_session *s = &r->run->session;
    struct arena *arena = r->judging.round;
    struct imap_place place, there = {0};
    bool same = false;
    *found = false;
    if (!imap_place_read(arena, event->file, &place))
        return true;
    if (!s->low && !imap_connect(r->run, e))
        return false;
    const char *name = imap_folder_name(s, folder, e);
    if (!name || !select_mailbox(r, &place, &same, e))
        return false;
    if (!same || strcmp(name, place.mailbox) == 0)
        return true;
    there.mailbox = name;
    if (!move_to(r, &place, folder, &there, e))
        return false;
    *found = there.uid != 0;
    if (!*found)
        return true;
    event->folder = folder;
    event->file = imap_place_write(arena, &there);
    return event->file || error_memory(e);
}

static void print_change(const struct recheck *r, const struct change *c, const char *was,
                         bool found)
{
    const struct imap_options *o = &r->run->options;
    bool rescued = c->to.origin == ORIGIN_OURS;
    if (o->quiet || (!rescued && !o->dry_run))
        return;
    printf("%s: %s%s: %s, %s before: \"%s\"", r->run->name, o->dry_run ? "would be " : "",
           rescued ? "rescued" : "forged", c->event.class_, was, c->subject);
    if (found)
        printf(" in %s", c->event.folder);
    else if (!o->dry_run)
        printf(" (the message is not found in %s)", c->event.folder);
    putchar('\n');
}

/* The message moves first: killed in between, it stands in the right folder. */
static bool apply(struct recheck *r, struct change *c, struct error *e)
{
    struct context *context = &r->run->context;
    const char *was = c->event.origin;
    const char *folder = refile_folder(context, &c->event, c->to.origin);
    struct refiled done;
    bool found = false;
    if (!r->run->options.dry_run &&
        ((!refile_same_folder(folder, c->event.folder) && !move(r, &c->event, folder, &found, e)) ||
         !refile(context, r->judging.round, NULL, &c->event, false, &c->to, &done, e)))
        return false;
    if (c->to.origin == ORIGIN_OURS)
        r->rescued++;
    else
        r->forged++;
    print_change(r, c, was, found);
    return true;
}

/* --- the run --- */

static bool finish_moving(struct imap_run *run, struct error *e)
{
    bool is_unfinished;
    return imap_moving_is_unfinished(run, &is_unfinished, e) &&
           (!is_unfinished || (imap_connect(run, e) && imap_moving_finish(run, e)));
}

static bool recheck(struct recheck *r, unixtime since, struct error *e)
{
    bool more = true;
    while (more) {
        r->selected = NULL;
        if (!rejudge_all(&r->judging, since, e))
            return false;
        for (size_t i = 0; i < r->judging.count; i++)
            if (!apply(r, &r->judging.changes[i], e))
                return false;
        more = !r->run->options.dry_run && r->judging.count == LIMIT_RECHECK_ROUND;
    }
    return true;
}

bool imap_recheck(struct imap_run *run, struct error *e)
{
    struct recheck r = {.run = run};
    const struct config *c = run->context.config;
    unixtime since = run->options.since;
    if (since == 0)
        since = clock_now() - (c->reach_days + REJUDGE_DAYS_TO_CATCH_UP) * SECONDS_PER_DAY;
    bool ok = context_open_store(&run->context, STORE_WRITE, LIMIT_RECORD_MS, e) &&
              finish_moving(run, e) && rejudging_open(&r.judging, &run->context, run->name, e) &&
              recheck(&r, since, e);
    if (ok && !run->options.quiet)
        printf("%s: %lld looked at again, %lld %srescued, %lld %sforged\n", run->name,
               (long long)r.judging.looked_at, (long long)r.rescued,
               run->options.dry_run ? "would be " : "", (long long)r.forged,
               run->options.dry_run ? "would be " : "now ");
    rejudging_close(&r.judging);
    return ok;
}
