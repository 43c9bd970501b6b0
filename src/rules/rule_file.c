/*
 * Keys become conditions here. A mistake that could change what a rule means without anybody
 * noticing is an error: an unknown class or group, an empty regex, a rule without a condition on
 * the header, a name that is not written as names are.
 */
#include "rules/rule_file.h"

#include <string.h>

#include "base/ini_file.h"
#include "base/limits.h"
#include "base/printable.h"
#include "rules/captures.h"
#include "rules/pattern.h"

struct rule_reader {
    struct ruleset *rs;
    const char *path, *name;
    struct rule *rule; /* the one being read, or NULL */
};

enum role { ROLE_CONDITION, ROLE_ALSO, ROLE_NOT, ROLE_ANY, ROLE_CAPTURE };

/* A key taken apart. */
struct rule_key {
    enum role role;
    struct span field;
};

static bool fail(const struct ini_item *item, struct error *e, const char *what)
{
    return error_set(e, ERROR_CONFIG, "%s:%d: %s", item->file, item->line, what);
}

static bool fail_with(const struct ini_item *item, struct error *e, const char *what,
                      const char *value)
{
    return error_set(e, ERROR_CONFIG, "%s:%d: %s '%s'", item->file, item->line, what, value);
}

static bool name_has_only(const char *name, const char *others)
{
    for (; *name; name++)
        if (!(*name >= 'a' && *name <= 'z') && !ascii_is_digit(*name) && !strchr(others, *name))
            return false;
    return true;
}

static struct rule_key key_parts(const char *key)
{
    static const struct {
        const char *prefix;
        enum role role;
    } prefixes[] = {
        {"also-", ROLE_ALSO}, {"not-", ROLE_NOT}, {"any-", ROLE_ANY}, {"capture-", ROLE_CAPTURE}};
    for (size_t i = 0; i < sizeof prefixes / sizeof *prefixes; i++) {
        size_t n = strlen(prefixes[i].prefix);
        if (strncmp(key, prefixes[i].prefix, n) == 0)
            return (struct rule_key){prefixes[i].role, span_of(key + n)};
    }
    return (struct rule_key){ROLE_CONDITION, span_of(key)};
}

/* A field of a header or, behind "report." or "original.", of those. */
static bool check_field(const struct ini_item *item, struct span field, struct error *e)
{
    struct span name = span_slice(field, field_name_at(field), field.n);
    if (name.n == 0)
        return fail_with(item, e, "a field's name is missing in", item->key);
    if (!name_has_only(name.p, "-_"))
        return fail_with(item, e,
                         "a field's name is written with a-z, 0-9, '-' and '_', and has a dot only "
                         "behind report or original: not",
                         item->key);
    if (span_is(field, "class") || span_is(field, "report") || span_is(field, "original"))
        return fail_with(item, e, "there is no field of that name:", item->key);
    return true;
}

/* Whether every name that looks like a group's is one that may stand there. What looks wrong may
 * still be no group: in a class, or behind a backslash. */
static bool groups_look_right(const struct regex *x)
{
    for (const char *p = x->pattern.p; (p = strstr(p, "(?")) != NULL; p += 2) {
        enum capture_kind kind;
        if (p[2] == '\'' || p[2] == 'P')
            return false;
        if (p[2] != '<' || p[3] == '=' || p[3] == '!')
            continue;
        struct span name = {p + 3, strcspn(p + 3, ">")};
        if (!capture_kind_from_name(name, &kind) || (kind == CAPTURE_ORIGINAL && !x->multiline))
            return false;
    }
    return true;
}

/* Groups read off the pattern, so that a misspelt one is found without compiling. */
static bool check_groups(const struct ini_item *item, const struct regex *x, struct error *e)
{
    struct span rest = x->pattern;
    for (struct pattern_token t = pattern_next(&rest);
         t.kind != TOKEN_END && t.kind != TOKEN_UNSURE; t = pattern_next(&rest)) {
        enum capture_kind kind;
        if (t.kind != TOKEN_OPEN || t.name.n == 0)
            continue;
        if (!capture_kind_from_name(t.name, &kind))
            return error_set(e, ERROR_CONFIG,
                             "%s:%d: unknown group '%.*s': there are recipient, "
                             "reason, status, id and original",
                             item->file, item->line, (int)t.name.n, t.name.p);
        if (kind == CAPTURE_ORIGINAL && !x->multiline)
            return fail(item, e, "the group 'original' is for the field 'lines' alone");
    }
    return true;
}

static bool check_regex(const struct ini_item *item, const struct regex *x, struct error *e)
{
    if (x->pattern.n == 0)
        return fail_with(item, e, "the regex is missing behind", item->key);
    if (!utf8_is_valid(x->pattern))
        return fail_with(item, e, "the regex is not valid UTF-8 behind", item->key);
    return groups_look_right(x) || check_groups(item, x, e);
}

/* What most mail has says little about it: better asked late, so that rules that need a rare field
 * are passed over at once. */
static int field_cost(const struct rule_field *f)
{
    static const char *const common[] = {"from", "to",           "received",
                                         "date", "content-type", "message-id"};
    if (f->kind == FIELD_HEADER) {
        for (size_t i = 0; i < sizeof common / sizeof *common; i++)
            if (strcmp(f->name, common[i]) == 0)
                return 3;
        return strcmp(f->name, "subject") == 0 ? 2 : 0;
    }
    return f->kind == FIELD_RETURN_PATH ? 1 : 4 + 2 * (int)f->kind;
}

/* The costliest field that must be looked at; what has no gate comes behind what has. */
static int condition_cost(const struct condition *c)
{
    const int gated = 4 + 2 * (int)FIELD_STRUCTURE;
    int cost = 0;
    for (const struct alternative *a = c->alternatives; a; a = a->next)
        cost = field_cost(a->test->field) > cost ? field_cost(a->test->field) : cost;
    if (c->field && !c->negative)
        return cost;
    return (cost > gated ? cost : gated) + 1;
}

static struct condition *find_condition(const struct rule *rule, const struct rule_field *field)
{
    for (struct condition *c = rule->conditions; c; c = c->next)
        if (c->field == field && !c->negative && !c->closed)
            return c;
    return NULL;
}

static struct condition *add_condition(struct rule_reader *r, struct rule_field *field,
                                       enum role role)
{
    struct condition *c = arena_alloc(r->rs->arena, sizeof *c);
    if (!c)
        return NULL;
    c->field = field;
    c->negative = role == ROLE_NOT;
    c->closed = role == ROLE_ALSO;
    c->next = r->rule->conditions;
    r->rule->conditions = c;
    r->rule->condition_count++;
    return c;
}

static bool add_alternative(struct rule_reader *r, struct alternative **at, struct test *test,
                            int line)
{
    struct alternative *a = arena_alloc(r->rs->arena, sizeof *a);
    if (!a)
        return false;
    *a = (struct alternative){test, line, *at};
    *at = a;
    return true;
}

/* Behind those whose field costs no more. */
static bool add_to_condition(struct rule_reader *r, struct condition *c, struct test *test,
                             int line)
{
    struct alternative **at = &c->alternatives;
    while (*at && field_cost((*at)->test->field) <= field_cost(test->field))
        at = &(*at)->next;
    return add_alternative(r, at, test, line);
}

static bool add_capture(struct rule_reader *r, struct test *test, int line)
{
    struct alternative **at = &r->rule->captures;
    while (*at)
        at = &(*at)->next;
    return add_alternative(r, at, test, line);
}

/* They were put on top as they came; of equal cost, the first in the file comes first. */
static void sort_conditions(struct rule *rule)
{
    struct condition *sorted = NULL;
    for (struct condition *c = rule->conditions, *next; c; c = next) {
        next = c->next;
        c->cost = condition_cost(c);
        struct condition **at = &sorted;
        while (*at && (*at)->cost < c->cost)
            at = &(*at)->next;
        c->next = *at;
        *at = c;
    }
    rule->conditions = sorted;
}

static bool receive_condition(struct rule_reader *r, const struct ini_item *item, struct error *e)
{
    struct rule_key key = key_parts(item->key);
    bool new_field = false, new_regex = false;
    struct rule_field *field = ruleset_field(r->rs, key.field, &new_field);
    if (new_field && !check_field(item, key.field, e))
        return false;
    struct regex *x = field ? ruleset_regex(r->rs, field, span_of(item->value), &new_regex) : NULL;
    if (new_regex && !check_regex(item, x, e))
        return false;
    struct test *test = x ? ruleset_test(r->rs, field, x) : NULL;
    if (!test)
        return error_memory(e);
    if (key.role == ROLE_CAPTURE)
        return add_capture(r, test, item->line) || error_memory(e);
    struct rule_field *asked = key.role == ROLE_ANY ? NULL : field;
    bool takes_alternatives = key.role == ROLE_CONDITION || key.role == ROLE_ANY;
    struct condition *c = takes_alternatives ? find_condition(r->rule, asked) : NULL;
    if (!c)
        c = add_condition(r, asked, key.role);
    return (c && add_to_condition(r, c, test, item->line)) || error_memory(e);
}

static bool receive_class(struct rule_reader *r, const struct ini_item *item, struct error *e)
{
    if (r->rule->has_class)
        return fail(item, e, "a rule has one class");
    if (!class_from_name(span_of(item->value), &r->rule->class))
        return fail_with(item, e, "unknown class", item->value);
    r->rule->has_class = true;
    return true;
}

/* The rule that was being read is complete. */
static bool end_rule(struct rule_reader *r, struct error *e)
{
    struct rule *rule = r->rule;
    r->rule = NULL;
    if (!rule)
        return true;
    if (!rule->has_class)
        return error_set(e, ERROR_CONFIG, "%s:%d: the rule '%s' has no class", rule->file,
                         rule->line, rule->section);
    sort_conditions(rule);
    const struct condition *first = rule->conditions;
    if (!first || first->negative || !first->field || !field_is_cheap(first->field))
        return error_set(e, ERROR_CONFIG,
                         "%s:%d: the rule '%s' needs a condition that is not 'not-' or 'any-' on a "
                         "header field, return-path or structure",
                         rule->file, rule->line, rule->section);
    if (r->rs->count >= LIMIT_RULES)
        return error_set(e, ERROR_CONFIG, "%s:%d: there are more than %d rules", rule->file,
                         rule->line, LIMIT_RULES);
    return ruleset_add(r->rs, rule) || error_memory(e);
}

static bool check_rule_name(const struct ini_item *item, struct error *e)
{
    if (!*item->section || !name_has_only(item->section, "-") || strlen(item->section) > 48)
        return fail_with(item, e, "a rule's name has at most 48 of a-z, 0-9 and '-': not",
                         item->section);
    if (strncmp(item->section, "not-", 4) == 0)
        return fail_with(item, e,
                         "a rule's name does not begin with 'not-' (samples do):", item->section);
    return true;
}

static bool begin_rule(struct rule_reader *r, const struct ini_item *item, struct error *e)
{
    if (!end_rule(r, e) || !check_rule_name(item, e))
        return false;
    size_t prefix = strlen(r->name), n = strlen(item->section);
    struct rule *rule = arena_alloc(r->rs->arena, sizeof *rule);
    char *name = arena_alloc(r->rs->arena, prefix + n + 2);
    if (!rule || !name)
        return error_memory(e);
    memcpy(name, r->name, prefix);
    name[prefix] = '/';
    memcpy(name + prefix + 1, item->section, n);
    rule->name = (struct span){name, prefix + n + 1};
    rule->section = name + prefix + 1;
    rule->file = r->path;
    rule->line = item->line;
    struct span **place = string_table_place(&r->rs->rule_table, rule->name);
    if (!place)
        return error_memory(e);
    if (*place)
        return fail_with(item, e, "there is a rule of that name above:", item->section);
    *place = &rule->name;
    r->rule = rule;
    return true;
}

static bool receive(void *context, const struct ini_item *item, struct error *e)
{
    struct rule_reader *r = context;
    if (!item->key)
        return begin_rule(r, item, e);
    if (!r->rule)
        return fail(item, e, "a key stands before the first [rule]");
    return strcmp(item->key, "class") == 0 ? receive_class(r, item, e)
                                           : receive_condition(r, item, e);
}

bool rule_file_read(struct ruleset *rs, const char *path, const char *name, struct error *e)
{
    struct rule_reader r = {.rs = rs, .path = path, .name = name};
    return ini_read_file(path, receive, &r, e) && end_rule(&r, e);
}

bool rule_file_read_bytes(struct ruleset *rs, const char *path, const char *name, struct span bytes,
                          struct error *e)
{
    struct rule_reader r = {.rs = rs, .path = path, .name = name};
    return ini_read_bytes(path, bytes, receive, &r, e) && end_rule(&r, e);
}
