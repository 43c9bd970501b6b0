/*
 * Single values. Each reader checks all that can be checked without looking at the disk or the
 * network, because a mistake found here has a line number.
 */
#include "config/config_value.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/span.h"
#include "config/imap_account.h"

bool config_value_wrong(const struct config_value *v, const char *wrong)
{
    return error_set(v->e, ERROR_CONFIG, "%s:%d: %s = %.80s: %s", v->file, v->line, v->key->name,
                     v->text, wrong);
}

static bool keep_string(const struct config_value *v, void *field, const char *s)
{
    if (!s)
        return error_memory(v->e);
    memcpy(field, &s, sizeof s);
    return true;
}

/* One of several words; its place in the list is the value. */
static bool read_word(const struct config_value *v, const char *const *words, size_t count,
                      size_t *place, const char *wrong)
{
    for (*place = 0; *place < count; ++*place)
        if (span_is_nocase(span_of(v->text), words[*place]))
            return true;
    return config_value_wrong(v, wrong);
}

bool read_bool(const struct config_value *v, void *field)
{
    static const char *const words[] = {"no", "yes", "false", "true", "off", "on"};
    size_t place;
    if (!read_word(v, words, 6, &place, "write yes or no"))
        return false;
    *(bool *)field = place % 2 == 1;
    return true;
}

bool read_number(const struct config_value *v, void *field)
{
    char *end;
    errno = 0;
    long n = strtol(v->text, &end, 10);
    if (errno || *end != '\0' || !ascii_is_digit(v->text[0]) || n < v->key->least ||
        n > v->key->most)
        return error_set(v->e, ERROR_CONFIG, "%s:%d: %s = %.80s: write a number from %ld to %ld",
                         v->file, v->line, v->key->name, v->text, v->key->least, v->key->most);
    *(int *)field = (int)n;
    return true;
}

bool read_date(const struct config_value *v, void *field)
{
    if (!clock_parse_date(v->text, field))
        return config_value_wrong(v, "write a date as 2026-01-31 or 2026-01-31T12:00:00Z (UTC)");
    return true;
}

bool read_text(const struct config_value *v, void *field)
{
    return keep_string(v, field, arena_string(v->arena, span_of(v->text)));
}

const char *config_absolute(const struct config_value *v, const char *path)
{
    const char *whole = NULL;
    if (path[0] == '/')
        whole = arena_string(v->arena, span_of(path));
    else if (path[0] == '~' && path[1] == '/')
        whole = arena_printf(v->arena, "%s%s", v->paths->home, path + 1);
    else {
        config_value_wrong(v, "write a path that starts with / or ~/");
        return NULL;
    }
    if (!whole)
        error_memory(v->e);
    return whole;
}

bool read_path(const struct config_value *v, void *field)
{
    const char *path = config_absolute(v, v->text);
    return path && keep_string(v, field, path);
}

bool read_address(const struct config_value *v, void *field)
{
    if (strpbrk(v->text, "<>\"(), \t"))
        return config_value_wrong(v, "write one address, without a name and brackets");
    return read_text(v, field);
}

bool read_layout(const struct config_value *v, void *field)
{
    static const char *const words[] = {"maildir++", "nested"};
    size_t place;
    if (!read_word(v, words, 2, &place, "write maildir++ or nested"))
        return false;
    *(enum maildir_layout *)field = place == 0 ? LAYOUT_MAILDIRPP : LAYOUT_NESTED;
    return true;
}

bool read_index_url(const struct config_value *v, void *field)
{
    if (strncmp(v->text, "postgresql:", 11) == 0)
        return read_text(v, field);
    if (strncmp(v->text, "sqlite:", 7) != 0)
        return config_value_wrong(v, "write sqlite:PATH or postgresql:...");
    const char *path = config_absolute(v, v->text + 7);
    return path && keep_string(v, field, arena_printf(v->arena, "sqlite:%s", path));
}

bool read_tls(const struct config_value *v, void *field)
{
    static const char *const words[] = {"implicit", "starttls"};
    size_t place;
    if (!read_word(v, words, 2, &place, "write implicit or starttls"))
        return false;
    *(enum imap_tls *)field = place == 0 ? IMAP_TLS_IMPLICIT : IMAP_TLS_STARTTLS;
    return true;
}

bool read_auth(const struct config_value *v, void *field)
{
    static const char *const words[] = {"plain",       "login",    "xoauth2",
                                        "oauthbearer", "cram-md5", "scram-sha-256"};
    static const enum imap_auth values[] = {IMAP_AUTH_PLAIN,    IMAP_AUTH_LOGIN,
                                            IMAP_AUTH_XOAUTH2,  IMAP_AUTH_OAUTHBEARER,
                                            IMAP_AUTH_CRAM_MD5, IMAP_AUTH_SCRAM_SHA_256};
    size_t place;
    if (!read_word(v, words, sizeof words / sizeof *words, &place,
                   "write plain, login, xoauth2, oauthbearer, cram-md5 or scram-sha-256"))
        return false;
    *(enum imap_auth *)field = values[place];
    return true;
}

/* openssl and gnutls-cli print colons between the bytes. */
bool read_fingerprint(const struct config_value *v, void *field)
{
    char hex[65];
    size_t n = 0;
    for (const char *c = v->text; *c; c++) {
        char l = ascii_lower(*c);
        if (l == ':')
            continue;
        if (n == 64 || !(ascii_is_digit(l) || (l >= 'a' && l <= 'f')))
            return config_value_wrong(v, "write the certificate's SHA-256 in 64 hex digits");
        hex[n++] = l;
    }
    if (n != 64)
        return config_value_wrong(v, "write the certificate's SHA-256 in 64 hex digits");
    return keep_string(v, field, arena_string(v->arena, (struct span){hex, n}));
}
