/*
 * The folder for a verdict: [folders] over the defaults. Ordinary mail has no setting: nothing
 * can send it anywhere but into the inbox.
 */
#include "verdict/verdict.h"

#include <string.h>

#define INBOX "INBOX"

static const char *default_folder(enum class class, enum origin origin)
{
    if (origin == ORIGIN_FORGED)
        return "Backscatter";
    if (class == CLASS_LIST_ROBOT || class == CLASS_COMPLAINT || class == CLASS_CHALLENGE)
        return INBOX;
    if (origin == ORIGIN_UNKNOWN)
        return "Unverified";
    return class == CLASS_AUTOREPLY || class == CLASS_RECEIPT ? "Autoreplies" : "Bounces";
}

/* How closely a setting's "CLASS.ORIGIN" fits: 0 not at all; a named class weighs more than a named
 * origin, and both more than "*". */
static int closeness(const char *setting, enum class class, enum origin origin)
{
    struct span s = span_of(setting);
    size_t dot = span_find_byte(s, '.', 0);
    struct span class_part = span_slice(s, 0, dot);
    struct span origin_part = dot < s.n ? span_slice(s, dot + 1, s.n) : span_of("*");
    bool any_class = span_is(class_part, "*"), any_origin = span_is(origin_part, "*");
    if ((!any_class && !span_is(class_part, class_name(class))) ||
        (!any_origin && !span_is(origin_part, origin_name(origin))))
        return 0;
    return 1 + (any_class ? 0 : 2) + (any_origin ? 0 : 1);
}

const char *verdict_folder(const struct config *config, enum class class, enum origin origin)
{
    if (class == CLASS_MAIL)
        return INBOX;
    const char *folder = default_folder(class, origin);
    int best = 0;
    for (size_t i = 0; i < config->folder_count; i++) {
        int fit = closeness(config->folders[i].class_and_origin, class, origin);
        if (fit > 0 && fit >= best) {
            best = fit;
            folder = config->folders[i].folder;
        }
    }
    return folder;
}
