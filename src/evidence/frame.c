/*
 * Frames. What the parent believes of one is only what findings_decode lets through.
 */
#include "evidence/frame.h"

#include <stdio.h>
#include <string.h>

#include "base/limits.h"
#include "base/printable.h"

bool frame_read_message(struct arena *arena, const struct reader_job *job, struct span bytes,
                        bool filtered, struct buf *out)
{
    struct message *m = message_parse(arena, bytes);
    struct rule_match match;
    const char *sender = job->envelope ? job->envelope->sender : NULL;
    if (!m || !ruleset_match(job->rules, m, NULL, sender, &match))
        return false;
    struct findings *f = findings_collect(m, NULL, &match, job->config, job->envelope);
    struct span broken = span_slice(span_of(match.broken_rule), 0, FRAME_BROKEN_RULE);
    const size_t start = out->n;
    uint32_t length = 0;
    buf_add(out, (struct span){(const char *)&length, FRAME_LENGTH});
    buf_add_byte(out, filtered ? 1 : 0);
    buf_add_byte(out, (char)broken.n);
    buf_add(out, broken);
    if (!f || !findings_encode(f, out))
        return false;
    length = (uint32_t)(out->n - start - FRAME_LENGTH);
    memcpy(out->p + start, &length, FRAME_LENGTH);
    return true;
}

/* A structure that somebody else tells counts only where both agree on what the message is. */
static struct span agreed_structure(const struct message *header, struct span structure)
{
    char type[256];
    snprintf(type, sizeof type, "%s/%s", header->root->type, header->root->subtype);
    size_t n = span_find_byte(structure, '(', 0);
    return span_is(span_slice(structure, 0, n), type) ? structure : (struct span){0};
}

bool frame_read_header(struct arena *arena, const struct reader_job *job, struct span header,
                       struct span structure, struct buf *out)
{
    static const uint32_t length = 1;
    struct message *m = message_parse(arena, header);
    if (!m)
        return false;
    bool may = ruleset_may_match(job->rules, m, agreed_structure(m, structure), NULL);
    buf_add(out, (struct span){(const char *)&length, FRAME_LENGTH});
    buf_add_byte(out, may ? 1 : 0);
    return !out->failed;
}

bool frame_open_header(struct span s, bool *may_match)
{
    if (s.n != FRAME_LENGTH + 1 || frame_size(s) != s.n || (s.p[FRAME_LENGTH] & ~1) != 0)
        return false;
    *may_match = s.p[FRAME_LENGTH] == 1;
    return true;
}

size_t frame_size(struct span s)
{
    uint32_t length = 0;
    if (s.n >= FRAME_LENGTH)
        memcpy(&length, s.p, FRAME_LENGTH);
    return FRAME_LENGTH + length;
}

static void fill_notes(struct reader_notes *notes, bool filtered, struct span broken)
{
    *notes = (struct reader_notes){.no_sandbox = !filtered};
    if (broken.n > 0 && broken.n < sizeof notes->broken_rule && printable_is_clean(broken))
        memcpy(notes->broken_rule, broken.p, broken.n);
}

struct findings *frame_open(struct arena *arena, struct span s, struct reader_notes *notes,
                            struct error *e)
{
    size_t broken = s.n >= FRAME_HEAD ? (unsigned char)s.p[FRAME_HEAD - 1] : 0;
    struct findings *f = NULL;
    if (s.n == frame_size(s) && s.n > FRAME_HEAD + broken)
        f = findings_decode(arena, span_slice(s, FRAME_HEAD + broken, s.n));
    if (!f)
        error_set(e, ERROR_DATA, "the message's reader answered nonsense");
    else if (notes)
        fill_notes(notes, s.p[FRAME_LENGTH] == 1, span_slice(s, FRAME_HEAD, FRAME_HEAD + broken));
    return f;
}
