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
#include "config/imap_account.h"
#include "cmd/context.h"
#include "cmd/exit_code.h"
#include "cmd/folder_names.h"
#include "cmd/imap_program.h"
#include "cmd/mend.h"
#include "cmd/refile.h"
#include "cmd/refresh.h"
#include "cmd/rejudge.h"

static const char usage[] =
    "Usage: backsift recheck [OPTION]...\n"
    "Read what is new in the declared sources, then judge responses again that were filed with\n"
    "origin unknown or forged: to ours, or from unknown to forged. Messages move to the folder of\n"
    "their new verdict; each one rescued is printed. What 'mark' decided stays. Accounts at mail\n"
    "servers take part, where the server says where it puts what is moved (UIDPLUS).\n\n"
    "  -d, --days=N            responses of the last N days (default: reach-days and 7 more)\n"
    "  -n, --dry-run           print what would change; move nothing\n"
    "  -q, --quiet             print nothing but errors\n"
    "  -c, --config=FILE       read this configuration\n"
    "  -h, --help              show this help\n\n"
    "Exit: 0 done; 64 usage; 65 a source cannot be read; 75 try again; 78 configuration.\n";

struct tally {
    int64_t rescued, forged, added;
};

struct recheck {
    struct context context;
    const char *config;
    int days; /* 0: the default */
    bool dry_run, quiet, help;

    struct maildir *maildir;
    struct rejudging judging;
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

static void tell(struct recheck *r, const struct change *c, const char *was, const char *path)
{
    count_change(r, c);
    print_change(r, c, was, path);
}

static struct refile_item item_of(struct folder_names *names, struct change *c)
{
    struct refile_item i = {.event = &c->event, .to = &c->to};
    folder_names_have(names, c->event.folder, c->event.file, &i.there, &i.error);
    return i;
}

/* So few at once that a delivery does not wait for the journal. Killed within, it leaves messages
 * where they belong and a journal that is mended. */
static bool apply_some(struct recheck *r, struct folder_names *names, struct change *changes,
                       size_t count, size_t *applied, struct error *e)
{
    struct refile_item items[LIMIT_RECHECK_BATCH];
    const char *was[LIMIT_RECHECK_BATCH];
    for (size_t i = 0; i < count; i++) {
        was[i] = changes[i].event.origin;
        items[i] = item_of(names, &changes[i]);
    }
    if (!refile_all(&r->context, r->judging.round, r->maildir, items, count, e))
        return false;
    for (size_t i = 0; i < count; i++) {
        if (items[i].error.kind) {
            keep_first(r, &items[i].error);
            continue;
        }
        tell(r, &changes[i], was[i], items[i].done.path);
        ++*applied;
    }
    return true;
}

/* Judges all and applies what changed, at most LIMIT_RECHECK_ROUND of them; *more when there may be
 * others. */
static bool one_round(struct recheck *r, unixtime since, bool *more, struct error *e)
{
    if (!rejudge_all(&r->judging, since, e))
        return false;
    size_t applied = 0, count = r->judging.count;
    struct change *changes = r->judging.changes;
    struct folder_names names = {.maildir = r->maildir, .arena = r->judging.round};
    for (size_t i = 0; r->dry_run && i < count; i++)
        tell(r, &changes[i], changes[i].event.origin, "");
    for (size_t from = 0; !r->dry_run && from < count; from += LIMIT_RECHECK_BATCH) {
        size_t left = count - from;
        if (!apply_some(r, &names, changes + from,
                        left < LIMIT_RECHECK_BATCH ? left : LIMIT_RECHECK_BATCH, &applied, e))
            return false;
    }
    *more = !r->dry_run && applied > 0 && count == LIMIT_RECHECK_ROUND;
    return true;
}

/* --- the run --- */

/* Whose mail is on servers alone has no Maildir. */
static bool open_maildir(struct recheck *r, struct error *e)
{
    const struct config *c = r->context.config;
    r->maildir = maildir_open(c->maildir, c->layout, false, e);
    if (r->maildir || c->maildir_configured || c->imap_count == 0)
        return r->maildir != NULL;
    *e = (struct error){0};
    return true;
}

static bool prepare(struct recheck *r, struct error *e)
{
    struct context *c = &r->context;
    if (!context_open(c, CALLER_USER, r->config, e) || !context_load_rules(c, false, e) ||
        !context_open_store(c, STORE_WRITE, LIMIT_RECORD_MS, e) || !open_maildir(r, e))
        return false;
    return rejudging_open(&r->judging, c, refile_mailbox(c->arena, c->config->maildir), e);
}

static void print_summary(const struct recheck *r)
{
    const struct tally *t = &r->tally;
    if (r->quiet)
        return;
    printf("%lld looked at again, %lld %srescued, %lld %sforged", (long long)r->judging.looked_at,
           (long long)t->rescued, r->dry_run ? "would be " : "", (long long)t->forged,
           r->dry_run ? "would be " : "now ");
    if (t->added > 0)
        printf(", %lld added to the journal", (long long)t->added);
    putchar('\n');
}

static bool recheck_maildir(struct recheck *r, unixtime since, struct error *e)
{
    if (!r->dry_run && !mend_journal(&r->context, r->maildir, since, &r->tally.added, e))
        return false;
    for (bool more = true; more;)
        if (!one_round(r, since, &more, e))
            return false;
    print_summary(r);
    return true;
}

static void recheck_accounts(struct recheck *r, unixtime since)
{
    const struct config *c = r->context.config;
    for (size_t i = 0; i < c->imap_count; i++) {
        struct error e = {0};
        if (!imap_program_recheck(c->imap_accounts[i].name, since, r->dry_run, r->quiet, r->config,
                                  &e))
            keep_first(r, &e);
    }
}

static bool run(struct recheck *r, struct error *e)
{
    if (!prepare(r, e))
        return false;
    int days = r->days > 0 ? r->days : r->context.config->reach_days + REJUDGE_DAYS_TO_CATCH_UP;
    unixtime since = clock_now() - days * SECONDS_PER_DAY;
    refresh_all(&r->context, keep_first, r);
    if (r->maildir && !recheck_maildir(r, since, e))
        return false;
    recheck_accounts(r, since);
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
    rejudging_close(&r.judging);
    if (r.maildir)
        maildir_close(r.maildir);
    context_close(&r.context);
    return code;
}
