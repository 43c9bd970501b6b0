/*
 * From text to hash: only what counts of a text is normalised, so that the scratch memory always
 * suffices, and "no normal form" is never confused with "no memory".
 */
#include "store/sent_hash.h"

#include <string.h>

#include "store/normal_form.h"

/* Bytes of an ID or address that count: beyond any limit of RFC 5321 and 5322, and little enough
 * that the scratch memory always holds its forms. */
#define COUNTED_BYTES ((size_t)4096)

static struct span counted(const char *text)
{
    return span_slice(span_of(text), 0, COUNTED_BYTES);
}

static struct hash hash_of(struct store *s, enum hash_kind kind, const char *normal)
{
    struct hash h = {.n = 0};
    if (normal) {
        key_hash(s->key, kind, span_of(normal), h.bytes);
        h.n = HASH_BYTES;
    }
    return h;
}

struct hash hash_message_id(struct store *s, const char *message_id)
{
    arena_reset(s->scratch);
    return hash_of(s, HASH_MESSAGE_ID, normal_message_id(s->scratch, counted(message_id)));
}

struct hash hash_sender(struct store *s, const char *address)
{
    arena_reset(s->scratch);
    return hash_of(s, HASH_ADDRESS, plain_address(s->scratch, counted(address)));
}

struct hash_forms hash_recipient(struct store *s, const char *address)
{
    struct hash_forms f = {.count = 0};
    arena_reset(s->scratch);
    const char *normal = normal_address(s->scratch, counted(address));
    const char *plain = plain_address(s->scratch, counted(address));
    if (normal)
        f.hash[f.count++] = hash_of(s, HASH_ADDRESS, normal);
    if (normal && plain && strcmp(normal, plain) != 0)
        f.hash[f.count++] = hash_of(s, HASH_ADDRESS, plain);
    return f;
}
