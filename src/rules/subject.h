/*
 * What the tests are run on: the values that a message has for a field, fetched and decoded at the
 * first question and kept with the message, each with its folded copy and its grams.
 */
#ifndef BACKSIFT_RULES_SUBJECT_H
#define BACKSIFT_RULES_SUBJECT_H

#include <stdbool.h>

#include "message/message.h"
#include "report/report.h"
#include "rules/grams.h"
#include "rules/ruleset.h"

/* One value of a field: a header field may stand several times. */
struct subject {
    struct span value;
    bool folded;              /* whether the next two are there */
    struct span folded_value; /* literal_subject of value */
    struct grams grams;
    struct subject *next;
};

/* The values of one field. */
struct subject_list {
    bool loaded;
    struct subject *first, *last;
    struct field_ref *header_fields; /* where they stand in the message's header */
};

/* What a message is asked about; report NULL: it is
 * read from the message when a rule asks for a field of it. */
struct subject_source {
    struct message *message;
    const struct report *report;
    const char *envelope_sender;
    struct span structure; /* p NULL: the message's own */
};

struct subjects {
    const struct subject_source *source;
    const struct report *report; /* the source's, or read from its message; NULL: not needed yet */
    struct subject_list *lists;  /* by rule_field.index */
    bool no_memory;
};

/* Notes which header fields of the message the rules know. False without memory. */
bool subjects_open(const struct ruleset *rs, const struct subject_source *source,
                   struct subjects *out);

/* The values of f, in the order they stand; NULL when it is absent or memory is out (no_memory). */
struct subject *subjects_of(struct subjects *s, const struct rule_field *f);

/* Fills the folded value and grams of one. False without memory. */
bool subject_fold(struct subjects *s, struct subject *one);

#endif
