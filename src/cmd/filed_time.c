/*
 * The time in a unique name. See filed_time.h.
 */
#include "cmd/filed_time.h"

#include <stdlib.h>
#include <string.h>

#include "base/span.h"

unixtime filed_time_of_name(const char *unique)
{
    char *end;
    long long seconds = ascii_is_digit(unique[0]) ? strtoll(unique, &end, 10) : 0;
    return seconds > 0 && *end == '.' && seconds <= clock_now() ? seconds : 0;
}

unixtime filed_time_of_path(const char *path)
{
    const char *name = strrchr(path, '/');
    if (!name)
        return 0;
    struct span folder = {path, (size_t)(name - path)};
    bool in_maildir = span_is(folder, "new") || span_is(folder, "cur") ||
                      span_ends_nocase(folder, "/new") || span_ends_nocase(folder, "/cur");
    return in_maildir ? filed_time_of_name(name + 1) : 0;
}
