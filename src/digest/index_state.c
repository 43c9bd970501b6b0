/*
 * Advice is given in the order in which it is worth following, and only where it applies. What is
 * to be pasted into a shell is made of our own words, of the configuration, and of domains and
 * addresses that consist of plain characters.
 */
#include "digest/index_state.h"

#include <string.h>

#include "base/buf.h"
#include "digest/when.h"
#include "sources/source.h"

/* A record that is a day behind hourly runs tells that these do not happen. */
#define STALE_AFTER SECONDS_PER_DAY

struct adviser {
    struct arena *arena;
    const struct config *config;
    const struct index_hints *hints;
    struct index_state *state;
    unixtime now;
    bool failed;
};

static bool is_plain(struct span s, const char *extra)
{
    for (size_t i = 0; i < s.n; i++)
        if (!ascii_is_alnum(s.p[i]) && (s.p[i] == '\0' || !strchr(extra, s.p[i])))
            return false;
    return s.n > 0 && s.n <= 255 && s.p[0] != '-' && s.p[0] != '.';
}

static const char *own_domain(const struct adviser *a)
{
    if (a->config->domains.count > 0)
        return a->config->domains.items[0];
    return is_plain(span_of(a->hints->domain), ".-") ? a->hints->domain : "YOUR-DOMAIN";
}

/* For a shell: in single quotes, those within as '\''. */
static const char *quoted(struct adviser *a, const char *s)
{
    struct buf b = {0};
    buf_add_byte(&b, '\'');
    for (; *s; s++)
        buf_add(&b, *s == '\'' ? span_of("'\\''") : (struct span){s, 1});
    buf_add_byte(&b, '\'');
    const char *copy = b.failed ? NULL : arena_string(a->arena, buf_span(&b));
    buf_free(&b);
    a->failed = a->failed || !copy;
    return copy ? copy : "";
}

static struct advice *advise(struct adviser *a, const char *say, size_t lines)
{
    struct advice *advice = &a->state->advice[a->state->advice_count++];
    *advice = (struct advice){.say = say, .lines = arena_array(a->arena, lines, sizeof(char *))};
    a->failed = a->failed || !advice->lines;
    return advice;
}

static void line(struct adviser *a, struct advice *advice, const char *text)
{
    a->failed = a->failed || !text;
    if (!a->failed)
        advice->lines[advice->line_count++] = text;
}

/* Lines that append to the configuration; the empty one comes first because a file may lack its
 * last line end. Ended by config_end. */
static void config_begin(struct adviser *a, struct advice *advice, const char *section)
{
    const char *file = a->hints->config_file, *slash = strrchr(file, '/');
    if (!a->config->file && slash) {
        const char *folder = arena_string(a->arena, (struct span){file, (size_t)(slash - file)});
        line(a, advice, folder ? arena_printf(a->arena, "mkdir -p %s", quoted(a, folder)) : NULL);
    }
    line(a, advice, arena_printf(a->arena, "cat >>%s <<'END'", quoted(a, file)));
    line(a, advice, "");
    line(a, advice, section);
}

#define CONFIG_LINES 6 /* of config_begin and the final END, with one to spare */

static void advise_domain(struct adviser *a)
{
    if (a->config->domains.count > 0)
        return;
    struct advice *advice = advise(a, "Say which domain is yours:", CONFIG_LINES + 1);
    config_begin(a, advice, "[own]");
    line(a, advice, arena_printf(a->arena, "domain = %s", own_domain(a)));
    line(a, advice, "END");
}

static const char *complete_since(struct adviser *a)
{
    return arena_printf(a->arena, "complete-since = %s", when(a->now, WHEN_DATE).text);
}

static void advise_source(struct adviser *a)
{
    if (a->config->sources.count > 0)
        return;
    size_t found = a->hints->sent_folder_count;
    struct advice *advice = advise(
        a,
        found
            ? "Say where your sent mail is, and from when on all of it is there (an earlier date "
              "if that is true):"
            : "Say where your sent mail is (put your folder for it in place of this one), and from "
              "when on all of it is there (an earlier date if that is true):",
        CONFIG_LINES + found + 3);
    config_begin(a, advice, "[index]");
    for (size_t i = 0; i < found; i++)
        line(a, advice, arena_printf(a->arena, "source = %s", a->hints->sent_folders[i]));
    if (!found)
        line(a, advice, arena_printf(a->arena, "source = maildir:%s/.Sent", a->config->maildir));
    line(a, advice, complete_since(a));
    line(a, advice, "END");
    line(a, advice, "backsift record");
}

static void advise_complete_since(struct adviser *a)
{
    if (a->config->sources.count == 0 || a->config->complete_since > 0)
        return;
    struct advice *advice = advise(
        a,
        "Say from when on the declared sources hold all you send (an earlier date if that is "
        "true):",
        CONFIG_LINES + 1);
    config_begin(a, advice, "[index]");
    line(a, advice, complete_since(a));
    line(a, advice, "END");
}

static void advise_record(struct adviser *a)
{
    bool never = false, stale = false;
    for (size_t i = 0; i < a->state->source_count; i++) {
        const struct source_state *s = &a->state->sources[i];
        never = never || s->first_run == 0;
        stale = stale || (!s->is_push && s->last_run < a->now - STALE_AFTER);
    }
    if (never || stale) {
        struct advice *advice = advise(
            a,
            never ? "Read the sources that were never read, and see to it that this is done every "
                    "hour:"
                  : "The sources were not read lately; have it done every hour:",
            2);
        line(a, advice, "backsift record");
        line(a, advice,
             "(crontab -l; echo \"17 * * * * $(command -v backsift) record -q\") | crontab -");
    }
}

/* The addresses are the user's to write: pasted as it stands it does nothing, because a list that
 * is not complete would make mail of ours forged. */
static void advise_addresses(struct adviser *a)
{
    bool forged_can_be_told = a->state->forged_from > 0 && a->state->forged_from <= a->now;
    if (a->config->addresses_complete || forged_can_be_told)
        return;
    struct advice *advice = advise(a,
                                   "Or write all addresses that are in use between the quotes: "
                                   "what comes back to any other was "
                                   "forged, whatever the record of sent mail holds:",
                                   4);
    line(a, advice, "addresses='' # such as 'ada@shop.example info@shop.example'");
    line(a, advice, "[ \"$addresses\" ] && for a in $addresses; do echo \"address = $a\"; done |");
    line(a, advice, "  { echo; echo '[own]'; cat; echo 'addresses-complete = yes'; } \\");
    line(a, advice, arena_printf(a->arena, "  >>%s", quoted(a, a->hints->config_file)));
}

/* Push sources are known only by having been used; a declared one without a run counts as one that
 * never ran. */
static bool find_sources(struct adviser *a, struct store *store)
{
    const struct config_list *declared = &a->config->sources;
    struct index_state *out = a->state;
    out->sources = arena_array(a->arena, declared->count, sizeof *out->sources);
    if (!out->sources)
        return false;
    for (size_t i = 0; i < declared->count; i++) {
        struct source_state *s = &out->sources[out->source_count];
        struct error e = {0};
        if (!store || !store_source(store, a->arena, declared->items[i], s, &e))
            *s = (struct source_state){.cursor = ""};
        const struct source_kind *kind = source_kind_of(declared->items[i], &e);
        s->name = declared->items[i];
        s->is_push = kind ? kind->is_push : s->is_push;
        out->source_count++;
    }
    return true;
}

static void read_store(struct adviser *a, struct store *store)
{
    struct index_state *out = a->state;
    struct error e = {0};
    struct index_stats stats;
    unixtime reach = a->config->reach_days * SECONDS_PER_DAY;
    if (!store_stats(store, a->arena, &stats, &e) ||
        !coverage_find(store, a->arena, a->config, a->now, &out->coverage, &e) ||
        !store_gaps(store, a->arena, a->now - reach, a->now, &out->gaps, &out->gap_count, &e)) {
        out->trouble = arena_string(a->arena, span_of(e.text));
        return;
    }
    out->ids = stats.ids;
    if (out->coverage.any)
        out->forged_from = out->coverage.from + reach;
}

bool index_state_find(struct arena *arena, struct store *store, const char *trouble,
                      const struct config *config, const struct index_hints *hints, unixtime now,
                      struct index_state *out)
{
    *out =
        (struct index_state){.trouble = trouble, .addresses_complete = config->addresses_complete};
    struct adviser a = {.arena = arena, .config = config, .hints = hints, .state = out, .now = now};
    if (store)
        read_store(&a, store);
    if (!find_sources(&a, store))
        return false;
    advise_domain(&a);
    advise_source(&a);
    advise_complete_since(&a);
    advise_record(&a);
    advise_addresses(&a);
    return !a.failed;
}
