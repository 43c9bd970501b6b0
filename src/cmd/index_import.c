/*
 * `index import`: reads an export strictly. Rows are added in short transactions; those that say
 * what is known (sources) share the last one with the final count, so that an export cut off or
 * broken adds sent messages, which is never wrong, but no claim to know all.
 */
#include "cmd/index_action.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json_read.h"
#include "base/limits.h"
#include "cmd/exit_code.h"
#include "cmd/index_transfer.h"
#include "sources/coverage.h"

struct importing {
    struct store *store;
    struct arena *arena; /* of one line */
    const char *name;
    int64_t line, rows;
    bool in_transaction, ended;
    bool claims; /* the rows that say what is known have begun */
    struct json_member members[TRANSFER_COLUMNS + 1];
    size_t count;
    struct error *e;
};

static bool wrong(struct importing *m, const char *what)
{
    return error_set(m->e, ERROR_DATA, "%s:%lld: %s", m->name, (long long)m->line, what);
}

static const struct json_member *member(struct importing *m, const char *name, bool is_number)
{
    const struct json_member *found = json_member_of(m->members, m->count, name);
    return found && found->is_number == is_number ? found : NULL;
}

/* --- the first line --- */

static bool read_header(struct importing *m)
{
    const struct json_member *format = member(m, "format", false);
    const struct json_member *version = member(m, "version", true);
    const struct json_member *check = member(m, "key_check", false);
    const struct json_member *forgotten = member(m, "forgotten_before", true);
    if (!format || !span_is(format->text, EXPORT_FORMAT) || !version || !check || !forgotten)
        return wrong(m, "this is no export of 'backsift index export'");
    if (version->number != EXPORT_VERSION)
        return wrong(m, "the export was made by a newer backsift: update this one");
    const char *own = transfer_key_check(m->store, m->arena);
    if (!own)
        return error_memory(m->e);
    if (!span_is(check->text, own))
        return error_set(m->e, ERROR_REFUSED,
                         "%s: made under another key (check %.8s, here %.8s): nothing in it could "
                         "be found; copy the key file first",
                         m->name, check->text.n >= 8 ? check->text.p : "unknown", own);
    return coverage_forget(m->store, forgotten->number, m->e);
}

/* --- rows --- */

static int hex_value(char c)
{
    c = ascii_lower(c);
    return ascii_is_digit(c) ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static bool read_hex(struct importing *m, struct span hex, struct span *out)
{
    char *bytes = arena_alloc(m->arena, hex.n / 2 + 1);
    if (!bytes)
        return error_memory(m->e);
    for (size_t i = 0; i + 1 < hex.n; i += 2) {
        int high = hex_value(hex.p[i]), low = hex_value(hex.p[i + 1]);
        if (high < 0 || low < 0)
            return wrong(m, "a value is not in hex");
        bytes[i / 2] = (char)(high * 16 + low);
    }
    *out = (struct span){bytes, hex.n / 2};
    return hex.n % 2 == 0 || wrong(m, "a value is not in hex");
}

static bool read_values(struct importing *m, const struct transfer_table *table,
                        struct transfer_value *row)
{
    if (m->count != table->count + 1)
        return wrong(m, "the row does not have the columns of its table");
    for (size_t i = 0; i < table->count; i++) {
        enum transfer_type type = table->columns[i].type;
        const struct json_member *found =
            member(m, table->columns[i].name, type == TRANSFER_NUMBER);
        if (!found)
            return wrong(m, "the row does not have the columns of its table");
        row[i] = (struct transfer_value){found->number, found->text};
        if (type == TRANSFER_BYTES && !read_hex(m, found->text, &row[i].bytes))
            return false;
    }
    return true;
}

static bool commit(struct importing *m)
{
    bool ok = !m->in_transaction || store_commit(m->store, m->e);
    m->in_transaction = m->claims = false;
    return ok;
}

/* Sees to a transaction for the next row: short ones, and one that is synced for all claims. */
static bool take_turn(struct importing *m, bool is_claim)
{
    if (is_claim && !m->claims && !commit(m))
        return false;
    m->claims = m->claims || is_claim;
    if (m->in_transaction && !m->claims && store_turn_is_over(m->store))
        return m->in_transaction = store_next_turn(m->store, m->e);
    if (!m->in_transaction)
        m->in_transaction =
            m->claims ? store_begin(m->store, m->e) : store_begin_unsynced(m->store, m->e);
    return m->in_transaction;
}

static bool read_row(struct importing *m)
{
    struct transfer_value row[TRANSFER_COLUMNS];
    const struct json_member *name = member(m, "table", false);
    const struct transfer_table *table = name ? transfer_table_named(name->text) : NULL;
    if (!table)
        return wrong(m, "the row names no known table");
    if (!read_values(m, table, row))
        return false;
    m->rows++;
    return take_turn(m, table == &transfer_tables[transfer_table_count - 1]) &&
           transfer_add(m->store, table, row, m->e);
}

static bool read_end(struct importing *m, int64_t rows)
{
    if (rows != m->rows)
        return wrong(m, "rows are missing: the export is damaged");
    m->ended = true;
    return commit(m);
}

/* --- lines --- */

static bool read_line(struct importing *m, struct span line)
{
    m->line++;
    arena_reset(m->arena);
    if (!json_read_object(m->arena, line, m->members, TRANSFER_COLUMNS + 1, &m->count))
        return wrong(m, m->line == 1 ? "this is no export of 'backsift index export'"
                                     : "the line cannot be read: the export is damaged");
    if (m->ended)
        return wrong(m, "there is something behind the end");
    if (m->line == 1)
        return read_header(m);
    const struct json_member *end = member(m, "end", true);
    return end ? read_end(m, end->number) : read_row(m);
}

static bool read_lines(struct importing *m, FILE *in)
{
    char *line = NULL;
    size_t size = 0;
    ssize_t n;
    bool ok = true;
    while (ok && (errno = 0, n = getline(&line, &size, in)) >= 0)
        ok = read_line(m, (struct span){line, (size_t)n});
    if (ok && ferror(in))
        ok = error_system(m->e, ERROR_DATA, errno, "cannot read %s", m->name);
    if (ok && !m->ended)
        ok = error_set(m->e, ERROR_DATA, "%s: the export is cut off behind line %lld", m->name,
                       (long long)m->line);
    free(line);
    if (!ok && m->in_transaction)
        store_rollback(m->store);
    return ok;
}

int index_import(struct context *c, const struct index_options *o, struct error *e)
{
    bool is_stdin = o->word_count == 0 || strcmp(o->words[0], "-") == 0;
    struct importing m = {.store = c->store,
                          .arena = arena_new(LIMIT_ARENA),
                          .name = is_stdin ? "standard input" : o->words[0],
                          .e = e};
    FILE *in = is_stdin ? stdin : fopen(o->words[0], "re");
    bool ok = false;
    if (!m.arena)
        error_memory(e);
    else if (!in)
        error_system(e, ERROR_DATA, errno, "cannot open %s", m.name);
    else
        ok = read_lines(&m, in);
    if (in && !is_stdin)
        fclose(in);
    arena_free(m.arena);
    if (!ok)
        return exit_code_of(e);
    printf("imported %lld rows\n", (long long)m.rows);
    return EXIT_DONE;
}
