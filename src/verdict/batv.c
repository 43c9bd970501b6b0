/*
 * prvs tags. Nothing here makes tags: the user's mail system does, with the same key.
 */
#include "verdict/batv.h"

#include <nettle/hmac.h>
#include <string.h>

#include "base/limits.h"
#include "base/span.h"

#define PREFIX      "prvs="
#define TAG_LENGTH  10 /* K DDD SSSSSS */
#define SIGNED_FROM 4  /* where SSSSSS begins */
#define SIGNED_SIZE 3  /* bytes of the HMAC that it holds */

struct tagged {
    struct span tag;     /* KDDDSSSSSS */
    struct span address; /* local@domain behind it */
};

static bool split(struct span s, struct tagged *out)
{
    size_t prefix = strlen(PREFIX);
    if (!span_starts_nocase(s, PREFIX) || s.n <= prefix + TAG_LENGTH ||
        s.p[prefix + TAG_LENGTH] != '=')
        return false;
    out->tag = span_slice(s, prefix, prefix + TAG_LENGTH);
    out->address = span_slice(s, prefix + TAG_LENGTH + 1, s.n);
    for (size_t i = 0; i < SIGNED_FROM; i++)
        if (!ascii_is_digit(out->tag.p[i]))
            return false;
    return true;
}

/* The day wraps at 1,000, so "later than today" is a distance, not an order. */
static bool is_current(struct span tag, unixtime when)
{
    int ends = (tag.p[1] - '0') * 100 + (tag.p[2] - '0') * 10 + (tag.p[3] - '0');
    int today = (int)(when / SECONDS_PER_DAY % 1000);
    return (ends - today + 1000) % 1000 <= LIMIT_PRVS_DAYS;
}

static bool signature_matches(struct span tag, struct span address, const char *key)
{
    struct hmac_sha1_ctx hmac;
    uint8_t digest[SIGNED_SIZE];
    char hex[SIGNED_SIZE * 2 + 1];
    hmac_sha1_set_key(&hmac, strlen(key), (const uint8_t *)key);
    hmac_sha1_update(&hmac, SIGNED_FROM, (const uint8_t *)tag.p);
    hmac_sha1_update(&hmac, address.n, (const uint8_t *)address.p);
    hmac_sha1_digest(&hmac, sizeof digest, digest);
    for (size_t i = 0; i < SIGNED_SIZE; i++) {
        hex[2 * i] = "0123456789abcdef"[digest[i] >> 4];
        hex[2 * i + 1] = "0123456789abcdef"[digest[i] & 15];
    }
    hex[SIGNED_SIZE * 2] = '\0';
    return span_is_nocase(span_slice(tag, SIGNED_FROM, TAG_LENGTH), hex);
}

static bool is_signed(struct arena *arena, const struct tagged *t, const char *key)
{
    if (signature_matches(t->tag, t->address, key))
        return true;
    char *lower = arena_string(arena, t->address);
    if (!lower)
        return false;
    for (size_t i = 0; i < t->address.n; i++)
        lower[i] = ascii_lower(lower[i]);
    return signature_matches(t->tag, (struct span){lower, t->address.n}, key);
}

bool batv_tag_is_valid(struct arena *arena, const char *address, const char *key, unixtime when)
{
    struct tagged t;
    return split(span_of(address), &t) && when >= 0 && is_current(t.tag, when) &&
           is_signed(arena, &t, key);
}

bool batv_tag_is_signed(struct arena *arena, const char *address, const char *key)
{
    struct tagged t;
    return split(span_of(address), &t) && is_signed(arena, &t, key);
}
