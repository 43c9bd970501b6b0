/*
 * The sentences about who is behind the flood. What cannot be known is not claimed: without the
 * names of the owner's hosts nothing is said about them.
 */
#include "base/limits.h"
#include "digest/digest.h"

void words_through_us(struct buf *out, const struct senders *s, bool own_hosts_known)
{
    if (s->through_us > 0) {
        words_counted(out, s->through_us, "response");
        buf_printf(out,
                   " that %s forged or to be checked %s mail with a trace of your own server or "
                   "your own signature (DKIM). If you did not send it, somebody may be sending "
                   "through your account: change its password.",
                   s->through_us == 1 ? "is" : "are", s->through_us == 1 ? "returns" : "return");
        if (s->traced > 0 && own_hosts_known) {
            buf_add_string(out, " The mail of ");
            words_number(out, s->traced);
            buf_add_string(out, s->traced == 1 ? " other took a way past your server."
                                               : " others took a way past your server.");
        }
        return;
    }
    if (s->traced == 0)
        return;
    words_counted(out, s->traced, "response");
    buf_printf(out, " %s which way the forged mail took. ", s->traced == 1 ? "tells" : "tell");
    buf_add_string(out, own_hosts_known
                            ? "None of these passed through your server; nobody has your password "
                              "because of this."
                            : "Name your mail servers in the configuration ([own] relay), and the "
                              "digest tells whether any of these passed through them.");
}

static size_t with_listing(const struct blocklist *list, enum listing listing)
{
    size_t n = 0;
    for (size_t i = 0; i < list->host_count; i++)
        n += list->hosts[i].listing == listing;
    return n;
}

static void add_listed(const struct columns *c, struct buf *out, const struct blocklist *list)
{
    const char *before = ": ";
    for (size_t i = 0; i < list->host_count; i++) {
        const struct blocklist_host *h = &list->hosts[i];
        if (h->listing != LISTING_YES)
            continue;
        buf_add_string(out, before);
        visible_add(c, out, span_of(h->host), LIMIT_DIGEST_VALUE);
        buf_printf(out, " (%s)", h->address);
        before = ", ";
    }
}

void words_blocklist(const struct columns *c, struct buf *out, const struct blocklist *list)
{
    size_t listed = with_listing(list, LISTING_YES), silent = with_listing(list, LISTING_UNKNOWN);
    visible_add(c, out, span_of(list->zone), LIMIT_DIGEST_VALUE);
    if (list->lists_everything) {
        buf_add_string(out, " lists every address, so that what it says means nothing: take it out "
                            "of [digest] dnsbl.");
        return;
    }
    if (silent == list->host_count) {
        buf_add_string(out, " did not answer in time.");
        return;
    }
    if (listed == 0)
        buf_add_string(out, " lists none");
    else
        buf_printf(out, " lists %zu", listed);
    buf_printf(out, " of the %zu hosts that sent most of it", list->host_count - silent);
    add_listed(c, out, list);
    buf_add_byte(out, '.');
    if (silent > 0)
        buf_printf(out, " It did not answer on %zu more.", silent);
}

void words_campaign(struct buf *out, const struct campaign *c)
{
    words_counted(out, c->count, "response");
    buf_printf(out, ", %s", when(c->first, WHEN_SHORT).text);
    if (c->last != c->first)
        buf_printf(out, " to %s", when(c->last, WHEN_SHORT).text);
    if (c->sources > 0) {
        buf_add_string(out, ", from ");
        words_number(out, c->sources);
        buf_add_string(out, c->sources == 1 ? " address" : " addresses");
    }
}

void words_defanged(struct buf *out, struct span text)
{
    for (size_t i = 0; i < text.n; i++) {
        bool within = i > 0 && i + 1 < text.n && !ascii_is_space(text.p[i + 1]);
        if (text.p[i] == '.' && within && text.p[i - 1] != '[')
            buf_add_string(out, "[.]");
        else
            buf_add_byte(out, text.p[i]);
    }
}
