/*
 * Scans any bytes for Message-IDs. An ID is taken whole or not at all: what is found stands in the
 * bytes, in their order and but for white space, and is found again as it is when it stands alone.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/limits.h"
#include "message/header.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
    if (!holds)
        abort();
}

/* Are the characters of id the bytes from *at on, white space between them left out? */
static bool stands_at(struct span bytes, size_t at, const char *id)
{
    for (; at < bytes.n && *id; at++) {
        if (bytes.p[at] == *id)
            id++;
        else if (!ascii_is_space(bytes.p[at]))
            return false;
    }
    return *id == '\0';
}

static bool stands_in(struct span bytes, const char *id)
{
    for (size_t i = 0; i < bytes.n; i++)
        if (bytes.p[i] == *id && stands_at(bytes, i, id))
            return true;
    return false;
}

static void require_same_alone(struct arena *arena, const char *id)
{
    struct buf alone = {0};
    buf_printf(&alone, "<%s>", id);
    struct string_list again = message_ids_in(arena, buf_span(&alone), true);
    require(again.count == 1 && strcmp(again.items[0], id) == 0);
    buf_free(&alone);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct span bytes = {(const char *)data, size};
    struct arena *arena = arena_new(LIMIT_ARENA);
    require(arena != NULL);
    /* Encoded words are decoded before IDs are looked for. */
    bool coded = span_find(bytes, span_of("=?")) < bytes.n;
    for (int allow = 0; allow < 2; allow++) {
        struct string_list ids = message_ids_in(arena, bytes, allow == 1);
        require(ids.count <= LIMIT_ORIGINALS);
        for (size_t i = 0; i < ids.count; i++) {
            const char *id = ids.items[i];
            require(strlen(id) > 0 && strlen(id) <= LIMIT_MESSAGE_ID);
            require(!strpbrk(id, "<> \t\r\n") && (allow == 1 || strchr(id, '@')));
            if (!coded) {
                require(stands_in(bytes, id));
                require_same_alone(arena, id);
            }
        }
    }
    arena_free(arena);
    return 0;
}
