/*
 * `index coverage`: one line a day with a bar for what was sent, and in words from when on "forged"
 * can be said. A day counts as covered by the same functions that the verdict asks, so that the
 * picture never promises more than the verdict keeps.
 */
#include "cmd/index_action.h"

#include <langinfo.h>
#include <locale.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/json.h"
#include "base/limits.h"
#include "cmd/exit_code.h"
#include "sources/coverage.h"
#include "sources/source.h"

#define BAR_WIDTH 40
/* Days drawn beside the reach when --days is not given. */
#define DAYS_BEFORE_REACH 7

struct day {
    unixtime from, to; /* to: its last second, or now */
    int64_t sent;
    bool covered;
    const char *why; /* not covered */
};

struct view {
    struct context *c;
    unixtime now;
    struct coverage coverage;
    struct day *days;
    int day_count;
};

/* --- finding out --- */

/* The verdict's row 8 asks for coverage and for copies without an ID. */
static bool is_covered(struct view *v, unixtime from, unixtime to, const char **why)
{
    struct error e = {0};
    struct context *c = v->c;
    if (!coverage_holds(c->store, c->arena, c->config, &v->coverage, from, to, why))
        return false;
    enum lookup nameless = store_has_nameless(c->store, from, to, &e);
    if (nameless == LOOKUP_NO)
        return true;
    *why = nameless == LOOKUP_YES ? "a sent copy without a message ID lies there"
                                  : arena_string(c->arena, span_of(e.text));
    return false;
}

static bool look_at_days(struct view *v, int days, struct error *e)
{
    int64_t today = v->now / SECONDS_PER_DAY, first = today - days + 1;
    int64_t *counts = arena_array(v->c->arena, (size_t)days, sizeof *counts);
    v->days = arena_array(v->c->arena, (size_t)days, sizeof *v->days);
    v->day_count = days;
    if (!counts || !v->days)
        return error_memory(e);
    if (!store_sent_by_day(v->c->store, first, days, counts, e))
        return false;
    for (int i = 0; i < days; i++) {
        struct day *d = &v->days[i];
        d->from = (first + i) * SECONDS_PER_DAY;
        d->to = i == days - 1 ? v->now : d->from + SECONDS_PER_DAY - 1;
        d->sent = counts[i];
        /* Today ends where the sources do: they cannot have run in this second. */
        unixtime to = i == days - 1 && v->coverage.to > d->from ? v->coverage.to : d->to;
        d->covered = is_covered(v, d->from, to < d->to ? to : d->to, &d->why);
    }
    return true;
}

/* --- the chart --- */

static bool is_utf8(void)
{
    setlocale(LC_CTYPE, "");
    return strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
}

/* A bar of BAR_WIDTH cells at most; UTF-8 draws eighths of a cell. A count that is not 0 is seen.
 */
static void print_bar(int64_t count, int64_t most, bool utf8)
{
    static const char *const eighths[] = {"", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};
    int64_t steps = utf8 ? 8 : 1;
    int64_t n = most > 0 ? (count * BAR_WIDTH * steps + most - 1) / most : 0;
    for (int64_t i = 0; i < n / steps; i++)
        fputs(utf8 ? "█" : "#", stdout);
    if (utf8)
        fputs(eighths[n % steps], stdout);
}

static void print_chart(const struct view *v)
{
    bool utf8 = is_utf8();
    int64_t most = 0;
    for (int i = 0; i < v->day_count; i++)
        most = v->days[i].sent > most ? v->days[i].sent : most;
    for (int i = 0; i < v->day_count; i++) {
        const struct day *d = &v->days[i];
        char text[32];
        clock_format(d->from, text);
        printf("%.10s %c %6lld ", text, d->covered ? '+' : '-', (long long)d->sent);
        print_bar(d->sent, most, utf8);
        putchar('\n');
    }
    puts("           + all that was sent is known   - it may not be");
}

/* --- the words --- */

static const char *minute(unixtime t, char out[32])
{
    clock_format(t, out);
    out[10] = ' ';
    strcpy(out + 16, " UTC");
    return out;
}

static bool print_sources(struct view *v, struct error *e)
{
    const struct config_list *declared = &v->c->config->sources;
    char last[32];
    for (size_t i = 0; i < declared->count; i++) {
        struct source_state s;
        if (!store_source(v->c->store, v->c->arena, declared->items[i], &s, e))
            return false;
        if (s.first_run == 0)
            printf("source %s: never ran\n", s.name);
        else
            printf("source %s: %lld message%s, last run %s%s\n", s.name, (long long)s.messages,
                   s.messages == 1 ? "" : "s", minute(s.last_run, last),
                   s.is_push ? ", holds up to now" : "");
    }
    return true;
}

static bool print_gaps(struct view *v, struct error *e)
{
    struct gap *gaps;
    size_t count;
    char from[32], to[32], clear[32];
    unixtime reach = v->c->config->reach_days * SECONDS_PER_DAY;
    if (!store_gaps(v->c->store, v->c->arena, v->coverage.from, v->coverage.to, &gaps, &count, e))
        return false;
    for (size_t i = 0; i < count; i++)
        printf("gap of %s from %s to %s (%s): no 'forged' for what arrives before %s\n",
               gaps[i].source, minute(gaps[i].from, from), minute(gaps[i].to, to), gaps[i].reason,
               minute(gaps[i].to + reach + 1, clear));
    return true;
}

/* What a response needs is coverage from its arrival back over the reach. */
static void print_verdict(struct view *v)
{
    const struct coverage *c = &v->coverage;
    int days = v->c->config->reach_days;
    unixtime reach = days * SECONDS_PER_DAY, first = c->from + reach;
    const char *why = "";
    char from[32], to[32], begin[32];
    if (!c->any) {
        printf("No response can be judged 'forged': %s.\n", c->why);
        return;
    }
    printf("Known is all that was sent %s.\n", c->why);
    printf("A response may come %d days after the message it is about, so", days);
    if (first > c->to) {
        printf(" none can be judged\n'forged' yet: from %s on, if the sources run on.\n",
               minute(first, from));
        return;
    }
    printf(" 'forged' is possible\nfor what arrived from %s to %s, and not earlier,\n"
           "because nothing is known of before %.10s.\n",
           minute(first, from), minute(c->to, to), minute(c->from, begin));
    if (!is_covered(v, c->to - reach, c->to, &why))
        printf("At present it is not: %s.\n", why);
}

/* --- JSON --- */

static void put_time(struct json *j, const char *name, unixtime t)
{
    char text[32];
    clock_format(t, text);
    json_string(j, name, text);
}

static void put_day(struct json *j, const struct day *d)
{
    char text[32];
    clock_format(d->from, text);
    json_open_object(j, NULL);
    json_span(j, "day", (struct span){text, 10});
    json_number(j, "sent", d->sent);
    json_bool(j, "covered", d->covered);
    json_string(j, "why_not", d->covered ? NULL : d->why);
    json_close_object(j);
}

static bool print_json(struct view *v, struct error *e)
{
    struct buf b = {0};
    struct json j = {.out = &b};
    unixtime reach = v->c->config->reach_days * SECONDS_PER_DAY;
    const char *why = "";
    bool possible = v->coverage.any && is_covered(v, v->coverage.to - reach, v->coverage.to, &why);
    json_open_object(&j, NULL);
    json_bool(&j, "any", v->coverage.any);
    if (v->coverage.any) {
        put_time(&j, "from", v->coverage.from);
        put_time(&j, "to", v->coverage.to);
        put_time(&j, "forged_from", v->coverage.from + reach);
    }
    json_string(&j, "why", v->coverage.why);
    json_bool(&j, "forged_possible", possible);
    json_string(&j, "why_not", possible ? NULL : v->coverage.any ? why : v->coverage.why);
    json_open_array(&j, "days");
    for (int i = 0; i < v->day_count; i++)
        put_day(&j, &v->days[i]);
    json_close_array(&j);
    json_close_object(&j);
    bool ok = !b.failed;
    if (ok)
        puts(buf_string(&b));
    buf_free(&b);
    return ok || error_memory(e);
}

int index_coverage(struct context *c, const struct index_options *o, struct error *e)
{
    struct view v = {.c = c, .now = clock_now()};
    int days = o->days ? o->days : c->config->reach_days + DAYS_BEFORE_REACH;
    if (!coverage_find(c->store, c->arena, c->config, v.now, &v.coverage, e) ||
        !look_at_days(&v, days, e))
        return exit_code_of(e);
    if (o->json)
        return print_json(&v, e) ? EXIT_DONE : exit_code_of(e);
    print_chart(&v);
    putchar('\n');
    if (!print_sources(&v, e) || (v.coverage.any && !print_gaps(&v, e)))
        return exit_code_of(e);
    print_verdict(&v);
    return EXIT_DONE;
}
