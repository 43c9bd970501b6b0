/*
 * All regexes of a ruleset, one by one where they stand: each is compiled and looked at.
 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "rules/lint.h"
#include "rules/rules.h"
#include "rules/ruleset.h"

struct checking {
    struct ruleset *rs;
    rules_finding found;
    void *context;
    size_t errors;
};

static bool is_users(const struct ruleset *rs, const char *file)
{
    for (size_t i = 0; i < rs->file_count; i++)
        if (strcmp(rs->files[i].path, file) == 0)
            return rs->files[i].users;
    return false;
}

__attribute__((format(printf, 5, 6))) static void
report(struct checking *ch, bool is_error, const char *file, int line, const char *format, ...)
{
    char what[1024];
    struct error text = {0};
    va_list args;
    va_start(args, format);
    vsnprintf(what, sizeof what, format, args);
    va_end(args);
    error_set(&text, ERROR_CONFIG, "%s:%d: %s", file, line, what);
    ch->errors += is_error;
    ch->found(ch->context,
              is_error                 ? RULES_ERROR
              : is_users(ch->rs, file) ? RULES_WARNING
                                       : RULES_NOTE,
              text.text);
}

static bool is_body_text(const struct rule_field *f)
{
    return f->kind == FIELD_TEXT || f->kind == FIELD_LINES;
}

/* A regex that finds itself in nothing and in a text of one odd character finds itself anywhere. */
static bool matches_anything(struct ruleset *rs, struct regex *x)
{
    return regex_match(rs->engine, x, span_of(""), 0) == REGEX_YES &&
           regex_match(rs->engine, x, span_of("\x01"), 0) == REGEX_YES;
}

static bool needs_fixed_text(struct ruleset *rs, struct regex *x)
{
    const struct literal_set *set = regex_literals(rs->arena, x);
    for (size_t i = 0; i < set->count; i++)
        if (!set->items[i].has_grams)
            return false;
    return set->count > 0;
}

static void check_test(struct checking *ch, const struct rule *rule, const struct alternative *a,
                       bool is_condition)
{
    struct regex *x = a->test->regex;
    const struct rule_field *f = a->test->field;
    struct error e = {0};
    if (!regex_compile(ch->rs->engine, x, &e)) {
        report(ch, true, rule->file, a->line, "%s", e.text);
        return;
    }
    if (is_body_text(f) && matches_anything(ch->rs, x)) {
        report(ch, true, rule->file, a->line, "the regex matches any text");
        return;
    }
    struct lint lint = pattern_lint(x->pattern, x->multiline);
    if (lint.nested_repeat)
        report(ch, true, rule->file, a->line,
               "a repeat without bound within another, with no fixed text between them, takes "
               "exponential time: give one a bound");
    if (lint.quadratic_start)
        report(ch, is_body_text(f), rule->file, a->line,
               "the regex starts with a repeat without bound, which takes quadratic time: begin "
               "with fixed text, or give the repeat a bound");
    if (is_condition && is_body_text(f) && !needs_fixed_text(ch->rs, x))
        report(ch, false, rule->file, a->line,
               "the regex needs no fixed text, so every candidate's '%s' is searched with it",
               f->key.p);
}

static void check_rule(struct checking *ch, const struct rule *rule)
{
    for (const struct condition *c = rule->conditions; c; c = c->next)
        for (const struct alternative *a = c->alternatives; a; a = a->next)
            check_test(ch, rule, a, true);
    for (const struct alternative *a = rule->captures; a; a = a->next)
        check_test(ch, rule, a, false);
}

size_t ruleset_check(struct ruleset *rs, rules_finding found, void *context)
{
    struct checking ch = {.rs = rs, .found = found, .context = context};
    for (size_t i = 0; i < rs->count; i++)
        check_rule(&ch, rs->rules[i]);
    return ch.errors;
}
