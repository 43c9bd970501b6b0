/*
 * `index`: looking at the outbound index, checking it, making it smaller.
 */
#include "cmd/command.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/json.h"
#include "base/limits.h"
#include "cmd/exit_code.h"
#include "cmd/index_action.h"
#include "sources/coverage.h"

static const char usage[] =
    "Usage: backsift index ACTION [OPTION]...\n"
    "Look at the outbound index: what was sent, as far as it was recorded.\n\n"
    "Actions:\n"
    "  stats                  how much it holds\n"
    "  coverage               for which days all that was sent is known, and why not more\n"
    "  lookup ID|ADDRESS...   was it sent, was it written to; exit 1 when nothing was found\n"
    "  verify                 check the structure of the store\n"
    "  prune                  remove what is older than [index] retain-days\n"
    "  export                 write index and journal to standard output, as JSON lines\n"
    "  import [FILE]          add an export made under the same key; without FILE, or when\n"
    "                         FILE is -, from standard input\n\n"
    "Options:\n"
    "  -j, --json             stats, coverage, lookup: one JSON object (lookup: one a line)\n"
    "  -d, --days=N           coverage: draw the last N days (default: reach-days and 7 more)\n"
    "  -b, --before=DATE      prune: remove what was sent before that day (2026-01-31)\n"
    "  -c, --config=FILE      read this configuration\n"
    "  -h, --help             show this help\n\n"
    "Exit: 0 done; 1 nothing found; 64 usage; 65 no index yet, problems found by\n"
    "verify, or an export that cannot be imported;\n"
    "75 try again; 78 configuration, or an index that cannot be used.\n";

/* --- stats --- */

static const char *day_text(unixtime t, char out[32])
{
    clock_format(t, out);
    out[t ? 10 : 0] = '\0';
    return out;
}

static void print_stats(const struct context *c, const struct index_stats *s)
{
    char oldest[32], newest[32];
    printf("index         %s\n", config_index_name(c->arena, c->config->index_url));
    printf("key check     %s\n", s->key_check);
    printf("message IDs   %lld\n", (long long)s->ids);
    printf("recipients    %lld\n", (long long)s->recipients);
    if (s->nameless > 0)
        printf("without ID    %lld\n", (long long)s->nameless);
    if (s->newest > 0)
        printf("sent          %s to %s\n", day_text(s->oldest, oldest),
               day_text(s->newest, newest));
    printf("journal       %lld responses\n", (long long)s->journal_events);
    if (s->bytes >= 0)
        printf("size          %lld KiB\n", (long long)(s->bytes + 1023) / 1024);
}

static void put_time(struct json *j, const char *name, unixtime t)
{
    char text[32];
    clock_format(t, text);
    json_string(j, name, t ? text : NULL);
}

static bool print_buf(struct buf *b, struct error *e)
{
    bool ok = !b->failed;
    if (ok)
        puts(buf_string(b));
    buf_free(b);
    return ok || error_memory(e);
}

int index_stats(struct context *c, const struct index_options *o, struct error *e)
{
    struct index_stats s;
    struct buf b = {0};
    struct json j = {.out = &b};
    if (!store_stats(c->store, c->arena, &s, e))
        return exit_code_of(e);
    if (!o->json) {
        print_stats(c, &s);
        return EXIT_DONE;
    }
    json_open_object(&j, NULL);
    json_string(&j, "url", config_index_name(c->arena, c->config->index_url));
    json_string(&j, "key_check", s.key_check);
    json_number(&j, "ids", s.ids);
    json_number(&j, "recipients", s.recipients);
    json_number(&j, "nameless", s.nameless);
    put_time(&j, "oldest", s.oldest);
    put_time(&j, "newest", s.newest);
    json_number(&j, "journal_events", s.journal_events);
    json_number(&j, "bytes", s.bytes);
    json_close_object(&j);
    return print_buf(&b, e) ? EXIT_DONE : exit_code_of(e);
}

/* --- lookup --- */

struct found {
    enum lookup as_id, as_recipient;
    unixtime id_time, recipient_time;
    int strays; /* responses that cite the ID but speak of recipients it never had */
};

static bool look_up(struct store *s, const char *word, struct found *out, struct error *e)
{
    *out = (struct found){.strays = 0};
    out->as_id = store_find_id(s, word, &out->id_time, e);
    if (out->as_id != LOOKUP_ERROR)
        out->as_recipient = store_find_recipient(s, word, &out->recipient_time, e);
    return out->as_id != LOOKUP_ERROR && out->as_recipient != LOOKUP_ERROR &&
           store_strays(s, word, &out->strays, e);
}

static void print_found(const char *word, const struct found *f)
{
    char when[32];
    bool any = false;
    if (f->as_id == LOOKUP_YES) {
        clock_format(f->id_time, when);
        printf("%s: sent by us at %s", word, when);
        if (f->strays > 0)
            printf(", cited by %d responses about others than its recipients", f->strays);
        putchar('\n');
        any = true;
    }
    if (f->as_recipient == LOOKUP_YES) {
        clock_format(f->recipient_time, when);
        printf("%s: last written to by us at %s\n", word, when);
        any = true;
    }
    if (!any)
        printf("%s: neither a recorded message ID nor a recorded recipient\n", word);
}

static bool print_found_json(const char *word, const struct found *f, struct error *e)
{
    struct buf b = {0};
    struct json j = {.out = &b};
    json_open_object(&j, NULL);
    json_string(&j, "word", word);
    put_time(&j, "sent", f->as_id == LOOKUP_YES ? f->id_time : 0);
    put_time(&j, "written_to", f->as_recipient == LOOKUP_YES ? f->recipient_time : 0);
    json_number(&j, "strays", f->strays);
    json_close_object(&j);
    return print_buf(&b, e);
}

int index_lookup(struct context *c, const struct index_options *o, struct error *e)
{
    bool any = false;
    for (size_t i = 0; i < o->word_count && !e->kind; i++) {
        struct found f;
        if (!look_up(c->store, o->words[i], &f, e))
            break;
        any = any || f.as_id == LOOKUP_YES || f.as_recipient == LOOKUP_YES;
        if (!o->json)
            print_found(o->words[i], &f);
        else if (!print_found_json(o->words[i], &f, e))
            break;
    }
    return e->kind ? exit_code_of(e) : any ? EXIT_DONE : EXIT_NO;
}

/* --- verify and prune --- */

static void print_problem(void *context, const char *problem)
{
    (void)context;
    printf("%s\n", problem);
}

int index_verify(struct context *c, const struct index_options *o, struct error *e)
{
    int64_t problems;
    (void)o;
    if (!store_verify(c->store, print_problem, NULL, &problems, e))
        return exit_code_of(e);
    if (problems == 0) {
        puts("the index is sound");
        return EXIT_DONE;
    }
    error_set(e, ERROR_DATA,
              "the index %s is damaged: restore it from a backup, or move it away (a file with "
              "its -wal and -shm files) and run 'backsift record' again",
              config_index_name(c->arena, c->config->index_url));
    return exit_code_of(e);
}

static bool prune(struct store *s, unixtime before, struct error *e)
{
    bool left = true;
    /* First of all: should it stop half-way, what is gone must not count as never sent. */
    if (!coverage_forget(s, before, e))
        return false;
    while (left)
        if (!store_prune(s, before, LIMIT_PRUNE_ROWS, &left, e))
            return false;
    return true;
}

int index_prune(struct context *c, const struct index_options *o, struct error *e)
{
    struct index_stats was, is;
    char day[32];
    unixtime kept_from = clock_now() - c->config->retain_days * SECONDS_PER_DAY;
    unixtime before = o->before ? o->before : kept_from;
    if (!store_stats(c->store, c->arena, &was, e) || !prune(c->store, before, e) ||
        !store_stats(c->store, c->arena, &is, e))
        return exit_code_of(e);
    printf("removed from before %s: %lld message IDs, %lld recipients, %lld responses\n",
           day_text(before, day), (long long)(was.ids - is.ids),
           (long long)(was.recipients - is.recipients),
           (long long)(was.journal_events - is.journal_events));
    return EXIT_DONE;
}

/* --- the command --- */

static const struct action {
    const char *name;
    index_action run;
    enum store_access access;
    size_t least_words, most_words;
} actions[] = {
    {"stats", index_stats, STORE_READ, 0, 0},
    {"coverage", index_coverage, STORE_READ, 0, 0},
    {"lookup", index_lookup, STORE_READ, 1, SIZE_MAX},
    {"verify", index_verify, STORE_READ, 0, 0},
    {"prune", index_prune, STORE_WRITE, 0, 0},
    {"export", index_export, STORE_READ, 0, 0},
    {"import", index_import, STORE_WRITE, 0, 1},
};

static const struct action *find_action(char **words, size_t count, struct error *e)
{
    for (size_t i = 0; count > 0 && i < sizeof actions / sizeof *actions; i++) {
        if (strcmp(words[0], actions[i].name) != 0)
            continue;
        if (count - 1 >= actions[i].least_words && count - 1 <= actions[i].most_words)
            return &actions[i];
        error_set(e, ERROR_USAGE, "index %s has too %s arguments: try 'backsift index --help'",
                  words[0], count - 1 < actions[i].least_words ? "few" : "many");
        return NULL;
    }
    if (count == 0)
        error_set(e, ERROR_USAGE, "index needs an action: try 'backsift index --help'");
    else
        error_set(e, ERROR_USAGE, "'%s' is no action of index: try 'backsift index --help'",
                  words[0]);
    return NULL;
}

static int run(const struct action *action, const struct index_options *o, struct error *e)
{
    struct context c;
    int code = EXIT_DONE;
    if (context_open(&c, CALLER_USER, o->config, e) &&
        context_open_store(&c, action->access, LIMIT_RECORD_MS, e))
        code = action->run(&c, o, e);
    else
        code = exit_code_of(e);
    context_close(&c);
    return code;
}

static bool read_days(const char *text, int *out, struct error *e)
{
    char *end;
    long n = strtol(text, &end, 10);
    if (*end != '\0' || n < 1 || n > LIMIT_CHART_DAYS)
        return error_set(e, ERROR_USAGE, "--days=%s: write a number from 1 to %d", text,
                         LIMIT_CHART_DAYS);
    *out = (int)n;
    return true;
}

static const struct option options[] = {
    {"json", no_argument, NULL, 'j'},         {"days", required_argument, NULL, 'd'},
    {"before", required_argument, NULL, 'b'}, {"config", required_argument, NULL, 'c'},
    {"help", no_argument, NULL, 'h'},         {0},
};

int command_index(int argc, char **argv)
{
    struct index_options o = {0};
    struct error e = {0};
    opterr = 0;
    for (int c; !e.kind && (c = getopt_long(argc, argv, ":jd:b:c:h", options, NULL)) != -1;) {
        if (c == 'j')
            o.json = true;
        else if (c == 'd')
            read_days(optarg, &o.days, &e);
        else if (c == 'b' && !clock_parse_date(optarg, &o.before))
            error_set(&e, ERROR_USAGE, "--before=%s: write a date as 2026-01-31", optarg);
        else if (c == 'c')
            o.config = optarg;
        else if (c == 'h')
            return command_help(usage);
        else if (c != 'b')
            command_bad_option(argv, &e);
    }
    const struct action *action =
        e.kind ? NULL : find_action(argv + optind, (size_t)(argc - optind), &e);
    o.words = argv + optind + 1;
    o.word_count = action ? (size_t)(argc - optind - 1) : 0;
    int code = action ? run(action, &o, &e) : exit_code_of(&e);
    if (e.kind)
        command_print_error(&e);
    return code;
}
