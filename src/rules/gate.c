/*
 * A gate's row: for each rule its number, how many literals follow, and of each the hashes of its
 * first and last three bytes. A count of 0 lets the rule through: some alternative has no literal
 * or a very short one.
 */
#include "rules/gate.h"

/* The literals in all alternatives of a rule's first condition; 0 when one has none or one too
 * short for the grams. */
static size_t literals_of_first(struct ruleset *rs, const struct rule *rule)
{
    size_t n = 0;
    for (const struct alternative *a = rule->conditions->alternatives; a; a = a->next) {
        const struct literal_set *set = regex_literals(rs->arena, a->test->regex);
        if (set->count == 0)
            return 0;
        for (size_t i = 0; i < set->count; i++)
            if (!set->items[i].has_grams)
                return 0;
        n += set->count;
    }
    return n;
}

static uint32_t *write_rule(const struct rule *rule, size_t n, uint32_t *to)
{
    *to++ = (uint32_t)rule->index;
    *to++ = (uint32_t)n;
    if (n == 0)
        return to;
    for (const struct alternative *a = rule->conditions->alternatives; a; a = a->next) {
        const struct literal_set *set = &a->test->regex->literals;
        for (size_t i = 0; i < set->count; i++) {
            *to++ = set->items[i].grams[0];
            *to++ = set->items[i].grams[1];
        }
    }
    return to;
}

bool gate_build(struct ruleset *rs, struct rule_field *f)
{
    size_t words = 0;
    if (f->gate)
        return true;
    for (const struct rule *r = f->first_gated; r; r = r->next_gated)
        words += 2 + 2 * literals_of_first(rs, r);
    uint32_t *gate = arena_array(rs->arena, words, sizeof *gate);
    if (!gate)
        return false;
    uint32_t *to = gate;
    for (const struct rule *r = f->first_gated; r; r = r->next_gated)
        to = write_rule(r, literals_of_first(rs, r), to);
    f->gate_words = words;
    f->gate = gate;
    return true;
}

void gate_pass(const struct rule_field *f, const struct grams *grams, uint64_t *candidates)
{
    const uint32_t *p = f->gate, *end = f->gate + f->gate_words;
    while (p < end) {
        uint32_t rule = p[0], n = p[1];
        bool pass = n == 0;
        p += 2;
        for (uint32_t i = 0; i < n && !pass; i++)
            pass = grams_may_have(grams, p[2 * i]) && grams_may_have(grams, p[2 * i + 1]);
        p += (size_t)n * 2;
        candidates[rule / 64] |= (uint64_t)pass << (rule % 64);
    }
}
