/*
 * Reads any bytes as a response and collects its findings, under each class: they must always fit
 * the wire, and come back the same.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "evidence/evidence.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
    if (!holds)
        abort();
}

/* Captures as hostile as the message: the places and values of the rule that a message can choose.
 */
static struct rule_match match_of(struct message *m, struct capture captures[4], enum class class)
{
    struct span lines = message_lines(m);
    for (size_t i = 0; i < 4; i++)
        captures[i] =
            (struct capture){.kind = i == 0   ? CAPTURE_ORIGINAL
                                     : i == 1 ? CAPTURE_ID
                                     : i == 2 ? CAPTURE_RECIPIENT
                                              : CAPTURE_REASON,
                             .field = "text",
                             .value = span_slice(lines, lines.n / (i + 2), lines.n / (i + 2) + 200),
                             .offset = lines.n / (i + 2)};
    return (struct rule_match){
        .class = class, .rule = "fuzz/rule", .captures = captures, .capture_count = 4};
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *names[] = {"example.org"};
    static const char *keyed[] = {"X-Key: value"};
    static const struct config config = {
        .domains = {names, 1}, .relays = {names, 1}, .keyed_headers = {keyed, 1}};
    struct arena *arena = arena_new(LIMIT_ARENA);
    require(arena != NULL);
    struct message *m = message_parse(arena, (struct span){(const char *)data, size});
    struct report *r = m ? report_read(m) : NULL;
    require(r != NULL && r->recipient_count <= LIMIT_RECIPIENTS &&
            r->original_count <= LIMIT_ORIGINALS && r->group_count <= LIMIT_REPORT_GROUPS);
    struct capture captures[4];
    struct rule_match match = match_of(m, captures, (enum class)(size % CLASS_COUNT));
    struct envelope envelope = {0};
    struct findings *f = findings_collect(m, r, &match, &config, &envelope);
    struct buf wire = {0}, again = {0};
    require(f && findings_encode(f, &wire));
    struct findings *back = findings_decode(arena, buf_span(&wire));
    require(back && findings_encode(back, &again) && again.n == wire.n &&
            memcmp(again.p, wire.p, wire.n) == 0);
    buf_free(&wire);
    buf_free(&again);
    arena_free(arena);
    return 0;
}
