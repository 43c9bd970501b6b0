/*
 * The form of an HTML page. Every element holds by its inline style, because mail programs drop
 * style sheets; the one in the head only turns light into dark. Escaping happens in add_text alone.
 */
#include "digest/html.h"

#include "digest/compose.h"
#include "digest/flood.h"

#define TABLE "border-collapse:collapse;border-spacing:0;width:100%;table-layout:fixed;"
#define MUTED "color:#5f6670;"
#define FONT                                                                                       \
    "font-family:-apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif;font-size:15px;"       \
    "line-height:1.45;color:#1c1e21;"
#define BREAK "overflow-wrap:anywhere;word-break:break-word;"
/* Units of a bar: a thousandth of its cell's width each. */
#define UNITS 1000

static void add_text(struct buf *out, struct span text)
{
    for (size_t i = 0; i < text.n; i++) {
        char c = text.p[i];
        const char *entity = c == '&'    ? "&amp;"
                             : c == '<'  ? "&lt;"
                             : c == '>'  ? "&gt;"
                             : c == '"'  ? "&quot;"
                             : c == '\'' ? "&#39;"
                                         : NULL;
        if (entity)
            buf_add_string(out, entity);
        else
            buf_add_byte(out, c);
    }
}

static void element(struct buf *out, const char *open, struct span text, const char *close)
{
    buf_add_string(out, open);
    add_text(out, text);
    buf_add_string(out, close);
}

static const char before_title[] =
    "<!DOCTYPE html>\n"
    "<html lang=\"en\">\n"
    "<head>\n"
    "<meta charset=\"utf-8\">\n"
    "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
    "<meta name=\"color-scheme\" content=\"light dark\">\n"
    "<meta name=\"format-detection\" content=\"telephone=no, date=no, address=no, email=no\">\n";

static const char after_title[] =
    "<style>\n"
    ":root { color-scheme: light dark; }\n"
    "@media (prefers-color-scheme: dark) {\n"
    "  .page { background-color: #16181c !important; }\n"
    "  .card { background-color: #1f2227 !important; color: #e6e8eb !important; }\n"
    "  .muted { color: #a3abb5 !important; }\n"
    "  .line { border-color: #3b4048 !important; }\n"
    "  .bad { color: #ff8a7a !important; }\n"
    "  .doubt { color: #f0b84a !important; }\n"
    "  .code { background-color: #2a2e35 !important; color: #e6e8eb !important; }\n"
    "}\n"
    "</style>\n"
    "</head>\n"
    "<body class=\"page\" style=\"margin:0;padding:0;background-color:#eef0f3;\">\n"
    "<table role=\"presentation\" class=\"page\" style=\"" TABLE "background-color:#eef0f3;\">\n"
    "<tr><td style=\"padding:12px 8px;\">\n"
    "<table role=\"presentation\" style=\"" TABLE "max-width:640px;margin:0 auto;\">\n"
    "<tr><td class=\"card\" style=\"background-color:#ffffff;border-radius:8px;padding:18px "
    "16px;" FONT BREAK "\">\n";

/* A number that is seen at once, its words below it. */
static void figure(struct buf *out, const struct figure *f)
{
    static const char *const open[] = {
        [TONE_PLAIN] = "<b style=\"font-size:26px;\">",
        [TONE_BAD] = "<b class=\"bad\" style=\"font-size:26px;color:#b3261e;\">",
        [TONE_DOUBT] = "<b class=\"doubt\" style=\"font-size:26px;color:#8a5a00;\">",
    };
    buf_add_string(out,
                   "<span style=\"display:inline-block;vertical-align:top;margin:0 24px 8px 0;\">");
    buf_add_string(out, open[f->tone]);
    words_number(out, f->n);
    element(out, "</b><br>", span_of(f->words), "</span>\n");
}

static void head(struct writer *w, const struct head *h)
{
    buf_add_string(w->out, before_title);
    element(w->out, "<title>", h->headline, "</title>\n");
    buf_add_string(w->out, after_title);
    element(w->out,
            "<p class=\"muted\" style=\"margin:0;font-size:13px;" MUTED "\">backsift digest for ",
            h->owner, "</p>\n");
    element(w->out, "<p class=\"muted\" style=\"margin:0;font-size:13px;" MUTED "\">", h->period,
            "</p>\n");
    buf_add_string(w->out, "<h1 style=\"font-size:15px;font-weight:normal;line-height:1.3;"
                           "margin:14px 0 0;\">\n");
    for (size_t i = 0; i < h->figure_count; i++)
        figure(w->out, &h->figures[i]);
    if (h->figure_count == 0)
        element(w->out, "<b>", h->headline, "</b>\n");
    buf_add_string(w->out, "</h1>\n");
}

static void heading(struct writer *w, const char *text)
{
    element(w->out, "<h2 style=\"font-size:17px;line-height:1.3;margin:26px 0 8px;\">",
            span_of(text), "</h2>\n");
}

static void paragraph(struct writer *w, struct span text)
{
    element(w->out, "<p style=\"margin:6px 0;\">", text, "</p>\n");
}

static void nothing(struct writer *w)
{
    (void)w;
}

static void open_values(struct writer *w)
{
    buf_add_string(w->out, "<table role=\"presentation\" class=\"line\" style=\"" TABLE
                           "border-top:1px solid #d5d9de;margin:8px 0;\">\n");
}

static void value(struct writer *w, const char *label, struct span text, enum emphasis emphasis)
{
    static const char *const open[] = {
        [EMPHASIS_NONE] = "<td style=\"vertical-align:top;padding:3px 0;\">",
        [EMPHASIS_STRONG] = "<td style=\"vertical-align:top;padding:3px 0;font-weight:bold;\">",
        [EMPHASIS_QUIET] = "<td class=\"muted\" style=\"vertical-align:top;padding:3px "
                           "0;font-size:13px;" MUTED "\">",
    };
    element(w->out,
            "<tr><td class=\"muted\" style=\"width:64px;vertical-align:top;padding:4px 4px 3px "
            "0;font-size:13px;" MUTED "\">",
            span_of(label), "</td>\n");
    element(w->out, open[emphasis], text, "</td></tr>\n");
}

static void close_table(struct writer *w)
{
    buf_add_string(w->out, "</table>\n");
}

static void open_rows(struct writer *w, size_t class_columns)
{
    (void)class_columns;
    buf_add_string(w->out, "<table role=\"presentation\" style=\"" TABLE "margin:4px 0 10px;\">\n");
}

/* Two lines, so that it holds on a phone; dir=auto keeps text of either direction to itself. */
static void row(struct writer *w, const struct row *r)
{
    buf_add_string(w->out,
                   "<tr><td class=\"line\" style=\"border-top:1px solid #d5d9de;padding:5px "
                   "0;\">");
    element(w->out, "<span class=\"muted\" style=\"font-size:13px;" MUTED "\">",
            span_trim(r->stamp), " ");
    element(w->out, "", r->class, "</span> ");
    element(w->out, "<bdi>", r->who, "</bdi><br>");
    element(w->out, "<bdi><b>", r->about, "</b></bdi></td></tr>\n");
}

static void open_commands(struct writer *w)
{
    buf_add_string(
        w->out, "<pre class=\"code\" style=\"background-color:#f1f3f5;border-radius:4px;"
                "padding:8px 10px;margin:6px 0;font-size:13px;white-space:pre-wrap;" BREAK "\">");
}

static void command(struct writer *w, const char *line)
{
    element(w->out, "", span_of(line), "\n");
}

static void close_commands(struct writer *w)
{
    buf_add_string(w->out, "</pre>\n");
}

static void legend(struct writer *w, const struct summary *s)
{
    buf_add_string(w->out, "<p class=\"muted\" style=\"margin:14px 0 4px;font-size:13px;" MUTED
                           "\">Forged by day:");
    for (int k = 0; k < FLOOD_KINDS; k++)
        if (flood_in_all(s, &flood_kinds[k]) > 0)
            buf_printf(w->out, " <span style=\"color:%s;\">&#9632;</span> %s", flood_kinds[k].color,
                       flood_kinds[k].name);
    buf_add_string(w->out, "</p>\n");
}

/* A table as wide as the bar, one cell a kind; an empty day leaves its cell empty. */
static void add_bar(struct buf *out, const struct summary_day *day, int64_t highest)
{
    int64_t units[FLOOD_KINDS], sum = 0;
    flood_bar(day, highest, UNITS, units);
    for (int k = 0; k < FLOOD_KINDS; k++)
        sum += units[k];
    if (sum == 0)
        return;
    buf_printf(out,
               "<table role=\"presentation\" style=\"border-collapse:collapse;table-layout:fixed;"
               "width:%d.%d%%;\"><tr>",
               (int)(sum / 10), (int)(sum % 10));
    for (int k = 0; k < FLOOD_KINDS; k++)
        if (units[k] > 0)
            buf_printf(
                out,
                "<td style=\"padding:0;width:%d%%;height:12px;line-height:12px;font-size:1px;"
                "background-color:%s;\">&nbsp;</td>",
                (int)(100 * units[k] / sum), flood_kinds[k].color);
    buf_add_string(out, "</tr></table>");
}

static void picture(struct writer *w, const struct summary *s)
{
    legend(w, s);
    buf_add_string(w->out, "<table role=\"presentation\" style=\"" TABLE "font-size:13px;\">\n");
    for (int i = 0; i < SUMMARY_DAYS; i++) {
        element(w->out, "<tr><td class=\"muted\" style=\"width:76px;padding:1px 0;" MUTED "\">",
                span_of(when(s->days[i].start, WHEN_DAY).text), "</td>\n");
        buf_add_string(w->out,
                       "<td style=\"width:52px;padding:1px 10px 1px 0;text-align:right;\">");
        words_number(w->out, summary_total(s->days[i].counts, ORIGIN_FORGED));
        buf_add_string(w->out, "</td>\n<td style=\"padding:1px 0;\">");
        add_bar(w->out, &s->days[i], flood_highest(s));
        buf_add_string(w->out, "</td></tr>\n");
    }
    close_table(w);
}

static void foot(struct writer *w, struct span text)
{
    element(w->out,
            "<p class=\"muted line\" style=\"margin:26px 0 0;padding-top:8px;border-top:1px solid "
            "#d5d9de;font-size:13px;" MUTED "\">",
            text, "</p>\n");
    buf_add_string(w->out, "</td></tr></table>\n</td></tr></table>\n</body>\n</html>\n");
}

static const struct form html_form = {
    .head = head,
    .heading = heading,
    .paragraph = paragraph,
    .gap = nothing,
    .open_values = open_values,
    .value = value,
    .close_values = close_table,
    .open_rows = open_rows,
    .row = row,
    .close_rows = close_table,
    .open_commands = open_commands,
    .command = command,
    .close_commands = close_commands,
    .picture = picture,
    .foot = foot,
};

void digest_html(const struct digest *d, struct buf *out)
{
    struct writer w = {.form = &html_form, .out = out};
    compose(d, &w);
}
