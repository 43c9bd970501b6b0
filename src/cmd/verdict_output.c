/*
 * Showing verdicts. Everything that came in with the message goes through printable_add or the JSON
 * writer before it reaches a terminal.
 */
#include "cmd/verdict_output.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/json.h"
#include "base/printable.h"

static void put(FILE *out, struct buf *b)
{
    fwrite(buf_string(b), 1, b->failed ? 0 : b->n, out);
    buf_free(b);
}

static void add_safe(struct buf *b, const char *s)
{
    printable_add(b, span_of(s), 0);
}

void verdict_print_line(FILE *out, const char *path, const struct judged *j, const struct error *e)
{
    struct buf b = {0};
    add_safe(&b, path);
    if (!j) {
        buf_add_string(&b, "\tmail\tunknown\t-\tINBOX\t");
        add_safe(&b, e->text);
    } else {
        buf_printf(&b, "\t%s\t%s\t%s\t", class_name(j->verdict.class),
                   j->verdict.class == CLASS_MAIL ? "-" : origin_name(j->verdict.origin),
                   *j->match.rule ? j->match.rule : "-");
        add_safe(&b, j->verdict.folder);
    }
    buf_add_byte(&b, '\n');
    put(out, &b);
}

static void add_ids(struct json *json, const struct findings *f)
{
    json_open_array(json, "original_ids");
    for (size_t i = 0; i < f->evidence_count; i++)
        if (evidence_is_id(f->evidence[i].kind))
            json_string(json, NULL, f->evidence[i].value);
    json_close_array(json);
}

static void add_recipients(struct json *json, const struct findings *f)
{
    json_open_array(json, "recipients");
    for (size_t i = 0; i < f->recipient_count; i++) {
        const struct report_recipient *r = &f->recipients[i];
        json_open_object(json, NULL);
        json_string(json, "address", r->address);
        if (*r->original)
            json_string(json, "original", r->original);
        if (*r->action)
            json_string(json, "action", r->action);
        json_string(json, "status", r->status);
        json_string(json, "diagnostic", r->diagnostic);
        if (*r->remote_mta)
            json_string(json, "remote_mta", r->remote_mta);
        json_close_object(json);
    }
    json_close_array(json);
}

static void add_evidence(struct json *json, const struct findings *f)
{
    json_open_array(json, "evidence");
    for (size_t i = 0; i < f->evidence_count; i++) {
        json_open_object(json, NULL);
        json_string(json, "kind", evidence_kind_name(f->evidence[i].kind));
        json_string(json, "where", f->evidence[i].where);
        json_string(json, "value", f->evidence[i].value);
        json_close_object(json);
    }
    json_close_array(json);
}

void verdict_print_json(FILE *out, const char *path, const struct judged *j, const struct error *e)
{
    static const struct findings nothing = {.rule = "", .reporting_mta = "", .message_id = ""};
    const struct findings *f = j ? j->findings : &nothing;
    struct buf b = {0};
    struct json json = {.out = &b};
    json_open_object(&json, NULL);
    json_string(&json, "file", path);
    json_string(&json, "class", class_name(f->class));
    json_string(&json, "origin", origin_name(j ? j->verdict.origin : ORIGIN_UNKNOWN));
    json_string(&json, "rule", f->rule);
    json_string(&json, "folder", j ? j->verdict.folder : "INBOX");
    json_number(&json, "row", j ? j->verdict.row : 0);
    add_ids(&json, f);
    add_recipients(&json, f);
    json_string(&json, "reporting_mta", f->reporting_mta);
    add_evidence(&json, f);
    if (!j)
        json_string(&json, "error", e->text);
    json_close_object(&json);
    buf_add_byte(&b, '\n');
    put(out, &b);
}

struct colours {
    const char *strong, *plain;
};

static struct colours colours_for(FILE *out)
{
    const char *no_color = getenv("NO_COLOR");
    bool use = isatty(fileno(out)) && !(no_color && *no_color);
    return use ? (struct colours){"\x1b[1m", "\x1b[0m"} : (struct colours){"", ""};
}

static void add_row(struct buf *b, const char *label, const char *value)
{
    if (!*value)
        return;
    buf_printf(b, "  %-10s ", label);
    add_safe(b, value);
    buf_add_byte(b, '\n');
}

static void add_recipient_rows(struct buf *b, const struct findings *f)
{
    for (size_t i = 0; i < f->recipient_count; i++) {
        const struct report_recipient *r = &f->recipients[i];
        struct buf line = {0};
        buf_printf(&line, "%s", r->address);
        if (*r->action || *r->status)
            buf_printf(&line, " (%s%s%s)", r->action, *r->action && *r->status ? " " : "",
                       r->status);
        if (*r->diagnostic)
            buf_printf(&line, ": %s", r->diagnostic);
        add_row(b, i == 0 ? "recipient" : "", buf_string(&line));
        buf_free(&line);
    }
}

static void add_evidence_rows(struct buf *b, const struct findings *f)
{
    if (f->evidence_count > 0)
        buf_add_string(b, "  evidence\n");
    for (size_t i = 0; i < f->evidence_count; i++) {
        const struct evidence *ev = &f->evidence[i];
        buf_printf(b, "    %-20s ", evidence_kind_name(ev->kind));
        add_safe(b, ev->value[0] ? ev->value : "<>");
        buf_add_string(b, "  [");
        add_safe(b, ev->where);
        buf_add_string(b, "]\n");
    }
}

void verdict_print_full(FILE *out, const char *path, const struct judged *j, const struct error *e)
{
    struct buf b = {0};
    struct colours c = colours_for(out);
    add_safe(&b, strcmp(path, "-") == 0 ? "standard input" : path);
    if (!j) {
        buf_add_string(&b, ": ");
        add_safe(&b, e->text);
        buf_add_byte(&b, '\n');
        put(out, &b);
        return;
    }
    const struct verdict *v = &j->verdict;
    if (v->class == CLASS_MAIL) {
        buf_printf(&b, ": %smail%s\n", c.strong, c.plain);
        add_row(&b, "rule", *j->match.rule ? j->match.rule : "none: no rule holds");
    } else {
        buf_printf(&b, ": %s%s, %s%s%s\n", c.strong, class_name(v->class), origin_name(v->origin),
                   c.plain, v->marked ? " (marked: its recipient was never written to)" : "");
        add_row(&b, "rule", j->match.rule);
        struct buf row = {0};
        buf_printf(&row, "%d: %s", v->row, v->reason);
        add_row(&b, "row", buf_string(&row));
        buf_free(&row);
        add_row(&b, "index", v->store_note);
    }
    add_row(&b, "folder", v->folder);
    if (v->class != CLASS_MAIL) {
        add_row(&b, "reported by", j->findings->reporting_mta);
        add_recipient_rows(&b, j->findings);
        add_evidence_rows(&b, j->findings);
    }
    put(out, &b);
}
