/*
 * Matches are run again for the one rule that holds: keeping the groups of every match would cost
 * all the others.
 */
#include "rules/captures.h"

#include <string.h>

#include "base/limits.h"
#include "base/printable.h"

static const char *const kind_names[] = {
    [CAPTURE_RECIPIENT] = "recipient", [CAPTURE_REASON] = "reason",
    [CAPTURE_STATUS] = "status",       [CAPTURE_ID] = "id",
    [CAPTURE_ORIGINAL] = "original",
};

bool capture_kind_from_name(struct span name, enum capture_kind *out)
{
    for (size_t i = 0; i < sizeof kind_names / sizeof *kind_names; i++) {
        if (span_is(name, kind_names[i])) {
            *out = (enum capture_kind)i;
            return true;
        }
    }
    return false;
}

/* The groups of one match go to out. */
struct collecting {
    struct rule_match *out;
    const char *field;
    struct span subject;
};

static bool is_there(const struct rule_match *m, const struct capture *c)
{
    for (size_t i = 0; i < m->capture_count; i++) {
        const struct capture *old = &m->captures[i];
        if (old->kind != c->kind)
            continue;
        if (c->kind == CAPTURE_ORIGINAL ? old->offset == c->offset
                                        : span_equals(old->value, c->value))
            return true;
    }
    return false;
}

static void add_group(void *context, enum capture_kind kind, size_t from, size_t to)
{
    struct collecting *col = context;
    struct capture c = {kind, col->field, span_slice(col->subject, from, to), from};
    if (c.value.n == 0 && kind != CAPTURE_ORIGINAL)
        return;
    if (col->out->capture_count < LIMIT_CAPTURES && !is_there(col->out, &c))
        col->out->captures[col->out->capture_count++] = c;
}

/* Behind a match that was empty, the next character. */
static size_t next_start(struct span s, size_t from, size_t to)
{
    if (to > from)
        return to;
    unsigned cp;
    size_t n = utf8_decode(span_slice(s, to, s.n), &cp);
    return to + (n > 0 ? n : 1);
}

/* Collects the groups of the first match in s, or of all. False when there was none. */
static bool collect_from(struct matching *mt, const struct test *t, struct subject *s, bool all,
                         struct rule_match *out)
{
    struct collecting col = {out, t->field->key.p, s->value};
    if (!matching_may_hold(mt, t->regex, s))
        return false;
    size_t start = 0;
    bool any = false;
    while (start <= s->value.n && out->capture_count < LIMIT_CAPTURES) {
        enum regex_answer answer = regex_match(mt->rs->engine, t->regex, s->value, start);
        if (answer == REGEX_FAILED && !out->broken_rule)
            out->broken_rule = out->rule;
        if (answer != REGEX_YES)
            break;
        any = true;
        regex_groups(mt->rs->engine, t->regex, add_group, &col);
        size_t from, to;
        regex_bounds(mt->rs->engine, &from, &to);
        size_t next = next_start(s->value, from, to);
        if (!all || next <= start)
            break;
        start = next;
    }
    return any;
}

static void collect_first(struct matching *mt, const struct condition *c, struct rule_match *out)
{
    for (const struct alternative *a = c->alternatives; a; a = a->next) {
        if (!regex_has_groups(a->test->regex))
            continue;
        struct subject *s = subjects_of(&mt->subjects, a->test->field);
        while (s && !collect_from(mt, a->test, s, false, out))
            s = s->next;
    }
}

static void collect_all(struct matching *mt, const struct test *t, struct rule_match *out)
{
    for (struct subject *s = subjects_of(&mt->subjects, t->field); s; s = s->next)
        (void)collect_from(mt, t, s, true, out);
}

static bool has_anything(const struct rule *rule)
{
    for (const struct condition *c = rule->conditions; c; c = c->next)
        for (const struct alternative *a = c->alternatives; a; a = a->next)
            if (!c->negative && regex_has_groups(a->test->regex))
                return true;
    return rule->captures != NULL;
}

bool captures_collect(struct matching *mt, const struct rule *rule, struct rule_match *out)
{
    if (!has_anything(rule))
        return true;
    out->captures = arena_array(mt->source.message->arena, LIMIT_CAPTURES, sizeof *out->captures);
    if (!out->captures)
        return false;
    for (const struct condition *c = rule->conditions; c; c = c->next)
        if (!c->negative)
            collect_first(mt, c, out);
    for (const struct alternative *a = rule->captures; a; a = a->next)
        collect_all(mt, a->test, out);
    return !mt->subjects.no_memory;
}
