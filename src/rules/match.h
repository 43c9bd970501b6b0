/*
 * The matching of one message: what has been asked and answered so far.
 */
#ifndef BACKSIFT_RULES_MATCH_H
#define BACKSIFT_RULES_MATCH_H

#include <stdint.h>

#include "rules/ruleset.h"
#include "rules/subject.h"

struct matching {
    struct ruleset *rs;
    struct subject_source source;
    struct subjects subjects;
    unsigned char *answers; /* by test.index: 0 not asked, else enum regex_answer + 1 */
    uint64_t *candidates;   /* by rule.index: bits */
    bool header_only;       /* conditions on the body may hold */
};

/* Whether x can match this value as far as its literals tell. */
bool matching_may_hold(struct matching *mt, struct regex *x, struct subject *one);

#endif
