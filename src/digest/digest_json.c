/*
 * Lists are written whole, whatever the mail would show. Times are UTC as in the log, null when not
 * known.
 */
#include "digest/digest_json.h"

#include "base/json.h"

static void time_field(struct json *j, const char *name, unixtime t)
{
    char text[32];
    if (t > 0)
        clock_format(t, text);
    json_string(j, name, t > 0 ? text : NULL);
}

static void filed(struct json *j, const char *mailbox, const char *folder, const char *file)
{
    json_string(j, "mailbox", mailbox);
    json_string(j, "folder", folder);
    json_string(j, "file", file);
}

static void told_list(struct json *j, const char *name, const struct told_list *list)
{
    json_open_array(j, name);
    for (size_t i = 0; i < list->count; i++) {
        const struct told *t = &list->items[i];
        json_open_object(j, NULL);
        json_string(j, "class", class_name(t->class));
        json_string(j, "origin", origin_name(t->origin));
        if (t->before != t->origin)
            json_string(j, "previous_origin", origin_name(t->before));
        time_field(j, "arrival", t->arrival);
        json_string(j, "from", t->from);
        json_string(j, "recipient", t->recipient);
        json_string(j, "subject", t->subject);
        json_string(j, "original_subject", t->original_subject);
        filed(j, t->mailbox, t->folder, t->file);
        json_close_object(j);
    }
    json_close_array(j);
}

static const char *fate_name(const struct own_recipient *r)
{
    return r->filtered                 ? "filtered"
           : r->fate == FATE_FAILED    ? "failed"
           : r->fate == FATE_DELIVERED ? "delivered"
                                       : "delayed";
}

static void recipients(const struct digest *d, struct json *j, const struct own_mail *m)
{
    json_open_array(j, "recipients");
    for (size_t i = 0; i < m->recipient_count; i++) {
        const struct own_recipient *r = &m->recipients[i];
        struct buf why = {0};
        words_why(d->columns, &why, r);
        json_open_object(j, NULL);
        json_string(j, "address", r->address);
        json_string(j, "state", fate_name(r));
        time_field(j, "when", r->when);
        json_number(j, "delays", r->delays);
        json_string(j, "status", r->status);
        json_string(j, "diagnostic", r->diagnostic);
        json_string(j, "why", buf_string(&why));
        json_string(j, "advice", words_advice(r));
        json_close_object(j);
        buf_free(&why);
    }
    json_close_array(j);
}

static void own_mails(const struct digest *d, struct json *j)
{
    const struct own_mails *mails = &d->summary->mails;
    json_open_array(j, "own");
    for (size_t i = 0; i < mails->count; i++) {
        const struct own_mail *m = &mails->items[i];
        json_open_object(j, NULL);
        json_string(j, "original_id", m->id);
        json_string(j, "subject", m->subject);
        json_string(j, "date", m->date);
        json_string(j, "reporting_mta", m->reporting_mta);
        json_bool(j, "marked", m->marked);
        recipients(d, j, m);
        filed(j, m->mailbox, m->folder, m->file);
        json_close_object(j);
    }
    json_close_array(j);
}

static void counts(struct json *j, const char *name, const class_counts by_class)
{
    json_open_object(j, name);
    for (int o = 0; o < 3; o++) {
        json_open_object(j, origin_name((enum origin)o));
        for (int c = 0; c < CLASS_COUNT; c++)
            if (by_class[c][o] > 0)
                json_number(j, class_name((enum class)c), by_class[c][o]);
        json_close_object(j);
    }
    json_close_object(j);
}

static void top(struct json *j, const char *name, const struct tally_count *items, size_t count,
                int64_t rest)
{
    json_open_object(j, name);
    json_open_array(j, "top");
    for (size_t i = 0; i < count; i++) {
        json_open_object(j, NULL);
        json_string(j, "name", items[i].name);
        json_number(j, "count", items[i].count);
        json_close_object(j);
    }
    json_close_array(j);
    json_number(j, "others", rest);
    json_close_object(j);
}

static void top_names(struct json *j, const char *name, const struct top_names *t)
{
    top(j, name, t->items, t->count, t->others);
}

static void campaigns(struct json *j, const struct campaigns *all)
{
    json_open_array(j, "campaigns");
    for (size_t i = 0; i < all->count; i++) {
        const struct campaign *c = &all->items[i];
        json_open_object(j, NULL);
        json_number(j, "count", c->count);
        time_field(j, "first", c->first);
        time_field(j, "last", c->last);
        json_number(j, "sources", c->sources);
        json_string(j, "subject", c->subject);
        json_string(j, "link_domain", c->link);
        json_string(j, "mailer", c->mailer);
        json_string(j, "source_address", c->source);
        json_string(j, "source_helo", c->helo);
        filed(j, c->mailbox, c->folder, c->file);
        json_close_object(j);
    }
    json_close_array(j);
}

static void senders(struct json *j, const struct senders *s)
{
    json_open_object(j, "senders");
    json_number(j, "traced", s->traced);
    json_number(j, "through_us", s->through_us);
    json_number(j, "different_addresses", (int64_t)s->addresses.different);
    top_names(j, "source_addresses", &s->addresses);
    top_names(j, "mailers", &s->mailers);
    top_names(j, "link_domains", &s->links);
    top_names(j, "checks", &s->checks);
    top_names(j, "response_checks", &s->response_checks);
    campaigns(j, &s->campaigns);
    json_close_object(j);
}

static void days(struct json *j, const struct summary *s)
{
    json_open_array(j, "days");
    for (int i = 0; i < SUMMARY_DAYS; i++) {
        json_open_object(j, NULL);
        json_string(j, "date", when(s->days[i].start, WHEN_DATE).text);
        counts(j, "counts", s->days[i].counts);
        json_close_object(j);
    }
    json_close_array(j);
}

static void sources(struct json *j, const struct index_state *i)
{
    json_open_array(j, "sources");
    for (size_t k = 0; k < i->source_count; k++) {
        json_open_object(j, NULL);
        json_string(j, "name", i->sources[k].name);
        time_field(j, "first_run", i->sources[k].first_run);
        time_field(j, "last_run", i->sources[k].last_run);
        json_number(j, "messages", i->sources[k].messages);
        json_close_object(j);
    }
    json_close_array(j);
    json_open_array(j, "gaps");
    for (size_t k = 0; k < i->gap_count; k++) {
        json_open_object(j, NULL);
        json_string(j, "source", i->gaps[k].source);
        time_field(j, "from", i->gaps[k].from);
        time_field(j, "to", i->gaps[k].to);
        json_string(j, "reason", i->gaps[k].reason);
        json_close_object(j);
    }
    json_close_array(j);
}

static void index_object(struct json *j, const struct index_state *i)
{
    json_open_object(j, "index");
    json_string(j, "trouble", i->trouble);
    json_number(j, "ids", i->ids);
    json_bool(j, "covered", i->coverage.any);
    time_field(j, "covered_from", i->coverage.from);
    time_field(j, "covered_to", i->coverage.to);
    json_string(j, "coverage", i->coverage.why);
    time_field(j, "forged_from", i->forged_from);
    sources(j, i);
    json_open_array(j, "advice");
    for (size_t k = 0; k < i->advice_count; k++) {
        json_open_object(j, NULL);
        json_string(j, "say", i->advice[k].say);
        json_open_array(j, "lines");
        for (size_t n = 0; n < i->advice[k].line_count; n++)
            json_string(j, NULL, i->advice[k].lines[n]);
        json_close_array(j);
        json_close_object(j);
    }
    json_close_array(j);
    json_close_object(j);
}

static void troubles(struct json *j, const struct troubles *t)
{
    json_open_array(j, "troubles");
    for (size_t i = 0; i < t->count; i++) {
        json_open_object(j, NULL);
        json_string(j, "level", t->items[i].is_error ? "error" : "warning");
        json_string(j, "text", t->items[i].text);
        json_number(j, "count", t->items[i].count);
        time_field(j, "last", t->items[i].last);
        json_close_object(j);
    }
    json_close_array(j);
}

static void blocklists(struct json *j, const struct blocklists *lists)
{
    static const char *const words[] = {"unknown", "no", "yes"};
    json_open_array(j, "blocklists");
    for (size_t i = 0; i < lists->count; i++) {
        const struct blocklist *list = &lists->items[i];
        json_open_object(j, NULL);
        json_string(j, "zone", list->zone);
        json_bool(j, "lists_everything", list->lists_everything);
        json_open_array(j, "hosts");
        for (size_t k = 0; k < list->host_count; k++) {
            json_open_object(j, NULL);
            json_string(j, "host", list->hosts[k].host);
            json_string(j, "address", list->hosts[k].address);
            json_string(j, "listed", words[list->hosts[k].listing]);
            json_close_object(j);
        }
        json_close_array(j);
        json_close_object(j);
    }
    json_close_array(j);
}

void digest_json(const struct digest *d, struct buf *out)
{
    const struct summary *s = d->summary;
    struct json j = {.out = out};
    struct buf headline = {0};
    words_headline(&headline, s);
    json_open_object(&j, NULL);
    time_field(&j, "since", s->since);
    time_field(&j, "until", s->until);
    json_string(&j, "headline", buf_string(&headline));
    told_list(&j, "rescued", &s->rescued);
    own_mails(d, &j);
    told_list(&j, "answers", &s->answers);
    told_list(&j, "unknown", &s->doubtful);
    json_number(&j, "older_unknown", s->older_doubtful);
    json_number(&j, "found_forged", s->found_forged);
    json_number(&j, "expired", s->expired);
    counts(&j, "counts", s->counts);
    top(&j, "forged_names", s->forged_names, s->forged_name_count, s->other_forged_names);
    top(&j, "forged_hosts", s->forged_hosts, s->forged_host_count, s->other_forged_hosts);
    blocklists(&j, d->blocklists);
    senders(&j, &s->senders);
    days(&j, s);
    index_object(&j, d->index);
    troubles(&j, d->troubles);
    json_number(&j, "unreadable", s->unreadable);
    json_bool(&j, "incomplete", s->incomplete);
    json_close_object(&j);
    buf_add_byte(out, '\n');
    out->failed = out->failed || headline.failed;
    buf_free(&headline);
}
