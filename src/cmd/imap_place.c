/*
 * Places. A mailbox's name may hold anything, so the numbers are looked for from the end.
 */
#include "cmd/imap_place.h"

#include <stdio.h>
#include <string.h>

#define VALIDITY ";UIDVALIDITY="
#define UID      "/;UID="

const char *imap_place_write(struct arena *arena, const struct imap_place *place)
{
    return arena_printf(arena, "%s" VALIDITY "%u" UID "%u", place->mailbox, place->validity,
                        place->uid);
}

/* The last place of mark in s. */
static const char *find_last(const char *s, const char *mark)
{
    const char *last = NULL;
    for (const char *p = s; (p = strstr(p, mark)) != NULL; p++)
        last = p;
    return last;
}

static bool read_number(const char *digits, const char *end, uint32_t *out)
{
    uint64_t n = 0;
    if (digits == end || end - digits > 10)
        return false;
    for (; digits < end; digits++) {
        if (!ascii_is_digit(*digits))
            return false;
        n = n * 10 + (uint64_t)(*digits - '0');
    }
    *out = (uint32_t)n;
    return n > 0 && n <= UINT32_MAX;
}

bool imap_place_read(struct arena *arena, const char *file, struct imap_place *out)
{
    const char *validity = find_last(file, VALIDITY);
    const char *uid = validity ? find_last(validity, UID) : NULL;
    if (!uid || !read_number(validity + strlen(VALIDITY), uid, &out->validity) ||
        !read_number(uid + strlen(UID), uid + strlen(uid), &out->uid))
        return false;
    out->mailbox = arena_string(arena, (struct span){file, (size_t)(validity - file)});
    return out->mailbox != NULL;
}
