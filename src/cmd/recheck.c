/*
 * `recheck`: filed responses whose origin could not be told, or was told wrong, are judged again
 * with what the index holds now. Only two ways lead on: to ours, and from unknown to forged; never
 * back to unknown, and never against the user's own word.
 */
#include "cmd/command.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "cmd/context.h"
#include "cmd/exit_code.h"
#include "cmd/folder_names.h"
#include "cmd/mend.h"
#include "cmd/refile.h"
#include "cmd/refresh.h"

static const char usage[] =
    "Usage: backsift recheck [OPTION]...\n"
    "Read what is new in the declared sources, then judge responses again that were filed with\n"
    "origin unknown or forged: to ours, or from unknown to forged. Messages move to the folder of\n"
    "their new verdict; each one rescued is printed. What 'mark' decided stays.\n\n"
    "  -d, --days=N            responses of the last N days (default: reach-days and 7 more)\n"
    "  -n, --dry-run           print what would change; move nothing\n"
    "  -q, --quiet             print nothing but errors\n"
    "  -c, --config=FILE       read this configuration\n"
    "  -h, --help              show this help\n\n"
    "Exit: 0 done; 64 usage; 65 a source cannot be read; 75 try again; 78 configuration.\n";

/* Days that a response may wait beyond the reach for a source to catch up. */
#define DAYS_TO_CATCH_UP 7

/* An event whose origin changes. Strings are the round's. */
struct change {
    struct journal_event event;
    struct refiling to;
    const char *subject;
};

struct tally {
    int64_t looked_at, rescued, forged, added;
};

struct recheck {
    struct context context;
    const char *config;
    int days; /* 0: the default */
    bool dry_run, quiet, help;

    struct maildir *maildir;
    const char *mailbox;
    struct arena *arena;    /* of one event */
    struct arena *round;    /* of one round of changes */
    struct change *changes; /* LIMIT_RECHECK_ROUND of them */
    size_t change_count;
    struct tally tally;
    struct error first; /* the first error that did not end the run */
};

static void keep_first(void *context, const struct error *e)
{
    struct recheck *r = context;
    command_print_error(e);
    if (r->first.kind == ERROR_NONE)
        r->first = *e;
}

/* --- judging --- */

static bool is_candidate(const struct recheck *r, const struct journal_event *event)
{
    enum origin origin;
    return !event->by_user && origin_from_name(event->origin, &origin) && origin != ORIGIN_OURS &&
           strcmp(event->mailbox, r->mailbox) == 0;
}

static bool leads_on(const char *from, enum origin to)
{
    return to == ORIGIN_OURS ||
           (to == ORIGIN_FORGED && strcmp(from, origin_name(ORIGIN_UNKNOWN)) == 0);
}

static bool copy_strings(struct arena *arena, struct change *c)
{
    const char **strings[] = {&c->event.class_,          &c->event.origin, &c->event.rule,
                              &c->event.mailbox,         &c->event.folder, &c->event.file,
                              &c->event.previous_origin, &c->subject};
    for (size_t i = 0; i < sizeof strings / sizeof *strings; i++) {
        *strings[i] = arena_string(arena, span_of(*strings[i]));
        if (!*strings[i])
            return false;
    }
    c->event.findings = (struct span){0};
    return true;
}

static bool add_change(struct recheck *r, const struct journal_event *event,
                       const struct findings *f, const struct verdict *v)
{
    const struct evidence *subject = findings_get(f, EVIDENCE_SUBJECT, 0);
    struct change *c = &r->changes[r->change_count];
    *c = (struct change){.event = *event,
                         .to = {v->origin, v->row, v->marked, false},
                         .subject = subject ? subject->value : ""};
    if (!copy_strings(r->round, c))
        return false;
    return ++r->change_count < LIMIT_RECHECK_ROUND;
}

static bool judge_again(void *context, const struct journal_event *event)
{
    struct recheck *r = context;
    struct index_access index = {.store = r->context.store, .note = ""};
    struct verdict v;
    if (!is_candidate(r, event))
        return true;
    arena_reset(r->arena);
    r->tally.looked_at++;
    struct findings *f = findings_decode(r->arena, event->findings);
    if (!f || !verdict_judge(r->arena, f, r->context.config, &index, event->arrival, &v))
        return true;
    return !leads_on(event->origin, v.origin) || add_change(r, event, f, &v);
}

/* --- moving --- */

static void print_change(const struct recheck *r, const struct change *c, const char *was,
                         const char *path)
{
    bool rescued = c->to.origin == ORIGIN_OURS;
    if (r->quiet || (!rescued && !r->dry_run))
        return;
    printf("%s%s: %s, %s before: \"%s\"", r->dry_run ? "would be " : "",
           rescued ? "rescued" : "forged", c->event.class_, was, c->subject);
    if (path[0])
        printf(" in %s", path);
    else if (!r->dry_run)
        printf(" (the message is no longer in %s)", c->event.folder);
    putchar('\n');
}

static void count_change(struct recheck *r, const struct change *c)
{
    if (c->to.origin == ORIGIN_OURS)
        r->tally.rescued++;
    else
        r->tally.forged++;
}

static bool apply(struct recheck *r, struct folder_names *names, struct change *c, struct error *e)
{
    const char *was = c->event.origin;
    struct refiled done = {.path = ""};
    bool there;
    if (!r->dry_run &&
        (!folder_names_have(names, c->event.folder, c->event.file, &there, e) ||
         !refile(&r->context, r->round, r->maildir, &c->event, there, &c->to, &done, e)))
        return false;
    count_change(r, c);
    print_change(r, c, was, done.path);
    return true;
}

/* One transaction of the journal, short enough that a delivery does not wait for it. Killed within,
 * it leaves messages where they belong and a journal that is mended. */
static bool apply_some(struct recheck *r, struct folder_names *names, size_t from, size_t to,
                       size_t *applied, struct error *e)
{
    if (!r->dry_run && !store_begin(r->context.store, e))
        return false;
    for (size_t i = from; i < to; i++) {
        struct error one = {0};
        if (apply(r, names, &r->changes[i], &one))
            ++*applied;
        else
            keep_first(r, &one);
    }
    return r->dry_run || store_commit(r->context.store, e);
}

/* Judges all and applies what changed, at most LIMIT_RECHECK_ROUND of them; *more when there may be
 * others. */
static bool one_round(struct recheck *r, unixtime since, bool *more, struct error *e)
{
    arena_reset(r->round);
    r->change_count = 0;
    r->tally.looked_at = 0;
    if (!journal_each(r->context.store, since, clock_now() + 1, judge_again, r, e))
        return false;
    size_t applied = 0;
    struct folder_names names = {.maildir = r->maildir, .arena = r->round};
    for (size_t from = 0; from < r->change_count; from += LIMIT_RECHECK_BATCH) {
        size_t to = from + LIMIT_RECHECK_BATCH;
        if (!apply_some(r, &names, from, to < r->change_count ? to : r->change_count, &applied, e))
            return false;
    }
    *more = !r->dry_run && applied > 0 && r->change_count == LIMIT_RECHECK_ROUND;
    return true;
}

/* --- the run --- */

static bool prepare(struct recheck *r, struct error *e)
{
    struct context *c = &r->context;
    if (!context_open(c, CALLER_USER, r->config, e) || !context_load_rules(c, false, e) ||
        !context_open_store(c, STORE_WRITE, LIMIT_RECORD_MS, e))
        return false;
    r->maildir = maildir_open(c->config->maildir, c->config->layout, false, e);
    if (!r->maildir)
        return false;
    r->mailbox = refile_mailbox(c->arena, c->config->maildir);
    r->arena = arena_new(LIMIT_ARENA);
    r->round = arena_new(LIMIT_ARENA);
    r->changes = calloc(LIMIT_RECHECK_ROUND, sizeof *r->changes);
    return (r->mailbox && r->arena && r->round && r->changes) || error_memory(e);
}

static void print_summary(const struct recheck *r)
{
    const struct tally *t = &r->tally;
    if (r->quiet)
        return;
    printf("%lld looked at again, %lld %srescued, %lld %sforged", (long long)t->looked_at,
           (long long)t->rescued, r->dry_run ? "would be " : "", (long long)t->forged,
           r->dry_run ? "would be " : "now ");
    if (t->added > 0)
        printf(", %lld added to the journal", (long long)t->added);
    putchar('\n');
}

static bool run(struct recheck *r, struct error *e)
{
    if (!prepare(r, e))
        return false;
    const struct config *c = r->context.config;
    int days = r->days > 0 ? r->days : c->reach_days + DAYS_TO_CATCH_UP;
    unixtime since = clock_now() - days * SECONDS_PER_DAY;
    refresh_all(&r->context, keep_first, r);
    if (!r->dry_run && !mend_journal(&r->context, r->maildir, since, &r->tally.added, e))
        return false;
    for (bool more = true; more;)
        if (!one_round(r, since, &more, e))
            return false;
    print_summary(r);
    return true;
}

/* --- the command line --- */

static const struct option options[] = {
    {"days", required_argument, NULL, 'd'}, {"dry-run", no_argument, NULL, 'n'},
    {"quiet", no_argument, NULL, 'q'},      {"config", required_argument, NULL, 'c'},
    {"help", no_argument, NULL, 'h'},       {0},
};

static bool parse_days(const char *word, int *days, struct error *e)
{
    char *end;
    long n = strtol(word, &end, 10);
    if (*word == '\0' || *end != '\0' || n < 1 || n > 36500)
        return error_set(e, ERROR_USAGE, "--days takes a number of days, not '%s'", word);
    *days = (int)n;
    return true;
}

static bool parse(int argc, char **argv, struct recheck *r, struct error *e)
{
    opterr = 0;
    for (int c; (c = getopt_long(argc, argv, ":d:nqc:h", options, NULL)) != -1;) {
        if (c == 'n')
            r->dry_run = true;
        else if (c == 'q')
            r->quiet = true;
        else if (c == 'c')
            r->config = optarg;
        else if (c == 'h')
            r->help = true;
        else if (c != 'd')
            return command_bad_option(argv, e);
        else if (!parse_days(optarg, &r->days, e))
            return false;
    }
    if (optind < argc)
        return error_set(e, ERROR_USAGE, "recheck takes no argument '%s'", argv[optind]);
    return true;
}

int command_recheck(int argc, char **argv)
{
    struct recheck r = {0};
    struct error e = {0};
    int code = EXIT_DONE;
    if (!parse(argc, argv, &r, &e))
        code = exit_code_of(&e);
    else if (r.help)
        return command_help(usage);
    else if (!run(&r, &e))
        code = exit_code_of(&e);
    else
        code = exit_code_of(&r.first);
    if (e.kind)
        command_print_error(&e);
    free(r.changes);
    arena_free(r.round);
    arena_free(r.arena);
    if (r.maildir)
        maildir_close(r.maildir);
    context_close(&r.context);
    return code;
}
