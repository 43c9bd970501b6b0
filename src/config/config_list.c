/*
 * Values that are lists: `domain = a, b` and `domain = a` twice are the same. The first occurrence
 * of a key replaces the default, further ones add to it.
 */
#include "config/config_value.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/io.h"
#include "base/limits.h"
#include "base/printable.h"
#include "base/span.h"

void *config_grow(struct arena *arena, void *items, size_t count, size_t size)
{
    if (count == 0 || (count & (count - 1)) != 0)
        return count == 0 ? arena_alloc(arena, size) : items;
    void *more = arena_array(arena, count * 2, size);
    if (more)
        memcpy(more, items, count * size);
    return more;
}

static bool list_add(const struct config_value *v, struct config_list *list, const char *item)
{
    if (list->count == LIMIT_CONFIG_VALUES)
        return config_value_wrong(v, "too many values");
    const char **items = config_grow(v->arena, list->items, list->count, sizeof *items);
    if (!item || !items)
        return error_memory(v->e);
    items[list->count++] = item;
    list->items = items;
    return true;
}

/* Checks one item and gives it in the form that is kept; NULL with the error filled. */
typedef const char *(*item_reader)(const struct config_value *v, const char *item);

static bool read_list(const struct config_value *v, struct config_list *list, item_reader read)
{
    struct span text = span_of(v->text);
    if (v->first)
        *list = (struct config_list){0};
    if (text.n == 0)
        return true;
    for (size_t from = 0; from <= text.n;) {
        size_t comma = span_find_byte(text, ',', from);
        struct span item = span_trim(span_slice(text, from, comma));
        if (item.n == 0)
            return config_value_wrong(v, "nothing between two commas");
        char *copy = arena_string(v->arena, item);
        if (!copy)
            return error_memory(v->e);
        const char *kept = read ? read(v, copy) : copy;
        if (!kept || !list_add(v, list, kept))
            return false;
        from = comma + 1;
    }
    return true;
}

static bool is_host_byte(char c)
{
    return ascii_is_alnum(c) || c == '-' || c == '_' || (unsigned char)c >= 0x80;
}

/* A host or domain name in lower case; labels of RFC 1123 2.1, also '_' and UTF-8 (RFC 5890). */
static const char *host_item(const struct config_value *v, const char *item)
{
    struct span s = span_of(item);
    if (s.n > 1 && s.p[s.n - 1] == '.')
        s.n--;
    char *name = arena_string(v->arena, s);
    if (!name) {
        error_memory(v->e);
        return NULL;
    }
    bool label_empty = true, ok = s.n <= 253;
    for (char *c = name; *c; c++) {
        if (*c == '.' ? label_empty : !is_host_byte(*c))
            ok = false;
        label_empty = *c == '.';
        *c = ascii_lower(*c);
    }
    if (ok && !label_empty)
        return name;
    config_value_wrong(v, "write a host or domain name such as example.org");
    return NULL;
}

bool read_host(const struct config_value *v, void *field)
{
    const char *name = host_item(v, v->text);
    if (name)
        memcpy(field, &name, sizeof name);
    return name != NULL;
}

static const char *address_item(const struct config_value *v, const char *item)
{
    const char *at = strrchr(item, '@');
    if (at && at[1] != '\0' && !strpbrk(item, "<>() \t") && strlen(item) <= LIMIT_ADDRESS)
        return item;
    config_value_wrong(v, "write addresses as local@domain, or @domain for all of a domain");
    return NULL;
}

/* The part of a source or target behind "SCHEME:" as an absolute path, put together again. */
static const char *scheme_path(const struct config_value *v, const char *item, size_t scheme)
{
    const char *path = config_absolute(v, item + scheme);
    const char *whole = path ? arena_printf(v->arena, "%.*s%s", (int)scheme, item, path) : NULL;
    if (path && !whole)
        error_memory(v->e);
    return whole;
}

static const char *source_item(const struct config_value *v, const char *item)
{
    static const char *const schemes[] = {"maildir:", "mbox:", "log:"};
    for (size_t i = 0; i < sizeof schemes / sizeof *schemes; i++)
        if (strncmp(item, schemes[i], strlen(schemes[i])) == 0)
            return scheme_path(v, item, strlen(schemes[i]));
    if (strcmp(item, "stdin") == 0 || strcmp(item, "wrapper") == 0 ||
        (strncmp(item, "imap:", 5) == 0 && item[5] != '\0'))
        return item;
    config_value_wrong(v, "write maildir:PATH, mbox:PATH, log:PATH, imap:NAME, stdin or wrapper");
    return NULL;
}

/* An IPv6 address holds colons, which no name does. */
static const char *client_item(const struct config_value *v, const char *item)
{
    unsigned char address[sizeof(struct in6_addr)];
    if (inet_pton(AF_INET6, item, address) == 1)
        return item;
    return host_item(v, item);
}

static const char *log_item(const struct config_value *v, const char *item)
{
    if (strncmp(item, "file:", 5) == 0)
        return scheme_path(v, item, 5);
    if (strcmp(item, "file") == 0 || strcmp(item, "syslog") == 0 || strcmp(item, "stderr") == 0)
        return item;
    config_value_wrong(v, "write file, file:PATH, syslog or stderr");
    return NULL;
}

static bool is_printable_utf8(struct span s)
{
    unsigned cp;
    while (s.n > 0) {
        size_t n = utf8_decode(s, &cp);
        if (n == 0 || cp < 0x20 || (cp >= 0x7f && cp < 0xa0))
            return false;
        s = span_slice(s, n, s.n);
    }
    return true;
}

bool config_folder_ok(const char *name)
{
    bool level_empty = true;
    for (const char *c = name; *c; c++) {
        bool separator = *c == '.' || *c == '/';
        if (separator && level_empty)
            return false;
        level_empty = separator;
    }
    return !level_empty && strlen(name) <= LIMIT_PLACE && is_printable_utf8(span_of(name));
}

bool read_domains(const struct config_value *v, void *field)
{
    return read_list(v, field, host_item);
}

bool read_addresses(const struct config_value *v, void *field)
{
    return read_list(v, field, address_item);
}

bool read_clients(const struct config_value *v, void *field)
{
    return read_list(v, field, client_item);
}

bool read_sources(const struct config_value *v, void *field)
{
    return read_list(v, field, source_item);
}

bool read_log_targets(const struct config_value *v, void *field)
{
    return read_list(v, field, log_item);
}

bool read_mailboxes(const struct config_value *v, void *field)
{
    return read_list(v, field, NULL);
}

/* Field names are printable ASCII without the colon (RFC 5322 2.2). The value may hold commas. */
bool read_keyed_header(const struct config_value *v, void *field)
{
    struct config_list *list = field;
    struct span text = span_of(v->text);
    if (v->first)
        *list = (struct config_list){0};
    if (text.n == 0)
        return true;
    size_t colon = span_find_byte(text, ':', 0);
    bool ok = colon > 0 && colon < text.n;
    for (size_t i = 0; ok && i < colon; i++)
        ok = text.p[i] > ' ' && text.p[i] < 0x7f;
    struct span value = span_trim(span_slice(text, colon + 1, text.n));
    if (!ok || value.n == 0)
        return config_value_wrong(v, "write a field as Name: value");
    return list_add(
        v, list, arena_printf(v->arena, "%.*s: %.*s", (int)colon, text.p, (int)value.n, value.p));
}

/* The first line of a file that holds a secret. */
static const char *secret_in(const struct config_value *v, const char *path)
{
    char text[LIMIT_VALUE];
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    ssize_t n = fd >= 0 ? read_all(fd, text, sizeof text) : -1;
    int why = errno;
    if (fd >= 0)
        close(fd);
    if (n < 0) {
        error_system(v->e, ERROR_CONFIG, why, "%s:%d: %s = %s: cannot read it", v->file, v->line,
                     v->key->name, path);
        return NULL;
    }
    struct span rest = {text, (size_t)n}, line = {0};
    span_next_line(&rest, &line);
    const char *secret = arena_string(v->arena, span_trim(line));
    if (!secret)
        error_memory(v->e);
    return secret;
}

/* A secret may hold commas, so one key stands in each line. */
bool read_prvs_key(const struct config_value *v, void *field)
{
    struct config_list *list = field;
    if (v->first)
        *list = (struct config_list){0};
    if (v->text[0] == '\0')
        return true;
    const char *secret = v->text;
    if (secret[0] == '/' || strncmp(secret, "~/", 2) == 0) {
        const char *path = config_absolute(v, secret);
        secret = path ? secret_in(v, path) : NULL;
    }
    if (!secret)
        return false;
    if (secret[0] == '\0')
        return config_value_wrong(v, "the first line of the file is empty: write the key there");
    return list_add(v, list, arena_string(v->arena, span_of(secret)));
}
