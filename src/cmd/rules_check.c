/*
 * `rules check`: all findings, one line each, then what they come to.
 */
#include <stdio.h>
#include <sys/stat.h>

#include "cmd/exit_code.h"
#include "cmd/rules_action.h"

struct checking {
    const struct rules_run *run;
    struct rules_tally *tally;
};

void rules_print_finding(const struct rules_run *r, struct rules_tally *tally,
                         enum rules_severity severity, const char *text)
{
    static const char *const word[] = {"note", "warning", "error"};
    size_t *const count[] = {&tally->notes, &tally->warnings, &tally->errors};
    ++*count[severity];
    if (severity == RULES_ERROR || (!r->quiet && (r->verbose || severity == RULES_WARNING)))
        printf("%s: %s\n", word[severity], text);
}

static void found(void *context, enum rules_severity severity, const char *text)
{
    const struct checking *c = context;
    rules_print_finding(c->run, c->tally, severity, text);
}

static bool is_folder(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

/* The samples that were asked for, else the user's own when there are any. */
static bool check_samples(struct rules_run *r, struct rules_tally *tally, struct error *e)
{
    if (r->samples)
        return rules_run_samples(r, r->samples, false, tally, e);
    const char *own = arena_printf(r->arena, "%s/samples", r->paths.user_rules);
    if (!own)
        return error_memory(e);
    return !is_folder(own) || rules_run_samples(r, own, true, tally, e);
}

static void print_summary(const struct rules_run *r, const struct rules_tally *t)
{
    printf("%zu rules in %zu files: %zu errors, %zu warnings", ruleset_count(r->rules),
           ruleset_file_count(r->rules), t->errors, t->warnings);
    if (r->verbose)
        printf(", %zu notes", t->notes);
    if (t->samples > 0)
        printf("; %zu samples, %zu failed", t->samples, t->samples_failed);
    putchar('\n');
}

int rules_check(struct rules_run *r, struct error *e)
{
    struct rules_tally tally = {0};
    struct checking checking = {r, &tally};
    ruleset_check(r->rules, found, &checking);
    if (!check_samples(r, &tally, e))
        return exit_code_of(e);
    print_summary(r, &tally);
    return tally.errors ? EXIT_CONFIG : tally.samples_failed ? EXIT_DATA : EXIT_DONE;
}
