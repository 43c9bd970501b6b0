/*
 * backsift-imap watch NAME: a session that sweeps, waits with IDLE or for a while, and sweeps
 * again. Whatever fails ends the session, and the next begins after a pause that grows. Config,
 * rules and store are opened anew for each sweep, so that a program that runs for weeks sees what
 * has changed and holds nothing of what it has done.
 */
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "base/limits.h"
#include "cmd/command.h"
#include "cmd/imap_run.h"
#include "cmd/wake.h"
#include "mailbox/backoff.h"
#include "mailbox/imap_folder.h"
#include "mailbox/imap_idle.h"

struct watch {
    struct imap_run run;    /* run.context: of one sweep */
    struct context account; /* of one session: the config it was opened with */
    const char *word;
    struct wake wake;
    bool was_up;          /* a session has come as far as a sweep */
    bool does_not_idle;   /* although it says it can */
    bool begun;           /* this session has waited for news once */
    int failures;         /* sessions in a row that failed before that */
    int64_t session_ends; /* clock_monotonic_us */
    int looks;            /* of this session */
    bool lacks;           /* something was not there at the last sweep: that has been told */
};

enum next { NEXT_SWEEP, NEXT_SESSION, NEXT_STOP, NEXT_FAILED };

/* --- one sweep --- */

static bool sweep_locked(struct watch *w, struct error *e)
{
    struct imap_run *r = &w->run;
    r->went_through = false;
    r->tally = (struct imap_tally){.bytes_before = imap_stream_bytes(r->session.low)};
    imap_stream_set_deadline(r->session.low, imap_run_end(r));
    bool ok = imap_sweep_prepare(r, e) && imap_sweep_connected(r, e);
    imap_end_progress(r);
    if (r->tally.responses > 0 || r->tally.moved > 0 || (ok && !w->was_up))
        imap_print_summary(r, ok);
    fflush(stdout);
    return ok;
}

/* *busy: a sweep of somebody else is at work, who sees what there is. */
static bool sweep_once(struct watch *w, bool *busy, struct error *e)
{
    struct imap_run *r = &w->run;
    int lock = -1;
    *busy = false;
    bool ok = context_open(&r->context, CALLER_USER, r->options.config, e) &&
              ((lock = imap_lock(&r->context, r->account->name, "", busy, e)) >= 0 || *busy);
    if (lock >= 0) {
        ok = sweep_locked(w, e);
        context_save_rules(&r->context);
        close(lock);
    }
    context_close(&r->context);
    return ok;
}

/* What is not there keeps what is there from being watched only at the start, where it is taken for
 * a typing error. An account of which nothing has been sent yet may have no mailbox for that, and
 * one that cannot be read is none. */
static bool does_without(const struct watch *w, const struct error *missing)
{
    bool nothing_sent_yet = missing->kind == ERROR_CONFIG && !w->run.account->sent;
    bool unread = missing->kind == ERROR_RETRY;
    return w->run.went_through && (w->was_up || nothing_sent_yet || unread);
}

static bool sweep_what_is_there(struct watch *w, bool *busy, struct error *e)
{
    struct error why = {0};
    bool ok = sweep_once(w, busy, &why);
    if (!ok && !does_without(w, &why)) {
        *e = why;
        return false;
    }
    if (!ok && !w->lacks)
        command_print_error(&why);
    if (!*busy)
        w->lacks = !ok;
    return true;
}

/* --- waiting --- */

static bool can_idle(const struct watch *w)
{
    return imap_can(&w->run.session, "IDLE") && !w->does_not_idle;
}

/* IDLE tells of the first mailbox only. */
static int seconds_to_wait(const struct watch *w, bool idles)
{
    const struct imap_account *a = w->run.account;
    bool polls = !idles || a->mailboxes.count > 1;
    return polls && a->poll_seconds < a->idle_seconds ? a->poll_seconds : a->idle_seconds;
}

static enum next sleep_for(struct watch *w, int ms, struct error *e)
{
    if (!wake_sleep(&w->wake, ms, e))
        return NEXT_FAILED;
    return wake_is_stop(&w->wake) ? NEXT_STOP : NEXT_SWEEP;
}

/* What has come since the sweep selected the mailbox, IDLE would not tell. */
static bool is_news(const struct watch *w, const struct imap_mailbox *now)
{
    const struct imap_mailbox *swept = &w->run.first;
    return now->validity != swept->validity || now->next > swept->next;
}

static enum next idle(struct watch *w, struct error *e)
{
    struct imap_session *s = &w->run.session;
    struct imap_mailbox now;
    enum imap_idle why;
    const char *mailbox;
    if (!imap_select_named(s, w->run.account->mailboxes.items[0], true, &now, &mailbox, e))
        return NEXT_FAILED;
    if (is_news(w, &now))
        return NEXT_SWEEP;
    if (!wake_set(&w->wake, seconds_to_wait(w, true) * 1000, e) ||
        !imap_idle(s, w->wake.timer_fd, &why, e))
        return NEXT_FAILED;
    w->does_not_idle = why == IMAP_IDLE_REFUSED;
    return why == IMAP_IDLE_STOP ? NEXT_STOP : NEXT_SWEEP;
}

static enum next wait_for_news(struct watch *w, struct error *e)
{
    /* Without UIDNEXT nobody can say whether something has come before the IDLE. */
    bool idles = can_idle(w) && w->run.first.next != 0;
    enum next next = idles ? idle(w, e) : sleep_for(w, seconds_to_wait(w, false) * 1000, e);
    w->begun = w->begun || next == NEXT_SWEEP;
    return next;
}

/* --- one session --- */

static enum next look(struct watch *w, struct error *e)
{
    bool busy;
    if (!sweep_what_is_there(w, &busy, e))
        return NEXT_FAILED;
    w->was_up = true;
    if (++w->looks >= LIMIT_IMAP_SESSION_LOOKS || clock_monotonic_us() >= w->session_ends)
        return NEXT_SESSION;
    return busy ? sleep_for(w, LIMIT_IMAP_BACKOFF_FIRST_MS, e) : wait_for_news(w, e);
}

static bool open_session(struct watch *w, struct error *e)
{
    struct imap_run *r = &w->run;
    int64_t now = clock_monotonic_us();
    w->looks = 0;
    w->begun = false;
    w->session_ends = now + (int64_t)LIMIT_IMAP_SESSION_SECONDS * 1000000;
    r->context = w->account;
    if (!imap_find_account(r, w->word, e))
        return false;
    r->context = (struct context){0};
    return imap_open(&r->session, w->account.arena, r->account, imap_run_end(r), w->wake.stop_fd,
                     e);
}

static enum next session(struct watch *w, struct error *e)
{
    enum next next = NEXT_FAILED;
    if (context_open(&w->account, CALLER_USER, w->run.options.config, e) && open_session(w, e))
        do {
            next = look(w, e);
        } while (next == NEXT_SWEEP);
    if (next == NEXT_FAILED && w->run.session.misunderstood)
        w->run.without_structure = true;
    if (wake_is_stop(&w->wake))
        imap_leave(&w->run.session);
    imap_close(&w->run.session);
    context_close(&w->account);
    return next;
}

/* --- sessions --- */

static int pause_ms(struct watch *w)
{
    unsigned chance = 0;
    w->failures = w->begun ? 1 : w->failures + 1;
    if (getrandom(&chance, sizeof chance, GRND_NONBLOCK) != sizeof chance)
        chance = (unsigned)clock_monotonic_us();
    return backoff_ms(w->failures, chance);
}

/* What can only be wrong in the config ends the first session, and the program with it; later, it
 * is more likely the server's trouble. */
static bool recover(struct watch *w, const struct error *why, struct error *e)
{
    struct error told;
    if (!w->was_up && why->kind != ERROR_RETRY) {
        *e = *why;
        return false;
    }
    int ms = pause_ms(w);
    error_set(&told, why->kind, "%s; trying again in %d s", why->text, (ms + 999) / 1000);
    command_print_error(&told);
    return wake_sleep(&w->wake, ms, e);
}

static bool watch(struct watch *w, struct error *e)
{
    while (!wake_is_stop(&w->wake)) {
        struct error why = {0};
        enum next next = session(w, &why);
        if (next == NEXT_STOP)
            return true;
        if (next == NEXT_FAILED && !wake_is_stop(&w->wake) && !recover(w, &why, e))
            return false;
    }
    return true;
}

/* One is enough: two would wake each other's sweeps. */
static int lock_watch(struct watch *w, struct error *e)
{
    struct imap_run *r = &w->run;
    bool busy = false;
    int lock = -1;
    if (context_open(&r->context, CALLER_USER, r->options.config, e) &&
        imap_find_account(r, w->word, e))
        lock = imap_lock(&r->context, r->account->name, ".watch", &busy, e);
    if (busy)
        error_set(e, ERROR_RETRY, "%s is being watched already", r->name);
    context_close(&r->context);
    return lock;
}

bool imap_watch(const struct imap_options *options, const char *word, struct error *e)
{
    struct watch w = {.run.options = *options, .word = word};
    int lock = lock_watch(&w, e);
    if (lock < 0)
        return false;
    bool ok = wake_open(&w.wake, e) && watch(&w, e);
    wake_close(&w.wake);
    close(lock);
    return ok;
}
