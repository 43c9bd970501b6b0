/*
 * The sentences about who is behind the flood. What cannot be known is not claimed: without the
 * names of the owner's hosts nothing is said about them.
 */
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
