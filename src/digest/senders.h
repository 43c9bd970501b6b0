/*
 * Who is behind the forged mail, as far as what came back tells: the hosts that handed it in, its
 * mailers and links, what receivers found when they checked it, campaigns, and whether any of it
 * went through systems of ours.
 */
#ifndef BACKSIFT_DIGEST_SENDERS_H
#define BACKSIFT_DIGEST_SENDERS_H

#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "digest/campaign.h"
#include "digest/tally.h"
#include "evidence/evidence.h"
#include "store/store.h"
#include "verdict/verdict.h"

/* The most frequent names; others counts what stands under none of them. */
struct top_names {
    struct tally_count *items;
    size_t count, different;
    int64_t others;
};

struct senders {
    int64_t traced;     /* forged responses that show which host handed the mail in */
    int64_t through_us; /* forged or unknown ones that show a relay or a DKIM signature of ours */
    struct top_names addresses, mailers, links;
    struct top_names checks, response_checks; /* as "spf=fail": of what came back, of responses */
    struct campaigns campaigns;
    struct tally address_tally, mailer_tally, link_tally, check_tally, response_tally; /* private */
};

void senders_begin(struct senders *s, struct arena *arena);

/* Counts a response of origin forged or unknown in; of the latter only traces of ours count. */
void senders_add(struct senders *s, const struct journal_event *event, enum origin origin,
                 const struct findings *f);

/* Keeps the `most` most frequent of everything. */
void senders_finish(struct senders *s, size_t most);

#endif
