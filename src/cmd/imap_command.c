/*
 * backsift-imap sweep NAME, record NAME, and watch NAME. A sweep is one run over one account under
 * a lock, so that cron may start the next while one is still at work.
 */
#include "cmd/imap_command.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/limits.h"
#include "cmd/command.h"
#include "cmd/exit_code.h"
#include "cmd/imap_guard.h"
#include "cmd/imap_program.h"
#include "cmd/imap_run.h"
#include "cmd/progress.h"
#include "cmd/refresh.h"
#include "sources/pending_gap.h"

static const char usage[] =
    "Usage: backsift sweep [OPTION]... imap:NAME\n"
    "       backsift record [OPTION]... imap:NAME\n"
    "Look at what is new in the mailboxes of the account [imap \"NAME\"] and move responses to\n"
    "their folders on the server; or record what is new in its mailbox of sent mail. A sweep does\n"
    "both where imap:NAME is declared as a source. A run that meets another one ends at once.\n\n"
    "  -n, --dry-run           print what would be moved; change nothing\n"
    "  -s, --since=DATE        only messages that came on DATE (YYYY-MM-DD) or later\n"
    "  -l, --limit=N           look at no more than N messages\n"
    "  -t, --timeout=SECONDS   end the run after so long; the next goes on\n"
    "  -q, --quiet             print nothing but errors\n"
    "  -c, --config=FILE       read this configuration\n"
    "  -h, --help              show this help\n\n"
    "Exit: 0 done; 64 usage; 65 the server is refused or refuses; 75 try again; 78\n"
    "configuration.\n";

void imap_show_progress(const struct imap_run *r, const char *text)
{
    char line[LIMIT_VALUE];
    if (r->options.quiet || !progress_is_possible())
        return;
    snprintf(line, sizeof line, "%s, %lld responses: %s", text, (long long)r->tally.responses,
             r->name);
    progress_show(line);
}

void imap_end_progress(const struct imap_run *r)
{
    if (!r->options.quiet && progress_is_possible())
        progress_clear();
}

/* --- the jobs --- */

int64_t imap_run_end(const struct imap_run *r)
{
    int seconds = r->options.seconds ? r->options.seconds : r->account->timeout_seconds;
    return clock_monotonic_us() + (int64_t)seconds * 1000000;
}

bool imap_connect(struct imap_run *r, struct error *e)
{
    return imap_open(&r->session, r->context.arena, r->account, imap_run_end(r), -1, e);
}

bool imap_is_source(const struct imap_run *r)
{
    const struct config_list *sources = &r->context.config->sources;
    for (size_t i = 0; i < sources->count; i++)
        if (strcmp(sources->items[i], r->name) == 0)
            return true;
    return false;
}

static bool record(struct imap_run *r, struct error *e)
{
    int64_t added = 0;
    bool ok = context_open_store(&r->context, STORE_WRITE, LIMIT_RECORD_MS, e) &&
              pending_gap_store(r->context.store, r->context.config, e) && imap_connect(r, e) &&
              imap_record_sent(r, &added, e);
    imap_end_progress(r);
    if (ok && !r->options.quiet)
        printf("%s: %lld recorded%s\n", r->name, (long long)added,
               imap_is_source(r) ? "" : " (not declared under [index] source)");
    return ok;
}

void imap_print_summary(const struct imap_run *r, bool complete)
{
    const struct imap_tally *t = &r->tally;
    imap_end_progress(r);
    if (r->options.quiet)
        return;
    printf("%s: %lld looked at, %lld responses, %lld moved", r->name, (long long)t->looked_at,
           (long long)t->responses, (long long)t->moved);
    if (t->failed > 0)
        printf(", %lld unreadable", (long long)t->failed);
    if (r->session.low)
        printf(", %llu KB read",
               (unsigned long long)(imap_stream_bytes(r->session.low) - t->bytes_before + 1023) /
                   1024);
    if (t->marked_only)
        printf(
            "; the old copies are marked deleted and wait for your mail program to expunge them");
    puts(complete ? "" : "; not complete");
}

/* Another source that cannot be read covers nothing; that is no reason not to sweep. */
static void tell(void *context, const struct error *e)
{
    (void)context;
    command_print_error(e);
}

bool imap_sweep_prepare(struct imap_run *r, struct error *e)
{
    if (!context_load_rules(&r->context, false, e) ||
        !context_open_store(&r->context, STORE_WRITE, LIMIT_RECORD_MS, e))
        return false;
    refresh_all(&r->context, tell, NULL);
    return true;
}

/* Sent mail first: a response judged afterwards finds what it is about. Where that mailbox is not
 * there, or cannot be read to its end, it covers nothing more, and the sweep goes on as beside any
 * other source that cannot be read. */
bool imap_sweep_connected(struct imap_run *r, struct error *e)
{
    struct error unread = {0};
    int64_t added;
    bool is_read = r->options.dry_run || !imap_is_source(r) || imap_record_sent(r, &added, &unread);
    bool goes_on = is_read || imap_is_healthy(&r->session);
    if (goes_on && !imap_sweep(r, e)) {
        if (!is_read)
            tell(NULL, &unread);
        return false;
    }
    if (!is_read)
        *e = unread;
    return is_read;
}

static bool sweep_once(struct imap_run *r, struct error *e)
{
    return imap_connect(r, e) && imap_sweep_connected(r, e);
}

static bool sweep(struct imap_run *r, struct error *e)
{
    if (!imap_sweep_prepare(r, e))
        return false;
    bool ok = sweep_once(r, e);
    if (!ok && r->session.misunderstood && !r->without_structure) {
        /* Some message's structure is beyond what can be read: go on without any. */
        imap_close(&r->session);
        *e = (struct error){0};
        r->without_structure = true;
        ok = sweep_once(r, e);
    }
    imap_print_summary(r, ok);
    context_save_rules(&r->context);
    return ok;
}

/* --- the command line --- */

static const struct option options[] = {
    {"dry-run", no_argument, NULL, 'n'},     {"since", required_argument, NULL, 's'},
    {"limit", required_argument, NULL, 'l'}, {"timeout", required_argument, NULL, 't'},
    {"quiet", no_argument, NULL, 'q'},       {"config", required_argument, NULL, 'c'},
    {"help", no_argument, NULL, 'h'},        {0},
};

static bool number(const char *word, long most, long *out, struct error *e)
{
    char *end;
    *out = strtol(word, &end, 10);
    if (ascii_is_digit(word[0]) && *end == '\0' && *out > 0 && *out <= most)
        return true;
    return error_set(e, ERROR_USAGE, "'%s' is no number from 1 to %ld", word, most);
}

static bool take_option(int c, struct imap_options *o, char **argv, struct error *e)
{
    long n;
    if (c == 'n')
        o->dry_run = true;
    else if (c == 'q')
        o->quiet = true;
    else if (c == 'c')
        o->config = optarg;
    else if (c == 'h')
        o->help = true;
    else if (c == 's')
        return clock_parse_date(optarg, &o->since) ||
               error_set(e, ERROR_USAGE, "'%s' is no date: write YYYY-MM-DD", optarg);
    else if (c == 'l') {
        if (!number(optarg, 1000000000, &n, e))
            return false;
        o->limit = (size_t)n;
    } else if (c == 't') {
        if (!number(optarg, 1000000, &n, e))
            return false;
        o->seconds = (int)n;
    } else
        return command_bad_option(argv, e);
    return true;
}

static bool parse(int argc, char **argv, struct imap_options *o, struct error *e)
{
    opterr = 0;
    for (int c; (c = getopt_long(argc, argv, ":ns:l:t:qc:h", options, NULL)) != -1;)
        if (!take_option(c, o, argv, e))
            return false;
    if (!o->help && argc - optind != 1)
        return error_set(e, ERROR_USAGE, "name one account, as in '%s imap:NAME'", argv[0]);
    return true;
}

bool imap_find_account(struct imap_run *r, const char *word, struct error *e)
{
    const char *name = strncmp(word, "imap:", 5) == 0 ? word + 5 : word;
    r->account = config_imap_account(r->context.config, name);
    if (!r->account)
        return error_set(e, ERROR_CONFIG, "there is no [imap \"%s\"] in %s", name,
                         r->context.paths.config_file);
    r->name = arena_printf(r->context.arena, "imap:%s", name);
    return r->name || error_memory(e);
}

/* A connection that is cut is an error of write(2); a server that lies about a length finds a
 * bound. */
static void set_bounds(void)
{
    struct rlimit memory = {LIMIT_IMAP_MEMORY, LIMIT_IMAP_MEMORY};
    struct sigaction ignore = {.sa_handler = SIG_IGN};
    sigaction(SIGPIPE, &ignore, NULL);
#ifndef __SANITIZE_ADDRESS__ /* which reserves address space by the terabyte */
    setrlimit(RLIMIT_AS, &memory);
#else
    (void)memory;
#endif
}

/* The other subcommands of backsift-imap; `watch` has a life of its own. */
struct job {
    const char *name;
    bool (*run)(struct imap_run *r, struct error *e);
    bool locks; /* takes its turn with others over the same account */
};

static const struct job jobs[] = {
    {"sweep", sweep, true},         {"record", record, true},     {"recheck", imap_recheck, true},
    {"append", imap_append, false}, {"check", imap_check, false},
};

static const struct job *find_job(const char *name)
{
    for (size_t i = 0; i < sizeof jobs / sizeof *jobs; i++)
        if (strcmp(jobs[i].name, name) == 0)
            return &jobs[i];
    return NULL;
}

static bool run(struct imap_run *r, const struct job *job, const char *word, struct error *e)
{
    bool busy = false;
    int lock = -1;
    if (!context_open(&r->context, CALLER_USER, r->options.config, e) ||
        !imap_find_account(r, word, e))
        return false;
    if (job->locks && (lock = imap_lock(&r->context, r->account->name, "", &busy, e)) < 0)
        return busy;
    bool ok = job->run(r, e);
    imap_close(&r->session);
    if (lock >= 0)
        close(lock);
    return ok;
}

static bool run_watch(const struct imap_options *o, const char *word, struct error *e)
{
    if (o->dry_run || o->since || o->limit)
        return error_set(e, ERROR_USAGE, "watch takes no --dry-run, --since or --limit");
    return imap_watch(o, word, e);
}

int imap_command_main(int argc, char **argv)
{
    struct imap_run r = {0};
    struct error e = {0};
    const char *name = argc > 1 ? argv[1] : "";
    const struct job *job = find_job(name);
    bool is_watch = strcmp(name, "watch") == 0;
    set_bounds();
    imap_guard();
    if (!job && !is_watch)
        error_set(&e, ERROR_USAGE,
                  "this program is run by 'backsift sweep imap:NAME', 'backsift record imap:NAME' "
                  "and 'backsift watch imap:NAME'");
    else if (parse(argc - 1, argv + 1, &r.options, &e)) {
        if (r.options.help)
            return command_help(is_watch ? imap_watch_usage : usage);
        if (is_watch)
            run_watch(&r.options, argv[1 + optind], &e);
        else
            run(&r, job, argv[1 + optind], &e);
    }
    if (e.kind)
        command_print_error(&e);
    context_close(&r.context);
    return exit_code_of(&e);
}
