/*
 * Samples: messages that say in their file name which rule must decide them, or must not. They
 * stand in one folder for each rule file: FILE/RULE.eml, FILE/RULE~variant.eml,
 * FILE/not-RULE~variant.eml.
 */
#include <dirent.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/printable.h"
#include "cmd/context.h"
#include "cmd/rules_action.h"

static const char suffix[] = ".eml";
static const char negation[] = "not-";

struct sampling {
    const struct rules_run *run;
    struct rules_tally *tally;
    struct arena *arena; /* of the sample at hand */
    bool *has_sample;    /* by the rule's number */
    struct error *error;
};

/* What a sample's path says. */
struct sample {
    const char *path;
    const char *rule; /* "file/section" */
    bool negative;
};

__attribute__((format(printf, 3, 4))) static void
fail(struct sampling *s, const struct sample *sample, const char *format, ...)
{
    char what[512];
    va_list args;
    va_start(args, format);
    vsnprintf(what, sizeof what, format, args);
    va_end(args);
    struct buf path = {0};
    printable_add(&path, span_of(sample->path), 0);
    printf("failed: %s: %s\n", buf_string(&path), what);
    buf_free(&path);
    s->tally->samples_failed++;
}

static bool find_rule(const struct ruleset *rs, const char *name, size_t *number)
{
    for (*number = 0; *number < ruleset_count(rs); ++*number)
        if (strcmp(ruleset_info(rs, *number).name, name) == 0)
            return true;
    return false;
}

static void judge(struct sampling *s, const struct sample *sample, const struct rule_match *match)
{
    bool same = strcmp(match->rule, sample->rule) == 0;
    if (match->broken_rule)
        fail(s, sample, "the rule '%s' runs into a limit or does not compile", match->broken_rule);
    else if (sample->negative && same)
        fail(s, sample, "must not be decided by '%s'", sample->rule);
    else if (!sample->negative && !same && *match->rule)
        fail(s, sample, "is decided by '%s'", match->rule);
    else if (!sample->negative && !same)
        fail(s, sample, "no rule holds, '%s' should", sample->rule);
}

static bool run_sample(struct sampling *s, const struct sample *sample)
{
    struct span bytes;
    struct rule_match match;
    size_t number;
    s->tally->samples++;
    if (!find_rule(s->run->rules, sample->rule, &number)) {
        fail(s, sample, "there is no such rule");
        return true;
    }
    s->has_sample[number] = s->has_sample[number] || !sample->negative;
    if (!context_read_file(s->arena, sample->path, &bytes, s->error))
        return false;
    struct message *m = message_parse(s->arena, bytes);
    struct report *report = m ? report_read(m) : NULL;
    if (!report || !ruleset_match(s->run->rules, m, report, NULL, &match))
        return error_memory(s->error);
    judge(s, sample, &match);
    return true;
}

/* --- the folders --- */

static int by_bytes(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

static int is_visible(const struct dirent *d)
{
    return d->d_name[0] != '.';
}

static int is_sample(const struct dirent *d)
{
    size_t n = strlen(d->d_name);
    return n >= sizeof suffix && d->d_name[0] != '.' &&
           strcmp(d->d_name + n - (sizeof suffix - 1), suffix) == 0;
}

/* name is "[not-]RULE[~variant].eml". */
static bool read_sample(struct sampling *s, const char *folder, const char *file, const char *name)
{
    struct sample sample = {.path = arena_printf(s->arena, "%s/%s/%s", folder, file, name)};
    sample.negative = strncmp(name, negation, strlen(negation)) == 0;
    const char *rule = sample.negative ? name + strlen(negation) : name;
    size_t n = strcspn(rule, "~");
    if (rule[n] == '\0')
        n -= strlen(suffix);
    sample.rule = arena_printf(s->arena, "%s/%.*s", file, (int)n, rule);
    return sample.path && sample.rule ? run_sample(s, &sample) : error_memory(s->error);
}

static bool run_folder(struct sampling *s, const char *folder, const char *file)
{
    struct dirent **entries = NULL;
    char *path = arena_printf(s->arena, "%s/%s", folder, file);
    if (!path)
        return error_memory(s->error);
    int count = scandir(path, &entries, is_sample, by_bytes);
    if (count < 0 && errno == ENOTDIR)
        return true; /* such as a README */
    if (count < 0)
        return error_system(s->error, ERROR_DATA, errno, "cannot read samples in '%s'", path);
    bool ok = true;
    for (int i = 0; i < count; i++) {
        arena_reset(s->arena);
        ok = ok && read_sample(s, folder, file, entries[i]->d_name);
        free(entries[i]);
    }
    free(entries);
    return ok;
}

static bool run_folders(struct sampling *s, const char *folder)
{
    struct dirent **entries = NULL;
    int count = scandir(folder, &entries, is_visible, by_bytes);
    if (count < 0)
        return error_system(s->error, ERROR_DATA, errno, "cannot read samples in '%s'", folder);
    bool ok = true;
    for (int i = 0; i < count; i++) {
        arena_reset(s->arena);
        ok = ok && run_folder(s, folder, entries[i]->d_name);
        free(entries[i]);
    }
    free(entries);
    return ok;
}

static void warn_of_rules_without(struct sampling *s, bool users_only)
{
    size_t users = strlen(s->run->paths.user_rules);
    for (size_t i = 0; i < ruleset_count(s->run->rules); i++) {
        struct rule_info info = ruleset_info(s->run->rules, i);
        struct error text = {0};
        if (s->has_sample[i] ||
            (users_only && strncmp(info.file, s->run->paths.user_rules, users) != 0))
            continue;
        error_set(&text, ERROR_DATA, "%s:%d: the rule '%s' has no sample", info.file, info.line,
                  info.name);
        rules_print_finding(s->run, s->tally, RULES_WARNING, text.text);
    }
}

bool rules_run_samples(const struct rules_run *r, const char *folder, bool users_only,
                       struct rules_tally *tally, struct error *e)
{
    struct sampling s = {.run = r, .tally = tally, .error = e, .arena = arena_new(LIMIT_ARENA)};
    s.has_sample = calloc(ruleset_count(r->rules) + 1, sizeof *s.has_sample);
    bool ok = s.arena && s.has_sample ? run_folders(&s, folder) : error_memory(e);
    if (ok)
        warn_of_rules_without(&s, users_only);
    free(s.has_sample);
    arena_free(s.arena);
    return ok;
}
