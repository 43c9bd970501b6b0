/*
 * The rules over one message. The gates leave a few candidates; of these the conditions are asked
 * in the order of their cost until one does not hold, so that the body's text is decoded only for a
 * message whose header and structure fit some rule.
 */
#include "rules/match.h"

#include "rules/captures.h"
#include "rules/gate.h"
#include "rules/rules.h"

bool matching_may_hold(struct matching *mt, struct regex *x, struct subject *one)
{
    const struct literal_set *set = regex_literals(mt->rs->arena, x);
    if (set->count == 0)
        return true;
    if (!subject_fold(&mt->subjects, one))
        return true;
    return literals_may_hold(set, one->folded_value, &one->grams);
}

/* REGEX_YES when any value of the field matches; REGEX_FAILED when none does and one could not be
 * told. */
static enum regex_answer run_test(struct matching *mt, const struct test *t)
{
    enum regex_answer answer = REGEX_NO;
    for (struct subject *s = subjects_of(&mt->subjects, t->field); s; s = s->next) {
        if (!matching_may_hold(mt, t->regex, s))
            continue;
        enum regex_answer one = regex_match(mt->rs->engine, t->regex, s->value, 0);
        if (one == REGEX_YES)
            return REGEX_YES;
        if (one == REGEX_FAILED)
            answer = REGEX_FAILED;
    }
    return answer;
}

static enum regex_answer ask(struct matching *mt, const struct test *t)
{
    unsigned char *kept = &mt->answers[t->index];
    if (*kept == 0)
        *kept = (unsigned char)(run_test(mt, t) + 1);
    return (enum regex_answer)(*kept - 1);
}

static bool is_known(const struct matching *mt, const struct rule_field *f)
{
    if (f->kind == FIELD_STRUCTURE)
        return !mt->header_only || mt->source.structure.p != NULL;
    return !mt->header_only || field_is_cheap(f);
}

enum holds { HOLDS_NOT, HOLDS, HOLDS_PERHAPS, HOLDS_BROKEN };

/* HOLDS_BROKEN: it does not hold, because it could not be told. */
static enum holds condition_holds(struct matching *mt, const struct condition *c)
{
    bool failed = false, unknown = false;
    for (const struct alternative *a = c->alternatives; a; a = a->next) {
        if (!is_known(mt, a->test->field)) {
            unknown = true;
            continue;
        }
        enum regex_answer one = ask(mt, a->test);
        if (one == REGEX_YES)
            return c->negative ? HOLDS_NOT : HOLDS;
        failed = failed || one == REGEX_FAILED;
    }
    if (unknown)
        return HOLDS_PERHAPS;
    if (failed)
        return HOLDS_BROKEN;
    return c->negative ? HOLDS : HOLDS_NOT;
}

static enum holds rule_holds(struct matching *mt, const struct rule *rule)
{
    enum holds holds = HOLDS;
    for (const struct condition *c = rule->conditions; c; c = c->next) {
        enum holds one = condition_holds(mt, c);
        if (one == HOLDS_NOT || one == HOLDS_BROKEN)
            return one;
        if (one == HOLDS_PERHAPS)
            holds = HOLDS_PERHAPS;
    }
    return holds;
}

static void let_all_through(struct matching *mt, const struct rule_field *f)
{
    for (const struct rule *r = f->first_gated; r; r = r->next_gated)
        mt->candidates[r->index / 64] |= UINT64_C(1) << (r->index % 64);
}

static bool pass_gate(struct matching *mt, struct rule_field *f)
{
    if (!f->first_gated)
        return true;
    if (!is_known(mt, f)) {
        let_all_through(mt, f);
        return true;
    }
    struct subject *s = subjects_of(&mt->subjects, f);
    if (s && !gate_build(mt->rs, f))
        return false;
    for (; s; s = s->next) {
        if (!subject_fold(&mt->subjects, s))
            return false;
        gate_pass(f, &s->grams, mt->candidates);
    }
    return true;
}

static bool matching_open(struct matching *mt)
{
    struct arena *arena = mt->source.message->arena;
    struct ruleset *rs = mt->rs;
    mt->answers = arena_alloc(arena, rs->test_count);
    mt->candidates = arena_array(arena, rs->count / 64 + 1, sizeof *mt->candidates);
    if (!mt->answers || !mt->candidates || !subjects_open(rs, &mt->source, &mt->subjects))
        return false;
    for (struct rule_field *f = rs->fields; f; f = f->next)
        if (!pass_gate(mt, f))
            return false;
    return !mt->subjects.no_memory;
}

/* The next rule at or after *i that its gate let through; NULL at the end. */
static const struct rule *next_candidate(const struct matching *mt, size_t *i)
{
    while (*i < mt->rs->count) {
        uint64_t bits = mt->candidates[*i / 64] >> (*i % 64);
        if (bits) {
            *i += (size_t)__builtin_ctzll(bits);
            return mt->rs->rules[*i];
        }
        *i = (*i / 64 + 1) * 64;
    }
    return NULL;
}

bool ruleset_match(struct ruleset *rs, struct message *m, const struct report *r,
                   const char *envelope_sender, struct rule_match *out)
{
    struct matching mt = {.rs = rs, .source = {m, r, envelope_sender, {0}}};
    *out = (struct rule_match){.class = CLASS_MAIL, .rule = ""};
    if (!matching_open(&mt))
        return false;
    const struct rule *rule;
    for (size_t i = 0; (rule = next_candidate(&mt, &i)) != NULL; i++) {
        enum holds holds = rule_holds(&mt, rule);
        if (mt.subjects.no_memory)
            return false;
        if (holds == HOLDS_BROKEN && !out->broken_rule)
            out->broken_rule = rule->name.p;
        if (holds == HOLDS) {
            out->class = rule->class;
            out->rule = rule->name.p;
            out->report = mt.subjects.report;
            return captures_collect(&mt, rule, out);
        }
    }
    return true;
}

bool ruleset_may_match(struct ruleset *rs, struct message *m_with_header_only,
                       struct span structure, const char *envelope_sender)
{
    struct matching mt = {.rs = rs,
                          .source = {m_with_header_only, NULL, envelope_sender, structure},
                          .header_only = true};
    if (!matching_open(&mt))
        return true;
    const struct rule *rule;
    for (size_t i = 0; (rule = next_candidate(&mt, &i)) != NULL; i++) {
        enum holds holds = rule_holds(&mt, rule);
        if (holds == HOLDS && rule->class == CLASS_MAIL && !mt.subjects.no_memory)
            return false;
        if (holds != HOLDS_NOT && rule->class != CLASS_MAIL)
            return true;
    }
    return mt.subjects.no_memory;
}
