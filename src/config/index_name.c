/*
 * The index's name for people. Log lines, errors and figures name it, and a connection string may
 * hold a password, which none of them shall.
 */
#include <string.h>

#include "base/buf.h"
#include "config/config.h"

#define WORD "password="

/* "//user:secret@host": where the secret starts and its length; 0 when there is none. */
static size_t secret_of_user(const char *url, const char **start)
{
    const char *user = strstr(url, "://");
    if (!user)
        return 0;
    user += 3;
    size_t authority = strcspn(user, "/?");
    const char *at = memchr(user, '@', authority);
    const char *colon = at ? memchr(user, ':', (size_t)(at - user)) : NULL;
    *start = colon ? colon + 1 : NULL;
    return colon ? (size_t)(at - *start) : 0;
}

/* "password=secret", "password='a secret'". */
static size_t secret_of_word(const char *text, const char **start)
{
    const char *word = strstr(text, WORD);
    if (!word)
        return 0;
    *start = word + strlen(WORD);
    if (**start != '\'')
        return strcspn(*start, " &");
    const char *end = *start + 1;
    while (*end && *end != '\'')
        end += end[0] == '\\' && end[1] ? 2 : 1;
    return (size_t)(end - *start) + (*end != '\0');
}

static void add_without(struct buf *out, const char **rest, const char *secret, size_t n)
{
    if (n == 0)
        return;
    buf_add(out, (struct span){*rest, (size_t)(secret - *rest)});
    buf_add_string(out, "***");
    *rest = secret + n;
}

const char *config_index_name(struct arena *arena, const char *url)
{
    struct buf out = {0};
    const char *rest = url, *secret = NULL;
    size_t n = secret_of_user(rest, &secret);
    add_without(&out, &rest, secret, n);
    while ((n = secret_of_word(rest, &secret)) > 0)
        add_without(&out, &rest, secret, n);
    buf_add_string(&out, rest);
    const char *name = out.failed ? NULL : arena_string(arena, buf_span(&out));
    buf_free(&out);
    return name ? name : "(no memory for its name)";
}
