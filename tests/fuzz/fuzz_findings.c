/*
 * Decodes any bytes as findings, and as what else comes over the pipe from a child. What is let
 * through must keep the contract: counts and lengths within their limits, enum values known,
 * strings clean, and the same bytes when written again.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/printable.h"
#include "evidence/evidence.h"
#include "evidence/frame.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
    if (!holds)
        abort();
}

static void require_clean(const char *s, size_t max)
{
    require(strlen(s) <= max && printable_is_clean(span_of(s)));
}

static void require_contract(const struct findings *f)
{
    require(f->class < CLASS_COUNT);
    require(f->recipient_count <= LIMIT_RECIPIENTS && f->evidence_count <= LIMIT_EVIDENCE);
    require_clean(f->rule, LIMIT_VALUE);
    require_clean(f->message_id, LIMIT_VALUE);
    require_clean(f->reporting_mta, LIMIT_VALUE);
    for (size_t i = 0; i < f->recipient_count; i++) {
        require_clean(f->recipients[i].address, LIMIT_VALUE);
        require_clean(f->recipients[i].diagnostic, LIMIT_VALUE);
    }
    for (size_t i = 0; i < f->evidence_count; i++) {
        const struct evidence *e = &f->evidence[i];
        require(e->kind < EVIDENCE_KIND_COUNT && e->nesting >= 0 && e->nesting <= LIMIT_PART_DEPTH);
        require_clean(e->where, LIMIT_PLACE);
        require_clean(e->value, LIMIT_VALUE);
    }
}

static void try_frames(struct arena *arena, struct span s)
{
    struct reader_notes notes = {0};
    struct error why = {0};
    bool may_match = false;
    struct findings *f = frame_open(arena, s, &notes, &why);
    require(f ? !why.kind : why.kind == ERROR_DATA);
    require_clean(notes.broken_rule, FRAME_BROKEN_RULE);
    if (f)
        require_contract(f);
    /* No frame is both. */
    if (frame_open_header(s, &may_match))
        require(!f && frame_size(s) == s.n && (uint8_t)s.p[FRAME_LENGTH] == may_match);
    else
        require(!may_match);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *arena = arena_new(LIMIT_ARENA);
    require(arena != NULL);
    try_frames(arena, (struct span){(const char *)data, size});
    struct findings *f = findings_decode(arena, (struct span){(const char *)data, size});
    struct findings *some =
        findings_decode_kinds(arena, (struct span){(const char *)data, size}, 0x5555);
    require(some != NULL || f == NULL);
    if (f) {
        struct buf again = {0};
        require_contract(f);
        require(findings_encode(f, &again) && again.n == size);
        require(memcmp(again.p, data, size) == 0);
        buf_free(&again);
    }
    arena_free(arena);
    return 0;
}
