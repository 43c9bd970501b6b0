/*
 * The memory by which messages go to the child that reads many: two baskets, of which one is filled
 * while the other is read. Private to evidence/.
 *
 * The parent writes it and never believes anything that it reads there, as the child, once it is
 * somebody else's, could write it, too.
 */
#ifndef BACKSIFT_EVIDENCE_BULK_BASKET_H
#define BACKSIFT_EVIDENCE_BULK_BASKET_H

#include <stdatomic.h>
#include <stdint.h>

#include "base/limits.h"
#include "config/config.h"
#include "rules/rules.h"

/* The longest message, one byte of what is beyond it, so that message/ sees that there is more, and
 * room that is never read. */
#define BASKET_BYTES (LIMIT_MESSAGE_PARSED + 4096)
/* Where messages begin: on a cache line of their own. */
#define BASKET_ALIGN ((size_t)64)

#define BASKET_WHOLE UINT32_MAX

struct basket {
    uint32_t count;
    struct {
        uint32_t start, size; /* in bytes */
        uint32_t structure;   /* BASKET_WHOLE; or what follows is a header, and behind it so many
                                 bytes of the structure's line, 0: it is not known */
    } messages[LIMIT_BULK_BASKET];
    char bytes[BASKET_BYTES];
};

struct basket_desk {
    _Atomic uint32_t handed;  /* baskets handed over so far; a futex */
    struct basket baskets[2]; /* number n is in baskets[n % 2] */
};

/* What the child is born with. */
struct bulk_work {
    struct basket_desk *desk;
    struct ruleset *rules;
    const struct config *config;
    uint32_t basket, message; /* where it begins */
};

/* The child's life: a child_run (child.h) whose context is a struct bulk_work. */
void bulk_work(void *context, int pipe);

/* For the parent: lets the child know that there is one basket more. */
void basket_hand_over(struct basket_desk *desk);

#endif
