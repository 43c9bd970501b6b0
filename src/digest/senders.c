/*
 * A mail that names one thing twice counts once: evidence holds no value twice within a kind.
 */
#include "digest/senders.h"

#include "base/limits.h"

void senders_begin(struct senders *s, struct arena *arena)
{
    struct names limited = {.arena = arena, .limit = LIMIT_DIGEST_NAMES};
    struct names few = {.arena = arena, .limit = LIMIT_DIGEST_CHECKS};
    *s = (struct senders){.campaigns.arena = arena,
                          .address_tally.names = limited,
                          .mailer_tally.names = limited,
                          .link_tally.names = limited,
                          .check_tally.names = few,
                          .response_tally.names = few};
}

static void count(struct tally *t, const struct findings *f, enum evidence_kind kind)
{
    const struct evidence *e;
    for (size_t i = 0; (e = findings_get(f, kind, i)); i++)
        tally_add(t, span_of(e->value));
}

void senders_add(struct senders *s, const struct journal_event *event, enum origin origin,
                 const struct findings *f)
{
    bool ours =
        findings_get(f, EVIDENCE_RELAY, 0) != NULL || findings_get(f, EVIDENCE_DKIM, 0) != NULL;
    s->through_us += ours;
    if (origin != ORIGIN_FORGED)
        return;
    const struct evidence *source = findings_get(f, EVIDENCE_SOURCE_ADDRESS, 0);
    long number = source ? tally_add(&s->address_tally, span_of(source->value)) : -1;
    s->traced += !ours && source != NULL;
    count(&s->mailer_tally, f, EVIDENCE_MAILER);
    count(&s->link_tally, f, EVIDENCE_LINK_DOMAIN);
    count(&s->check_tally, f, EVIDENCE_RETURNED_CHECK);
    count(&s->response_tally, f, EVIDENCE_RESPONSE_CHECK);
    campaigns_add(&s->campaigns, event, f, number);
}

static void top(const struct tally *t, size_t most, struct top_names *out)
{
    out->count = tally_top(t, most, &out->items, &out->others);
    out->different = t->names.count;
}

void senders_finish(struct senders *s, size_t most)
{
    top(&s->address_tally, most, &s->addresses);
    top(&s->mailer_tally, most, &s->mailers);
    top(&s->link_tally, most, &s->links);
    top(&s->check_tally, most, &s->checks);
    top(&s->response_tally, most, &s->response_checks);
    campaigns_finish(&s->campaigns, most);
}
