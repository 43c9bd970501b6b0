/*
 * The origin table, row by row. DESIGN.md's order is the decision: what proves "ours" stands first,
 * what adds doubt stands before the one row that needs a whole index to say "forged".
 */
#include "verdict/judgement.h"

#include "base/limits.h"
#include "base/organisation.h"
#include "message/header.h"
#include "sources/coverage.h"
#include "store/normal_form.h"
#include "verdict/batv.h"
#include "verdict/own_address.h"

static bool has_valid_tag(const struct judgement *j, const char *address)
{
    for (size_t i = 0; i < j->config->prvs_keys.count; i++)
        if (batv_tag_is_valid(j->arena, address, j->config->prvs_keys.items[i], j->arrival))
            return true;
    return false;
}

/* The recipient of the response: the To field counts as well, for a mailbox that was fetched has
 * lost its envelope. */
static bool row_1_tag_or_key(struct judgement *j)
{
    static const enum evidence_kind recipients[] = {EVIDENCE_ENVELOPE_RECIPIENT,
                                                    EVIDENCE_DELIVERED_TO, EVIDENCE_TO};
    const struct evidence *v = findings_get(j->f, EVIDENCE_KEYED_HEADER, 0);
    if (v)
        return because(j, "the original carries a keyed header field of yours (%s)", v->where);
    for (size_t k = 0; k < sizeof recipients / sizeof *recipients; k++)
        for (size_t n = 0; (v = findings_get(j->f, recipients[k], n)); n++)
            if (has_valid_tag(j, v->value))
                return because(j, "it came to an address with a valid prvs tag of yours (%s)",
                               v->where);
    return false;
}

/* True when recipients are named and none of them was ever written to. */
static bool is_stray(struct judgement *j, const char *id)
{
    for (size_t i = 0; i < j->recipients.count; i++)
        if (index_knows_id_recipient(j, id, j->recipients.items[i]))
            return false;
    return j->recipients.count > 0 && !known_recipient(j) && j->store;
}

/* An ID scraped from a public list would let a flood pass as ours, so strays are counted. A count
 * that cannot be written lets this one pass: ours is the harmless side. */
static bool too_many_strays(struct judgement *j, const char *id)
{
    struct error e = {0};
    int count = 0;
    if (j->count_strays)
        return store_count_stray(j->store, id, &count, &e) && count > LIMIT_SCRAPED_ID;
    return store_strays(j->store, id, &count, &e) && count >= LIMIT_SCRAPED_ID;
}

static bool ours_by_id(struct judgement *j, const struct evidence *v)
{
    j->out->known_id = v->value;
    j->out->marked = is_stray(j, v->value);
    if (!j->out->marked)
        return because(j, "the original's ID is in the index of what you sent (%s, %s)",
                       evidence_kind_name(v->kind), v->where);
    if (!too_many_strays(j, v->value))
        return because(j,
                       "the original's ID is in the index of what you sent (%s, %s), but you "
                       "never wrote to the recipient it names",
                       evidence_kind_name(v->kind), v->where);
    j->out->origin = ORIGIN_UNKNOWN;
    return because(j,
                   "the original's ID is in the index (%s, %s), but more than %d responses with "
                   "it name recipients you never wrote to: it may have been copied from a public "
                   "place",
                   evidence_kind_name(v->kind), v->where, LIMIT_SCRAPED_ID);
}

static bool row_2_known_id(struct judgement *j)
{
    for (size_t i = 0; i < j->id_count; i++)
        if (index_knows_id(j, j->ids[i]->value))
            return ours_by_id(j, j->ids[i]);
    return false;
}

static bool was_ever_tagged(const struct judgement *j, const char *address)
{
    for (size_t i = 0; i < j->config->prvs_keys.count; i++)
        if (batv_tag_is_signed(j->arena, address, j->config->prvs_keys.items[i]))
            return true;
    return false;
}

/* What answers to the envelope sender of the original, and does so from a null sender (RFC 5321
 * 4.5.5): nothing else has to carry its tag. */
static bool answers_the_envelope(const struct judgement *j)
{
    enum class class = j->f->class;
    const struct evidence *sender = findings_get(j->f, EVIDENCE_ENVELOPE_SENDER, 0);
    return (class == CLASS_BOUNCE || class == CLASS_DELAY || class == CLASS_SUCCESS) && sender &&
           sender->value[0] == '\0';
}

/* Only where the index has been asked: a known ID outweighs a missing tag. A tag that has run out
 * in any place is doubt, and so is not knowing the recipient. */
static bool lacks_tag(struct judgement *j)
{
    if (!j->config->prvs_complete || j->config->prvs_keys.count == 0 || j->f->truncated ||
        !j->store || !answers_the_envelope(j))
        return false;
    const struct evidence *v, *first = NULL;
    for (int k = EVIDENCE_ENVELOPE_RECIPIENT; k <= EVIDENCE_TO; k++)
        for (size_t n = 0; (v = findings_get(j->f, (enum evidence_kind)k, n)); n++) {
            if (was_ever_tagged(j, v->value))
                return false;
            if (!first && k != EVIDENCE_TO)
                first = v;
        }
    return first && because(j,
                            "all you send has a prvs tag, and it came to %s without a true one "
                            "(%s)",
                            first->value, first->where);
}

/* Doubt keeps the row from holding: a list that is empty, an address that was cut off. */
static bool is_nobodys_address(struct judgement *j)
{
    const struct evidence *first = NULL;
    if (!j->config->addresses_complete || j->config->addresses.count == 0 || j->f->truncated)
        return false;
    for (int k = EVIDENCE_ENVELOPE_RECIPIENT; k <= EVIDENCE_RETURNED_SENDER; k++) {
        const struct evidence *v;
        for (size_t n = 0; (v = findings_get(j->f, (enum evidence_kind)k, n)); n++) {
            if (!v->value[0])
                continue;
            if (own_address_is(j->arena, j->config, v->value))
                return false;
            if (!first)
                first = v;
        }
    }
    return first &&
           because(j, "nobody uses the address it came to, %s (%s)", first->value, first->where);
}

static bool row_3_nobody_sent_it(struct judgement *j)
{
    return is_nobodys_address(j) || lacks_tag(j);
}

static bool row_4_no_index(struct judgement *j)
{
    if (!j->store)
        return because(j, "the outbound index cannot be used: %s", j->out->store_note);
    struct error e = {0};
    enum lookup has_sent = store_has_sent(j->store, &e);
    if (has_sent == LOOKUP_YES)
        return false;
    if (has_sent == LOOKUP_NO)
        return because(j, "the outbound index is empty: record what you send (backsift record)");
    judgement_lose_index(j, e.text);
    return because(j, "the outbound index cannot be used: %s", j->out->store_note);
}

static bool has_usable_id(const struct judgement *j)
{
    for (size_t i = 0; i < j->naming_count; i++)
        if (!id_is_rewritten(j, j->naming[i]->value))
            return true;
    return false;
}

/* A copy sent after the response came says nothing; some clocks are ahead a little. */
static bool is_within(const struct judgement *j, unixtime when, unixtime before)
{
    return when >= j->arrival - before && when <= j->arrival + LIMIT_CLOCK_SKEW;
}

static bool row_5_recipient(struct judgement *j)
{
    unixtime before =
        j->f->class == CLASS_AUTOREPLY ? LIMIT_AUTOREPLY_DAYS * SECONDS_PER_DAY : j->reach;
    unixtime when;
    if (has_usable_id(j) || !known_recipient(j))
        return false;
    for (size_t r = 0; r < j->recipients.count; r++)
        for (size_t s = 0; s < j->own_side.count; s++)
            if (index_knows_pair(j, j->own_side.items[s], j->recipients.items[r], &when) &&
                is_within(j, when, before))
                return because(j,
                               "it names no usable ID, but you wrote to %s from %s shortly before",
                               j->recipients.items[r], j->own_side.items[s]);
    return false;
}

static bool row_6_known_recipient(struct judgement *j)
{
    const char *known = known_recipient(j);
    return known && because(j, "you have written to %s, though not under an ID it names", known);
}

/* What was forwarded here comes back here, though nobody here wrote it. */
static bool was_relayed(struct judgement *j)
{
    for (size_t i = 0; i < j->id_count; i++)
        if (index_knows_relayed(j, j->ids[i]->value))
            return because(j,
                           "a message with the original's ID was relayed or forwarded here, not "
                           "written here (%s, %s)",
                           evidence_kind_name(j->ids[i]->kind), j->ids[i]->where);
    return false;
}

static bool row_7_traces(struct judgement *j)
{
    static const struct {
        enum evidence_kind kind;
        const char *words;
    } traces[] = {{EVIDENCE_RELAY, "a relay of yours"},
                  {EVIDENCE_DKIM, "a DKIM signature of your domain"},
                  {EVIDENCE_SRS, "an SRS address of your domain"}};
    for (size_t i = 0; i < sizeof traces / sizeof *traces; i++) {
        const struct evidence *v = findings_get(j->f, traces[i].kind, 0);
        if (v)
            return because(j, "the original names %s, %s (%s)", traces[i].words, v->value,
                           v->where);
    }
    return was_relayed(j);
}

/* Where the span begins in which the original may have been sent: the reach, or the original's own
 * date where that is earlier. A date is the other side's to choose, so it only ever widens; beyond
 * what the index keeps it is no date of a message that is answered now. */
static unixtime earliest_sending(const struct judgement *j)
{
    unixtime from = j->arrival - j->reach, date;
    unixtime kept = j->arrival - j->config->retain_days * SECONDS_PER_DAY;
    const struct evidence *v;
    for (size_t n = 0; (v = findings_get(j->f, EVIDENCE_ORIGINAL_DATE, n)); n++)
        if (date_in(span_of(v->value), &date) && date < from && date >= kept)
            from = date;
    return from;
}

static bool row_8_not_covered(struct judgement *j)
{
    enum class class = j->f->class;
    if (class == CLASS_RECEIPT || class == CLASS_LIST_ROBOT || class == CLASS_COMPLAINT)
        return because(j, "a %s may answer mail of any age or kind", class_name(class));
    struct coverage coverage;
    struct error e = {0};
    unixtime from = earliest_sending(j);
    const char *why = "";
    if (!coverage_find(j->store, j->arena, j->config, j->now, &coverage, &e)) {
        judgement_lose_index(j, e.text);
        return false;
    }
    if (!coverage_holds(j->store, j->arena, j->config, &coverage, from, j->arrival, &why))
        return because(j, "the index may lack what was sent then: %s", why);
    enum lookup nameless = store_has_nameless(j->store, from, j->arrival, &e);
    if (nameless == LOOKUP_ERROR)
        judgement_lose_index(j, e.text);
    return nameless == LOOKUP_YES &&
           because(j, "a copy of what you sent then has no Message-ID, so it may be the original");
}

/* True when the domain is the responder's own, or the responder is not known. */
static bool is_responders_own(const struct judgement *j, const char *id)
{
    const char *normal = normal_message_id(j->arena, span_of(id));
    if (!normal || j->responders.count == 0)
        return true;
    struct span domain = domain_of(span_of(normal));
    for (size_t i = 0; i < j->responders.count; i++)
        if (same_organisation(domain, domain_of(span_of(j->responders.items[i]))))
            return true;
    const struct evidence *v;
    for (size_t n = 0; (v = findings_get(j->f, EVIDENCE_ENVELOPE_SENDER, n)); n++) {
        const char *sender = plain_address(j->arena, span_of(v->value));
        if (sender && same_organisation(domain, domain_of(span_of(sender))))
            return true;
    }
    return false;
}

/* Any candidate that could be somebody's rewriting of our ID, or a ticket number of the
 * responder's, is doubt; so is evidence that was cut off. */
static bool row_9_not_sent(struct judgement *j)
{
    if (j->naming_count == 0 || j->f->truncated)
        return false;
    for (size_t i = 0; i < j->id_count; i++)
        if (id_is_rewritten(j, j->ids[i]->value))
            return false;
    const struct evidence *best = j->naming[0];
    if (evidence_is_cited(best->kind))
        for (size_t i = 0; i < j->id_count; i++)
            if (is_responders_own(j, j->ids[i]->value))
                return false;
    return because(j,
                   "all you sent in the time before is in the index, and the original's ID is "
                   "not (%s, %s)",
                   evidence_kind_name(best->kind), best->where);
}

static bool row_10_anything_else(struct judgement *j)
{
    if (j->f->truncated)
        return because(j, "a limit cut off some of the evidence");
    if (j->id_count == 0)
        return because(j, "it names no ID of the original");
    return because(j,
                   "the ID it names may be the responder's own or a relay's, not the original's");
}

const struct row origin_table[] = {
    {1, ORIGIN_OURS, row_1_tag_or_key},
    {2, ORIGIN_OURS, row_2_known_id},
    {3, ORIGIN_FORGED, row_3_nobody_sent_it},
    {4, ORIGIN_UNKNOWN, row_4_no_index},
    {5, ORIGIN_OURS, row_5_recipient},
    {6, ORIGIN_UNKNOWN, row_6_known_recipient},
    {7, ORIGIN_UNKNOWN, row_7_traces},
    {8, ORIGIN_UNKNOWN, row_8_not_covered},
    {9, ORIGIN_FORGED, row_9_not_sent},
    {10, ORIGIN_UNKNOWN, row_10_anything_else},
    {0, ORIGIN_UNKNOWN, NULL},
};
