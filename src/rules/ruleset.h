/*
 * A ruleset in memory. Fields, regexes and tests (a regex asked of a field) are interned: what many
 * rules ask is compiled once and answered once for each message.
 */
#ifndef BACKSIFT_RULES_RULESET_H
#define BACKSIFT_RULES_RULESET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "rules/regex.h"
#include "rules/rules.h"
#include "rules/string_table.h"

/* In the order of what they cost. */
enum field_kind {
    FIELD_HEADER,
    FIELD_RETURN_PATH,
    FIELD_STRUCTURE,
    FIELD_REPORT,
    FIELD_ORIGINAL,
    FIELD_TEXT,
    FIELD_LINES
};

/* A field that some rule names. */
struct rule_field {
    struct span key; /* as rules write it: "subject", "report.action"; a string */
    enum field_kind kind;
    const char *name; /* of the header field: "subject", "action" */
    size_t index;
    struct rule_field *next;
    /* The rules whose first condition is on this field, and their gate (gate.h). */
    struct rule *first_gated, *last_gated;
    uint32_t *gate;
    size_t gate_words;
};

/* A regex asked of a field. */
struct test {
    struct rule_field *field;
    struct regex *regex;
    size_t index;
    struct test *next_of_regex;
};

struct alternative {
    struct test *test;
    int line;
    struct alternative *next;
};

/* Holds when any alternative matches; negative: when none does. */
struct condition {
    struct rule_field *field; /* NULL for the any- condition, whose alternatives differ in it */
    struct alternative *alternatives;
    bool negative;
    bool closed; /* also-FIELD: takes no further alternatives */
    int cost;    /* conditions are kept in this order */
    struct condition *next;
};

struct rule {
    struct span name;    /* "file/section"; a string */
    const char *section; /* within name */
    const char *file;
    int line;
    size_t index;
    enum class class;
    bool has_class;
    size_t condition_count;
    struct condition *conditions; /* the first is positive, on a header field or structure */
    struct alternative *captures;
    struct rule *next_gated;
};

struct ruleset {
    struct arena *arena;
    struct regex_engine *engine;
    struct rule **rules;
    size_t count, room;
    struct rules_file *files;
    size_t file_count;
    struct rule_field *fields;
    size_t field_count, test_count;
    struct regex *regexes;
    struct string_table field_table, rule_table, pattern_table[2]; /* [multiline] */
    void *mapped; /* the snapshot that most of it stands in; NULL */
    size_t mapped_size;
};

/* An empty ruleset whose memory is arena's, which becomes the ruleset's own. NULL without memory.
 */
struct ruleset *ruleset_new(struct arena *arena, bool jit);

/* Reads the rule files of both folders into an empty ruleset. */
bool ruleset_read(struct ruleset *rs, const struct rules_options *options, struct error *e);

/* Whether a condition on such a field can be answered from the header and the structure. */
bool field_is_cheap(const struct rule_field *f);

/* Where the name of the header field begins in a key: behind "report." and "original.". */
size_t field_name_at(struct span key);

/* Finds or makes. NULL without memory. is_new says that nobody has asked for it before, so that
 * what it is made from can be checked once. */
struct rule_field *ruleset_field(struct ruleset *rs, struct span key, bool *is_new);
struct regex *ruleset_regex(struct ruleset *rs, const struct rule_field *field, struct span pattern,
                            bool *is_new);
struct test *ruleset_test(struct ruleset *rs, struct rule_field *field, struct regex *x);

/* Adds a rule to the end. False without memory. */
bool ruleset_add(struct ruleset *rs, struct rule *rule);

#endif
