/*
 * Questions and answers of block lists.
 */
#include "digest/blocklist.h"

#include <arpa/inet.h>

#include "base/buf.h"

static const char *joined(struct arena *arena, struct buf *b, const char *zone)
{
    buf_add_string(b, zone);
    const char *name = b->failed ? NULL : arena_string(arena, buf_span(b));
    buf_free(b);
    return name;
}

const char *blocklist_name(struct arena *arena, const char *address, const char *zone)
{
    unsigned char bytes[16];
    struct buf b = {0};
    if (inet_pton(AF_INET, address, bytes) == 1) {
        buf_printf(&b, "%u.%u.%u.%u.", bytes[3], bytes[2], bytes[1], bytes[0]);
        return joined(arena, &b, zone);
    }
    if (inet_pton(AF_INET6, address, bytes) != 1)
        return NULL;
    for (int i = 15; i >= 0; i--)
        buf_printf(&b, "%x.%x.", bytes[i] & 15u, bytes[i] >> 4u);
    return joined(arena, &b, zone);
}

enum listing blocklist_listing(const struct dns_addresses *answer)
{
    if (answer->result == DNS_NONE)
        return LISTING_NO;
    for (size_t i = 0; answer->result == DNS_FOUND && i < answer->count; i++) {
        const unsigned char *a = answer->items[i];
        if (a[0] == 127 && !(a[1] == 255 && a[2] == 255))
            return LISTING_YES;
    }
    return LISTING_UNKNOWN;
}
