/*
 * Unique by chance, so that two hosts of one domain need not know of each other.
 */
#include "cmd/message_name.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <sys/random.h>

const char *message_name(struct arena *arena, unixtime now, const char *what, const char *address,
                         struct error *e)
{
    uint64_t random = 0;
    if (getrandom(&random, sizeof random, 0) != (ssize_t)sizeof random) {
        error_system(e, ERROR_RETRY, errno, "no random bytes for a Message-ID");
        return NULL;
    }
    const char *id = arena_printf(arena, "%" PRId64 ".%016" PRIx64 ".%s@%s", now, random, what,
                                  strrchr(address, '@') + 1);
    if (!id)
        error_memory(e);
    return id;
}
