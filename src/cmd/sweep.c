/*
 * `sweep`: what deliver does, over what is already in the inbox. For who cannot hook into delivery,
 * and for the past. Also where backscatter expires, as it is what runs from time to time.
 */
#include "cmd/command.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/limits.h"
#include "cmd/context.h"
#include "cmd/exit_code.h"
#include "cmd/expire.h"
#include "cmd/imap_program.h"
#include "cmd/progress.h"
#include "cmd/refile.h"
#include "cmd/refresh.h"
#include "cmd/sweep_maildir.h"

static const char usage[] =
    "Usage: backsift sweep [OPTION]... [MAILDIR]\n"
    "       backsift sweep [OPTION]... imap:NAME\n"
    "Judge the messages in the inbox that were not seen before, and file responses in the folder\n"
    "of their class and origin. Ordinary mail and its flags stay as they are. Then remove old\n"
    "backscatter, if [maildir] expire-days asks for it.\n\n"
    "  -C, --cur               also what mail programs have already looked at (cur/)\n"
    "  -n, --dry-run           print what would be done; move, remove and note nothing\n"
    "  -q, --quiet             print nothing but errors\n"
    "  -c, --config=FILE       read this configuration\n"
    "  -h, --help              show this help\n\n"
    "Exit: 0 done; 64 usage; 65 a source cannot be read; 75 try again; 78 configuration.\n";

/* Microseconds between two looks of the progress bar. */
#define BAR_EVERY_US ((int64_t)100 * 1000)

struct sweep {
    struct context context;
    const char *config, *path;
    bool cur, dry_run, quiet, help;

    struct maildir *maildir;
    const char *mailbox;
    int lock;
    bool bar; /* show one */
    int64_t total, bar_shown_at;
    struct sweep_tally tally;
    int64_t expired;
    struct error first; /* the first error that did not end the run */
};

static void keep_first(void *context, const struct error *e)
{
    struct sweep *s = context;
    command_print_error(e);
    if (s->first.kind == ERROR_NONE)
        s->first = *e;
}

/* --- what is shown --- */

static void show_bar(void *context, const struct sweep_tally *t)
{
    struct sweep *s = context;
    char detail[64];
    int64_t now = clock_monotonic_us();
    if (!s->bar || (now - s->bar_shown_at < BAR_EVERY_US && t->passed < s->total))
        return;
    s->bar_shown_at = now;
    snprintf(detail, sizeof detail, ", %" PRId64 " responses",
             t->counts[ORIGIN_OURS] + t->counts[ORIGIN_FORGED] + t->counts[ORIGIN_UNKNOWN]);
    progress_show_bar(t->passed < s->total ? t->passed : s->total, s->total, detail);
}

static void print_found(void *context, const struct verdict *v, const char *rule, const char *path)
{
    const struct sweep *s = context;
    if (s->dry_run && !s->quiet)
        printf("%s: %s, %s, by rule %s: would go to %s\n", path, class_name(v->class),
               origin_name(v->origin), rule, v->folder);
}

static void print_summary(const struct sweep *s)
{
    const struct sweep_tally *t = &s->tally;
    if (s->quiet)
        return;
    printf("%" PRId64 " looked at: %" PRId64 " ours, %" PRId64 " forged, %" PRId64
           " unknown; %" PRId64 " moved",
           t->looked_at, t->counts[ORIGIN_OURS], t->counts[ORIGIN_FORGED],
           t->counts[ORIGIN_UNKNOWN], t->moved);
    if (t->unreadable > 0)
        printf(", %" PRId64 " could not be read (see the log)", t->unreadable);
    if (s->expired > 0)
        printf(", %" PRId64 " old ones %sremoved", s->expired, s->dry_run ? "would be " : "");
    putchar('\n');
}

static bool count(void *context, const struct maildir_entry *entry)
{
    (void)entry;
    ++*(int64_t *)context;
    return true;
}

/* --- the run --- */

static const char *absolute(struct arena *arena, const char *path)
{
    char here[4096];
    struct span s = span_of(path);
    while (s.n > 1 && s.p[s.n - 1] == '/')
        s.n--;
    if (path[0] == '/')
        return arena_string(arena, s);
    return getcwd(here, sizeof here) ? arena_printf(arena, "%s/%.*s", here, (int)s.n, s.p) : NULL;
}

static bool open_all(struct sweep *s, struct error *e)
{
    struct context *c = &s->context;
    if (!context_open(c, CALLER_USER, s->config, e))
        return false;
    const char *path = s->path ? absolute(c->arena, s->path) : c->config->maildir;
    s->mailbox = path ? refile_mailbox(c->arena, path) : NULL;
    if (!s->mailbox)
        return error_memory(e);
    s->maildir = maildir_open(path, c->config->layout, false, e);
    return s->maildir && context_lock(c, "sweep.lock", false, &s->lock, e) &&
           context_load_rules(c, true, e) && context_open_store(c, STORE_WRITE, LIMIT_RECORD_MS, e);
}

static bool run(struct sweep *s, struct error *e)
{
    const struct sweep_listener listener = {s, show_bar, print_found};
    if (!open_all(s, e))
        return false;
    refresh_all(&s->context, keep_first, s);
    s->bar = !s->quiet && !s->dry_run && progress_is_possible();
    if (s->bar && !maildir_each(s->maildir, "INBOX", s->cur, count, &s->total, e))
        return false;
    bool ok = sweep_maildir(&s->context, s->maildir, s->mailbox, s->cur, s->dry_run, &listener,
                            &s->tally, e);
    if (s->bar)
        progress_clear();
    int days = s->context.config->expire_days;
    ok = ok && (days == 0 ||
                expire(&s->context, s->maildir, s->mailbox, days, s->dry_run, &s->expired, e));
    print_summary(s);
    return ok;
}

/* --- the command line --- */

static const struct option options[] = {
    {"cur", no_argument, NULL, 'C'},   {"dry-run", no_argument, NULL, 'n'},
    {"quiet", no_argument, NULL, 'q'}, {"config", required_argument, NULL, 'c'},
    {"help", no_argument, NULL, 'h'},  {0},
};

static bool parse(int argc, char **argv, struct sweep *s, struct error *e)
{
    opterr = 0;
    for (int c; (c = getopt_long(argc, argv, ":Cnqc:h", options, NULL)) != -1;) {
        if (c == 'C')
            s->cur = true;
        else if (c == 'n')
            s->dry_run = true;
        else if (c == 'q')
            s->quiet = true;
        else if (c == 'c')
            s->config = optarg;
        else if (c == 'h')
            s->help = true;
        else
            return command_bad_option(argv, e);
    }
    if (argc - optind > 1)
        return error_set(e, ERROR_USAGE, "sweep takes one Maildir, not also '%s'",
                         argv[optind + 1]);
    s->path = argv[optind];
    if (s->path && strncmp(s->path, "maildir:", 8) == 0)
        s->path += 8;
    return true;
}

int command_sweep(int argc, char **argv)
{
    struct sweep s = {.lock = -1};
    struct error e = {0};
    if (imap_program_is_meant(argc, argv)) {
        imap_program_run(argv, &e);
        command_print_error(&e);
        return exit_code_of(&e);
    }
    bool ok = parse(argc, argv, &s, &e);
    if (ok && s.help)
        return command_help(usage);
    ok = ok && run(&s, &e);
    if (!ok)
        command_print_error(&e);
    maildir_close(s.maildir);
    if (s.lock >= 0)
        close(s.lock);
    context_close(&s.context);
    return exit_code_of(ok ? &s.first : &e);
}
