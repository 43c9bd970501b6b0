/*
 * `index export`: JSON lines. The first names the format and the key; then come the rows; the last
 * counts them, so that an export that was cut off is noticed.
 */
#include "cmd/index_action.h"

#include <errno.h>
#include <stdio.h>

#include "base/buf.h"
#include "base/json.h"
#include "cmd/exit_code.h"
#include "cmd/index_transfer.h"
#include "sources/coverage.h"
#include "sources/pending_gap.h"

struct exporting {
    struct buf line; /* the row at hand; of sources, all of them */
    bool keep;       /* rows stay in line */
    int64_t rows;
};

static void add_hex(struct buf *b, struct span bytes)
{
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < bytes.n; i++) {
        unsigned char c = (unsigned char)bytes.p[i];
        const char pair[2] = {digits[c >> 4], digits[c & 15]};
        buf_add(b, (struct span){pair, 2});
    }
}

static bool write_out(struct buf *b, struct error *e)
{
    if (b->failed)
        return error_memory(e);
    struct span s = buf_span(b);
    if (s.n > 0 && fwrite(s.p, 1, s.n, stdout) != s.n)
        return error_system(e, ERROR_RETRY, errno, "cannot write the export");
    buf_reset(b);
    return true;
}

static bool write_row(void *context, const struct transfer_table *table,
                      const struct transfer_value *row, struct error *e)
{
    struct exporting *x = context;
    struct json j = {.out = &x->line};
    json_open_object(&j, NULL);
    json_string(&j, "table", table->name);
    for (size_t i = 0; i < table->count; i++) {
        struct buf hex = {0};
        switch (table->columns[i].type) {
        case TRANSFER_NUMBER:
            json_number(&j, table->columns[i].name, row[i].number);
            break;
        case TRANSFER_TEXT:
            json_span(&j, table->columns[i].name, row[i].bytes);
            break;
        case TRANSFER_BYTES:
            add_hex(&hex, row[i].bytes);
            x->line.failed = x->line.failed || hex.failed;
            json_span(&j, table->columns[i].name, buf_span(&hex));
            break;
        }
        buf_free(&hex);
    }
    json_close_object(&j);
    buf_add_byte(&x->line, '\n');
    x->rows++;
    return x->keep || write_out(&x->line, e);
}

static bool write_header(struct context *c, struct exporting *x, struct error *e)
{
    struct json j = {.out = &x->line};
    char now[32];
    unixtime forgotten;
    const char *check = transfer_key_check(c->store, c->arena);
    if (!check)
        return error_memory(e);
    if (!coverage_forgotten(c->store, c->arena, &forgotten, e))
        return false;
    clock_format(clock_now(), now);
    json_open_object(&j, NULL);
    json_string(&j, "format", EXPORT_FORMAT);
    json_number(&j, "version", EXPORT_VERSION);
    json_string(&j, "key_check", check);
    json_string(&j, "exported", now);
    json_number(&j, "forgotten_before", forgotten);
    json_close_object(&j);
    buf_add_byte(&x->line, '\n');
    return write_out(&x->line, e);
}

static bool write_end(struct exporting *x, struct error *e)
{
    struct json j = {.out = &x->line};
    json_open_object(&j, NULL);
    json_number(&j, "end", x->rows);
    json_close_object(&j);
    buf_add_byte(&x->line, '\n');
    if (!write_out(&x->line, e))
        return false;
    return fflush(stdout) == 0 || error_system(e, ERROR_RETRY, errno, "cannot write the export");
}

/* Sources are read first and written last: what is recorded meanwhile may be missing among the rows
 * and must then not count as known. */
static bool write_all_rows(struct context *c, struct exporting *x, struct error *e)
{
    struct exporting sources = {.keep = true};
    size_t last = transfer_table_count - 1;
    bool ok = transfer_each(c->store, &transfer_tables[last], write_row, &sources, e) &&
              write_header(c, x, e);
    for (size_t i = 0; ok && i < last; i++)
        ok = transfer_each(c->store, &transfer_tables[i], write_row, x, e);
    ok = ok && write_out(&sources.line, e);
    x->rows += sources.rows;
    buf_free(&sources.line);
    return ok;
}

int index_export(struct context *c, const struct index_options *o, struct error *e)
{
    struct exporting x = {.rows = 0};
    const char *why;
    (void)o;
    if (pending_gap_lies_in(c->arena, c->config, 0, clock_now(), &why)) {
        error_set(e, ERROR_RETRY, "%s, and this is not in the index yet: run 'backsift record'",
                  why);
        return exit_code_of(e);
    }
    bool ok = write_all_rows(c, &x, e) && write_end(&x, e);
    buf_free(&x.line);
    return ok ? EXIT_DONE : exit_code_of(e);
}
