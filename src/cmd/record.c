/*
 * `record`: what was sent goes into the outbound index: one message on standard input, or what is
 * new in the declared sources.
 */
#include "cmd/command.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/limits.h"
#include "cmd/context.h"
#include "cmd/exit_code.h"
#include "cmd/imap_program.h"
#include "cmd/progress.h"
#include "cmd/record_one.h"
#include "sources/coverage.h"
#include "sources/pending_gap.h"
#include "sources/source.h"

static const char usage[] =
    "Usage: backsift record [OPTION]... [SOURCE]...\n"
    "       backsift record [OPTION]... --exec COMMAND [ARGUMENT]...\n"
    "Add what was sent to the outbound index. SOURCE is maildir:PATH, mbox:PATH, log:PATH\n"
    "(a mail server's log), imap:NAME (an account), the path of a Maildir folder, or - (or\n"
    "stdin): one sent message on standard input. Without SOURCE, record the message on standard\n"
    "input if there is one, else what is new in all declared sources.\n\n"
    "  -e, --exec              record the message on standard input, then give it to COMMAND\n"
    "                          unchanged, whatever became of the record; exit as COMMAND does\n"
    "  -f, --sender=ADDRESS    the envelope sender of the message on standard input\n"
    "  -r, --recipient=ADDRESS an envelope recipient of it (repeatable)\n"
    "  -q, --quiet             print nothing but errors\n"
    "  -c, --config=FILE       read this configuration\n"
    "  -h, --help              show this help\n\n"
    "Exit: 0 done; 64 usage; 65 a source cannot be read; 75 try again; 78 configuration.\n"
    "With a message on standard input every failure is 75, as a mail system may be the caller.\n";

struct record {
    struct context context;
    struct outgoing outgoing;
    bool quiet, help, exec;
};

/* --- sources --- */

static void show_progress(void *context, const struct source_progress *p)
{
    char text[LIMIT_VALUE];
    snprintf(text, sizeof text, "%lld looked at, %lld recorded: %s", (long long)p->seen,
             (long long)p->added, (const char *)context);
    progress_show(text);
}

static bool is_declared(const struct config *c, const char *name)
{
    for (size_t i = 0; i < c->sources.count; i++)
        if (strcmp(c->sources.items[i], name) == 0)
            return true;
    return false;
}

static bool is_same_file(const char *a, const char *b)
{
    struct stat sa, sb;
    return stat(a, &sa) == 0 && stat(b, &sb) == 0 && sa.st_dev == sb.st_dev &&
           sa.st_ino == sb.st_ino;
}

/* The scheme with which word names a path: a bare path is a Maildir folder's. NULL when it names
 * something else. */
static const char *scheme_of(const char *word)
{
    static const char *const schemes[] = {"maildir:", "mbox:", "log:"};
    for (size_t i = 0; i < sizeof schemes / sizeof *schemes; i++)
        if (strncmp(word, schemes[i], strlen(schemes[i])) == 0)
            return schemes[i];
    struct stat st;
    return strncmp(word, "~/", 2) == 0 || (stat(word, &st) == 0 && S_ISDIR(st.st_mode)) ? schemes[0]
                                                                                        : NULL;
}

/* A source's name as it is declared, so that the same place is never read as two sources. */
static const char *name_of(struct record *r, const char *word)
{
    const struct config *c = r->context.config;
    const char *scheme = scheme_of(word);
    if (!scheme)
        return word;
    size_t n = strlen(scheme);
    const char *path = strncmp(word, scheme, n) == 0 ? word + n : word;
    if (strncmp(path, "~/", 2) == 0)
        path = arena_printf(r->context.arena, "%s/%s", r->context.paths.home, path + 2);
    for (size_t i = 0; path && i < c->sources.count; i++)
        if (strncmp(c->sources.items[i], scheme, n) == 0 &&
            is_same_file(c->sources.items[i] + n, path))
            return c->sources.items[i];
    char *real = path ? realpath(path, NULL) : NULL;
    const char *name = real ? arena_printf(r->context.arena, "%s%s", scheme, real) : NULL;
    free(real);
    return name ? name : word;
}

static void print_result(const struct record *r, const char *name, const struct source_progress *p)
{
    if (p->report)
        progress_clear();
    if (r->quiet)
        return;
    printf("%s: %lld recorded", name, (long long)p->added);
    if (p->skipped > 0)
        printf(", %lld unreadable", (long long)p->skipped);
    if (!p->complete)
        printf(", not complete");
    puts(is_declared(r->context.config, name) ? "" : " (not declared under [index] source)");
}

static bool run_source(struct record *r, const char *word, struct error *e)
{
    const char *name = name_of(r, word);
    struct source_progress p = {0};
    if (!r->quiet && progress_is_possible()) {
        p.report = show_progress;
        p.context = (void *)name;
    }
    const struct source_kind *kind = source_kind_of(name, e);
    if (!kind)
        return false;
    if (kind->is_push)
        return true;
    if (imap_program_is_account(name))
        return imap_program_record(name, r->quiet, r->outgoing.config, e);
    bool ok = source_run(r->context.store, r->context.config, name, 0, &p, e);
    print_result(r, name, &p);
    return ok;
}

/* Removes what is older than [index] retain-days in steps that let others in between. */
static bool prune(struct record *r, struct error *e)
{
    unixtime before = clock_now() - r->context.config->retain_days * SECONDS_PER_DAY;
    bool left = coverage_forget(r->context.store, before, e);
    if (!left)
        return false;
    for (int i = 0; i < LIMIT_PRUNE_STEPS && left; i++)
        if (!store_prune(r->context.store, before, LIMIT_PRUNE_ROWS, &left, e))
            return false;
    return true;
}

static void keep_first(struct error *first, const struct error *e)
{
    command_print_error(e);
    if (first->kind == ERROR_NONE)
        *first = *e;
}

/* Every source gets its turn; the first error decides the exit code. */
static int run_sources(struct record *r, char *const *names, size_t count)
{
    struct error first = {0};
    for (size_t i = 0; i < count; i++) {
        struct error e = {0};
        if (!run_source(r, names[i], &e))
            keep_first(&first, &e);
    }
    struct error e = {0};
    if (!prune(r, &e))
        keep_first(&first, &e);
    return exit_code_of(&first);
}

static int record_sources(struct record *r, char **words, size_t count, struct error *e)
{
    const struct config_list *declared = &r->context.config->sources;
    if (count == 0 && declared->count == 0)
        error_set(e, ERROR_CONFIG,
                  "no source of sent mail is declared: add 'source = maildir:PATH' under [index] "
                  "in %s",
                  r->context.paths.config_file);
    else if (context_open_to_record(&r->context, e) &&
             pending_gap_store(r->context.store, r->context.config, e))
        return count > 0 ? run_sources(r, words, count)
                         : run_sources(r, (char *const *)declared->items, declared->count);
    return exit_code_of(e);
}

/* --- the command line --- */

static const struct option options[] = {
    {"exec", no_argument, NULL, 'e'},
    {"sender", required_argument, NULL, 'f'},
    {"recipient", required_argument, NULL, 'r'},
    {"quiet", no_argument, NULL, 'q'},
    {"config", required_argument, NULL, 'c'},
    {"help", no_argument, NULL, 'h'},
    {0},
};

/* Options end at the first word: what stands behind --exec COMMAND is the command's. */
static bool parse(int argc, char **argv, struct record *r, struct error *e)
{
    opterr = 0;
    for (int c; (c = getopt_long(argc, argv, "+:ef:r:qc:h", options, NULL)) != -1;) {
        if (c == 'e')
            r->exec = true;
        else if (c == 'f')
            r->outgoing.sender = optarg;
        else if (c == 'r')
            r->outgoing.recipients[r->outgoing.recipient_count++] = optarg;
        else if (c == 'q')
            r->quiet = true;
        else if (c == 'c')
            r->outgoing.config = optarg;
        else if (c == 'h')
            r->help = true;
        else
            return command_bad_option(argv, e);
    }
    if (r->exec && !argv[optind] && !r->help)
        return error_set(e, ERROR_USAGE, "--exec needs a command to hand the message on to");
    return true;
}

static bool is_stdin(const char *word)
{
    return word && (strcmp(word, "-") == 0 || strcmp(word, SOURCE_STDIN) == 0);
}

static bool has_envelope(const struct record *r)
{
    return r->outgoing.sender || r->outgoing.recipient_count > 0;
}

/* An envelope on the command line announces a message, and so does one that is there. */
static bool wants_stdin(const struct record *r, char **words, size_t count)
{
    if (count > 0)
        return count == 1 && is_stdin(words[0]);
    return has_envelope(r) || record_stdin_waits();
}

static int run(struct record *r, char **words, size_t count, struct error *e)
{
    if (r->exec) {
        record_and_exec(&r->context, &r->outgoing, words, e);
        return exit_code_for_mail_system(e);
    }
    bool from_stdin = wants_stdin(r, words, count);
    if (!from_stdin && has_envelope(r)) {
        error_set(e, ERROR_USAGE, "--sender and --recipient go with a message on standard input");
        return exit_code_of(e);
    }
    bool opened = context_open(&r->context, CALLER_USER, r->outgoing.config, e);
    if (from_stdin) {
        if (opened)
            record_stdin(&r->context, &r->outgoing, e);
        return exit_code_for_mail_system(e);
    }
    return opened ? record_sources(r, words, count, e) : exit_code_of(e);
}

int command_record(int argc, char **argv)
{
    struct record r = {.outgoing.recipients = calloc((size_t)argc, sizeof(char *))};
    struct error e = {0};
    int code;
    if (!r.outgoing.recipients)
        error_memory(&e);
    if (e.kind || !parse(argc, argv, &r, &e))
        code =
            r.exec || is_stdin(argv[argc - 1]) ? exit_code_for_mail_system(&e) : exit_code_of(&e);
    else if (r.help)
        code = command_help(usage);
    else
        code = run(&r, argv + optind, (size_t)(argc - optind), &e);
    if (e.kind)
        command_print_error(&e);
    free(r.outgoing.recipients);
    context_close(&r.context);
    return code;
}
