/*
 * Own addresses. Every doubt answers yes here, because "not ours" is what lets row 3 say forged.
 */
#include "verdict/own_address.h"

#include <string.h>

#include "store/normal_form.h"

static bool entry_matches(struct arena *arena, const char *entry, const char *plain)
{
    if (entry[0] == '@') {
        struct span domain = domain_of(span_of(plain));
        return domain.n > 0 && span_equals_nocase(domain, span_of(entry + 1));
    }
    const char *own = plain_address(arena, span_of(entry));
    return own && strcmp(own, plain) == 0;
}

bool own_address_is(struct arena *arena, const struct config *config, const char *address)
{
    const char *plain = plain_address(arena, span_of(address));
    if (!plain)
        return true;
    for (size_t i = 0; i < config->addresses.count; i++)
        if (entry_matches(arena, config->addresses.items[i], plain))
            return true;
    return false;
}
