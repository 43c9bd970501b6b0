/*
 * `check`: is everything wired? One line per thing looked at, what is wrong with what to do about
 * it, and an exit code for scripts. It changes nothing but one probe file in the Maildir's tmp/.
 */
#include "cmd/command.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/limits.h"
#include "base/printable.h"
#include "cmd/callers.h"
#include "cmd/check.h"
#include "cmd/check_dns.h"
#include "cmd/check_imap.h"
#include "cmd/context.h"
#include "cmd/exit_code.h"
#include "evidence/sandbox.h"
#include "mailbox/maildir.h"
#include "sources/coverage.h"
#include "sources/source.h"
#include "store/transfer.h"

static const char usage[] =
    "Usage: backsift check [OPTION]...\n"
    "Look whether everything is wired: configuration, rules, Maildir, index, sources, coverage,\n"
    "accounts at mail servers, and the files that call backsift. Say what is missing and what to\n"
    "do.\n\n"
    "  -d, --dns               look up, too, what your domains publish: SPF, DMARC, DKIM keys\n"
    "  -s, --selector=NAME     the DKIM key of that name, with --dns (again for more)\n"
    "  -i, --imap              log in to the accounts, too, and look for their mailboxes\n"
    "  -q, --quiet             print only what is wrong\n"
    "  -c, --config=FILE       read this configuration\n"
    "  -h, --help              show this help\n\n"
    "Exit: 0 all is well (warnings included); 1 something is wrong; 78 configuration.\n";

void check_report(struct check *k, enum check_level level, const char *what, const char *format,
                  ...)
{
    static const char *const word[] = {"ok", "note", "warning", "WRONG"};
    if (level == CHECK_WRONG)
        k->wrong++;
    if (level == CHECK_WARNING)
        k->warnings++;
    if (k->quiet && level <= CHECK_NOTE)
        return;
    char text[2048];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    struct buf safe = {0};
    printable_add(&safe, span_of(text), 0);
    printf("%-8s %-9s %s\n", word[level], what, buf_string(&safe));
    buf_free(&safe);
}

static void check_config(struct check *k)
{
    const struct config *c = k->context.config;
    check_report(k, CHECK_OK, "config", "%s",
                 c->file ? c->file : "no file: every key has its default");
    if (c->domains.count == 0 && c->addresses.count == 0)
        check_report(k, CHECK_WARNING, "own",
                     "no [own] domain or address: say 'domain = example.org' in %s",
                     k->context.paths.config_file);
    struct paths mta = {0};
    struct error e = {0};
    if (!paths_find(k->context.arena, CALLER_MAIL_SYSTEM, k->config_option, &mta, &e))
        check_report(k, CHECK_WRONG, "paths", "%s", e.text);
    else if (strcmp(mta.state_folder, k->context.paths.state_folder) != 0 ||
             strcmp(mta.config_file, k->context.paths.config_file) != 0)
        check_report(k, CHECK_WARNING, "paths",
                     "XDG variables move your configuration or state, but not those of a mail "
                     "system's deliveries: those read %s and write below %s; unset them or give "
                     "absolute paths in [index]",
                     mta.config_file, mta.state_folder);
}

static void rule_finding(void *context, enum rules_severity severity, const char *text)
{
    if (severity != RULES_NOTE)
        check_report(context, severity == RULES_ERROR ? CHECK_WRONG : CHECK_NOTE, "rules", "%s",
                     text);
}

static void check_rules(struct check *k)
{
    struct error e = {0};
    if (!context_load_rules(&k->context, false, &e)) {
        check_report(k, CHECK_WRONG, "rules", "%s", e.text);
        return;
    }
    if (ruleset_check(k->context.rules, rule_finding, k) == 0)
        check_report(k, CHECK_OK, "rules", "%zu rules from %s and %s",
                     ruleset_count(k->context.rules), k->context.paths.user_rules,
                     k->context.paths.shipped_rules);
}

static void check_sandbox(struct check *k)
{
    struct sandbox_walls walls;
    if (!sandbox_probe(&walls))
        check_report(k, CHECK_WRONG, "sandbox",
                     "no process can be started to read a message in: all goes to the inbox "
                     "until memory and limits of processes allow one");
    else if (!walls.filter)
        check_report(k, CHECK_WARNING, "sandbox",
                     "this kernel takes no filter of system calls (seccomp): messages are read in "
                     "a process with limits of time, memory and files alone");
    else
        check_report(k, CHECK_OK, "sandbox",
                     "messages are read in a process with limits of time, memory and files, a "
                     "filter of system calls, %s Landlock",
                     walls.landlock ? "and" : "but without");
}

static void check_maildir(struct check *k)
{
    const struct config *c = k->context.config;
    struct error e = {0};
    struct maildir *md = maildir_open(c->maildir, c->layout, c->maildir_configured, &e);
    struct maildir_draft *d = md ? maildir_draft_new(md, &e) : NULL;
    bool ok = d && maildir_draft_write(d, span_of("probe\n"), &e) && maildir_draft_sync(d, &e);
    maildir_draft_drop(d);
    if (ok)
        check_report(k, CHECK_OK, "maildir", "%s takes messages durably", c->maildir);
    else
        check_report(k, CHECK_WRONG, "maildir", "%s", e.text);
    maildir_close(md);
    if (c->observe)
        check_report(k, CHECK_NOTE, "deliver",
                     "observe = yes: verdicts are journaled, all is filed in the inbox");
}

static void check_index(struct check *k)
{
    struct error e = {0};
    struct index_stats stats;
    if (!context_open_store(&k->context, STORE_READ, LIMIT_LOOKUP_MS, &e))
        check_report(k, e.kind == ERROR_DATA ? CHECK_WARNING : CHECK_WRONG, "index",
                     "%s; every response is 'unknown' until then", e.text);
    else if (!store_stats(k->context.store, k->context.arena, &stats, &e))
        check_report(k, CHECK_WRONG, "index", "%s", e.text);
    else if (stats.ids == 0)
        check_report(
            k, CHECK_WARNING, "index",
            "empty: record your sent mail, such as 'backsift record maildir:PATH-OF-SENT'");
    else
        check_report(k, CHECK_OK, "index", "%lld message ID%s, %lld recipient%s",
                     (long long)stats.ids, stats.ids == 1 ? "" : "s", (long long)stats.recipients,
                     stats.recipients == 1 ? "" : "s");
}

struct others {
    const char *name;  /* the source that is asked about */
    int64_t after_day; /* of its last message */
    int64_t messages;  /* that others recorded since, and it did not */
};

static bool count_others(void *context, const struct transfer_table *table,
                         const struct transfer_value *row, struct error *e)
{
    struct others *o = context;
    (void)table;
    (void)e;
    if (row[0].number > o->after_day && !span_equals(row[1].bytes, span_of(o->name)))
        o->messages += row[2].number;
    return true;
}

/* A wrapper that is no longer called says nothing by itself; other sources that go on seeing mail
 * leave do: a message counts for the source that had it first. */
static void check_silence(struct check *k, const char *name, const struct source_state *state)
{
    struct others o = {.name = name, .after_day = state->last_run / SECONDS_PER_DAY};
    struct error e = {0};
    char when[32];
    bool silent =
        state->is_push && clock_now() - state->last_run > LIMIT_SILENT_DAYS * SECONDS_PER_DAY;
    const struct transfer_table *days = transfer_table_named(span_of("sent_day"));
    if (!silent || !transfer_each(k->context.store, days, count_others, &o, &e) ||
        o.messages < LIMIT_SILENT_MESSAGES)
        return;
    clock_format(state->last_run, when);
    check_report(k, CHECK_WARNING, "source",
                 "%s has fallen silent: its last message was at %s, and other sources have seen "
                 "%lld leave since: is it still called for all you send?",
                 name, when, (long long)o.messages);
}

static void check_sources(struct check *k)
{
    const struct config *c = k->context.config;
    if (c->sources.count == 0)
        check_report(
            k, CHECK_WARNING, "sources",
            "none declared: say 'source = maildir:PATH' in [index]; without one no response "
            "is ever 'forged'");
    for (size_t i = 0; i < c->sources.count; i++) {
        struct error e = {0};
        struct source_state state;
        char when[32];
        if (!source_kind_of(c->sources.items[i], &e))
            check_report(k, CHECK_WRONG, "source", "%s", e.text);
        else if (k->context.store &&
                 store_source(k->context.store, k->context.arena, c->sources.items[i], &state,
                              &e) &&
                 state.first_run) {
            clock_format(state.last_run, when);
            check_report(k, CHECK_OK, "source", "%s: %lld message%s, last run %s",
                         c->sources.items[i], (long long)state.messages,
                         state.messages == 1 ? "" : "s", when);
            check_silence(k, c->sources.items[i], &state);
        } else
            check_report(k, CHECK_WARNING, "source", "%s has never run: run 'backsift record'",
                         c->sources.items[i]);
    }
}

static void check_coverage(struct check *k)
{
    struct coverage cover;
    struct error e = {0};
    const char *why = "";
    unixtime now = clock_now();
    if (!k->context.store)
        return;
    if (!coverage_find(k->context.store, k->context.arena, k->context.config, now, &cover, &e))
        check_report(k, CHECK_WRONG, "coverage", "%s", e.text);
    else if (!cover.any)
        check_report(k, CHECK_WARNING, "coverage", "%s", cover.why);
    else if (!coverage_spans(k->context.store, k->context.arena, k->context.config, &cover, now,
                             &why))
        check_report(k, CHECK_WARNING, "coverage", "%s", why);
    else
        check_report(k, CHECK_OK, "coverage", "%s", cover.why);
}

static const struct option options[] = {
    {"dns", no_argument, NULL, 'd'},
    {"selector", required_argument, NULL, 's'},
    {"imap", no_argument, NULL, 'i'},
    {"quiet", no_argument, NULL, 'q'},
    {"config", required_argument, NULL, 'c'},
    {"help", no_argument, NULL, 'h'},
    {0},
};

struct dns_options {
    bool wanted;
    const char *selectors[LIMIT_SELECTORS];
    size_t selector_count;
};

static bool add_selector(struct dns_options *dns, const char *name, struct error *e)
{
    if (dns->selector_count == LIMIT_SELECTORS)
        return error_set(e, ERROR_USAGE, "check takes %d selectors at most", LIMIT_SELECTORS);
    dns->selectors[dns->selector_count++] = name;
    return true;
}

static int run_all(struct check *k, const struct dns_options *dns, bool imap, struct error *e)
{
    if (!context_open(&k->context, CALLER_USER, k->config_option, e))
        return exit_code_of(e);
    check_config(k);
    check_rules(k);
    check_sandbox(k);
    check_maildir(k);
    check_index(k);
    check_sources(k);
    check_coverage(k);
    check_imap(k, imap);
    callers_check(k);
    if (dns->wanted)
        check_dns(k, dns->selectors, dns->selector_count);
    if (!k->quiet)
        printf("%d wrong, %d warnings\n", k->wrong, k->warnings);
    return k->wrong ? EXIT_NO : EXIT_DONE;
}

int command_check(int argc, char **argv)
{
    struct check k = {0};
    struct dns_options dns = {0};
    bool imap = false;
    struct error e = {0};
    opterr = 0;
    for (int c; (c = getopt_long(argc, argv, ":ds:iqc:h", options, NULL)) != -1;) {
        if (c == 'q')
            k.quiet = true;
        else if (c == 'd')
            dns.wanted = true;
        else if (c == 'i')
            imap = true;
        else if (c == 's')
            add_selector(&dns, optarg, &e);
        else if (c == 'c')
            k.config_option = optarg;
        else if (c == 'h')
            return command_help(usage);
        else
            command_bad_option(argv, &e);
    }
    if (!e.kind && optind < argc)
        error_set(&e, ERROR_USAGE, "check takes no arguments: try 'backsift check --help'");
    int code = e.kind ? exit_code_of(&e) : run_all(&k, &dns, imap, &e);
    if (e.kind)
        command_print_error(&e);
    context_close(&k.context);
    return code;
}
