/*
 * Parses any bytes as a message and calls every function of message/ on the result. What must hold
 * for every input is checked: views lie within their bytes, limits are kept, text is UTF-8.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/printable.h"
#include "message/charset.h"
#include "message/header.h"
#include "message/message.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
    if (!holds)
        abort();
}

static void try_values(struct arena *arena, struct span value)
{
    unixtime when;
    struct string_list ids = message_ids_in(arena, value, true);
    struct string_list addresses = addresses_in(arena, value);
    require(ids.count <= LIMIT_ORIGINALS && addresses.count <= LIMIT_RECIPIENTS);
    for (size_t i = 0; i < ids.count; i++)
        require(strlen(ids.items[i]) <= LIMIT_MESSAGE_ID && !strpbrk(ids.items[i], "<> \r\n"));
    for (size_t i = 0; i < addresses.count; i++)
        require(strlen(addresses.items[i]) <= LIMIT_ADDRESS && strchr(addresses.items[i], '@'));
    date_in(value, &when);
    message_ids_in(arena, value, false);
}

static void try_header(struct arena *arena, const struct header *h)
{
    require(h->count <= LIMIT_HEADER_FIELDS);
    for (size_t i = 0; i < h->count && i < 20; i++) {
        const char *decoded = field_decoded(arena, &h->fields[i]);
        require(strlen(decoded) <= LIMIT_FIELD_DECODED && utf8_is_valid(span_of(decoded)));
        try_values(arena, h->fields[i].value);
    }
    header_decoded(arena, h, "Subject");
}

static void try_part(struct message *m, struct part *p)
{
    require(p->type && p->subtype && p->encoding && p->number);
    require(p->depth <= LIMIT_PART_DEPTH);
    require((p->kind == PART_LEAF) == (p->first_child == NULL));
    require(message_part_decoded(m, p).n <= LIMIT_PART_DECODED);
    struct span text = message_part_text(m, p);
    require(text.n <= LIMIT_TEXT && utf8_is_valid(text));
    require(*message_place(m, p) != '\0');
    try_header(m->arena, &p->header);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *arena = arena_new(LIMIT_ARENA);
    struct span bytes = {(const char *)data, size};
    struct span names[CHARSETS_PRELOADED];
    struct header h;
    size_t used = 0;
    require(arena != NULL);
    require(message_charsets_in(bytes, names, CHARSETS_PRELOADED) <= CHARSETS_PRELOADED);
    struct message *m = message_parse(arena, bytes);
    require(m && m->part_count > 0 && m->part_count <= LIMIT_PARTS && m->parts[0] == m->root);
    for (size_t i = 0; i < m->part_count; i++) {
        require(m->parts[i]->index == i);
        try_part(m, m->parts[i]);
    }
    require(message_lines(m).n <= LIMIT_TEXT && utf8_is_valid(message_lines(m)));
    require(message_text(m).n <= LIMIT_TEXT && utf8_is_valid(message_text(m)));
    require(message_structure(m).n <= LIMIT_STRUCTURE);
    require(header_parse(arena, bytes, 0, &h, &used) && used <= size);
    try_values(arena, bytes);
    arena_free(arena);
    return 0;
}
