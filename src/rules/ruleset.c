/*
 * Interning, and the ruleset's life. What is made at load stands in one arena; compiled regexes are
 * PCRE2's and freed one by one.
 */
#include "rules/ruleset.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

bool field_is_cheap(const struct rule_field *f)
{
    return f->kind <= FIELD_STRUCTURE;
}

/* Field keys that are no names of header fields. */
static const struct {
    const char *key;
    enum field_kind kind;
    bool is_prefix;
} special_keys[] = {
    {"return-path", FIELD_RETURN_PATH, false},
    {"structure", FIELD_STRUCTURE, false},
    {"text", FIELD_TEXT, false},
    {"lines", FIELD_LINES, false},
    {"report.", FIELD_REPORT, true},
    {"original.", FIELD_ORIGINAL, true},
};

static enum field_kind kind_of(struct span key, size_t *name_at)
{
    *name_at = 0;
    for (size_t i = 0; i < sizeof special_keys / sizeof *special_keys; i++) {
        struct span special = span_of(special_keys[i].key);
        bool prefix = special_keys[i].is_prefix;
        if (!span_equals(prefix ? span_slice(key, 0, special.n) : key, special))
            continue;
        *name_at = prefix ? special.n : 0;
        return special_keys[i].kind;
    }
    return FIELD_HEADER;
}

size_t field_name_at(struct span key)
{
    size_t at;
    kind_of(key, &at);
    return at;
}

/* A new thing of that size that begins with a kept copy of its key; NULL without memory. */
static void *new_thing(struct ruleset *rs, struct span **place, struct span key, size_t size)
{
    char *kept = arena_string(rs->arena, key);
    struct span *thing = kept ? arena_alloc(rs->arena, size) : NULL;
    if (thing)
        *thing = (struct span){kept, key.n};
    *place = thing;
    return thing;
}

struct rule_field *ruleset_field(struct ruleset *rs, struct span key, bool *is_new)
{
    struct span **place = string_table_place(&rs->field_table, key);
    *is_new = place && !*place;
    if (!*is_new)
        return place ? (struct rule_field *)*place : NULL;
    struct rule_field *f = new_thing(rs, place, key, sizeof *f);
    if (!f)
        return NULL;
    size_t name_at;
    f->kind = kind_of(key, &name_at);
    f->name = f->key.p + name_at;
    f->index = rs->field_count++;
    f->next = rs->fields;
    rs->fields = f;
    return f;
}

struct regex *ruleset_regex(struct ruleset *rs, const struct rule_field *field, struct span pattern,
                            bool *is_new)
{
    bool multiline = field->kind == FIELD_LINES;
    struct span **place = string_table_place(&rs->pattern_table[multiline], pattern);
    *is_new = place && !*place;
    if (!*is_new)
        return place ? (struct regex *)*place : NULL;
    struct regex *x = new_thing(rs, place, pattern, sizeof *x);
    if (!x)
        return NULL;
    x->multiline = multiline;
    x->next_regex = rs->regexes;
    rs->regexes = x;
    return x;
}

struct test *ruleset_test(struct ruleset *rs, struct rule_field *field, struct regex *x)
{
    for (struct test *t = x->tests; t; t = t->next_of_regex)
        if (t->field == field)
            return t;
    struct test *t = arena_alloc(rs->arena, sizeof *t);
    if (!t)
        return NULL;
    *t = (struct test){field, x, rs->test_count++, x->tests};
    x->tests = t;
    return t;
}

static void add_to_gate(struct rule *rule)
{
    struct rule_field *f = rule->conditions->field;
    if (f->last_gated)
        f->last_gated->next_gated = rule;
    else
        f->first_gated = rule;
    f->last_gated = rule;
}

bool ruleset_add(struct ruleset *rs, struct rule *rule)
{
    if (rs->count == rs->room) {
        size_t room = rs->room ? rs->room * 2 : 256;
        struct rule **rules = realloc(rs->rules, room * sizeof *rules);
        if (!rules)
            return false;
        rs->rules = rules;
        rs->room = room;
    }
    rule->index = rs->count;
    rs->rules[rs->count++] = rule;
    add_to_gate(rule);
    return true;
}

void ruleset_compile(struct ruleset *rs)
{
    for (struct regex *x = rs->regexes; x; x = x->next_regex)
        (void)regex_compile(rs->engine, x, NULL);
}

void ruleset_free(struct ruleset *rs)
{
    if (!rs)
        return;
    regex_engine_free(rs->engine);
    arena_free(rs->arena);
    if (rs->mapped) {
        munmap(rs->mapped, rs->mapped_size);
    } else {
        string_table_free(&rs->field_table);
        string_table_free(&rs->rule_table);
        string_table_free(&rs->pattern_table[0]);
        string_table_free(&rs->pattern_table[1]);
        free(rs->rules);
    }
    free(rs);
}

size_t ruleset_count(const struct ruleset *rs)
{
    return rs->count;
}

struct rule_info ruleset_info(const struct ruleset *rs, size_t i)
{
    const struct rule *r = rs->rules[i];
    return (struct rule_info){r->name.p, r->file, r->line, r->class, r->condition_count};
}

size_t ruleset_file_count(const struct ruleset *rs)
{
    return rs->file_count;
}

struct rules_file ruleset_file(const struct ruleset *rs, size_t i)
{
    return rs->files[i];
}
