/*
 * The names of classes, as rule files, the configuration, journal and output write them.
 */
#include "rules/rules.h"

static const char *const names[CLASS_COUNT] = {
    [CLASS_MAIL] = "mail",
    [CLASS_BOUNCE] = "bounce",
    [CLASS_DELAY] = "delay",
    [CLASS_SUCCESS] = "success",
    [CLASS_RECEIPT] = "receipt",
    [CLASS_AUTOREPLY] = "autoreply",
    [CLASS_CHALLENGE] = "challenge",
    [CLASS_FILTER_NOTICE] = "filter-notice",
    [CLASS_LIST_ROBOT] = "list-robot",
    [CLASS_COMPLAINT] = "complaint",
};

const char *class_name(enum class c)
{
    return names[c];
}

bool class_from_name(struct span name, enum class *out)
{
    for (int c = 0; c < CLASS_COUNT; c++) {
        if (span_is(name, names[c])) {
            *out = (enum class)c;
            return true;
        }
    }
    return false;
}
