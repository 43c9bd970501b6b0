/*
 * `classify` and `explain`: verdicts for files, folders or standard input; nothing is filed. Every
 * input gets its answer, in the order given, also those that cannot be read: a caller that pairs
 * lines with files must never be one off.
 */
#include "cmd/command.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/limits.h"
#include "cmd/context.h"
#include "cmd/exit_code.h"
#include "cmd/filed_time.h"
#include "cmd/message_files.h"
#include "cmd/verdict_output.h"
#include "sources/source.h"

static const char classify_usage[] =
    "Usage: backsift classify [OPTION]... [FILE|FOLDER]...\n"
    "Print class, origin, rule and folder of messages, one line each; file nothing.\n"
    "Without FILE, or when FILE is -, read one message from standard input. Of a FOLDER all\n"
    "files are read; of a Maildir, those in new/ and cur/.\n\n"
    "  -j, --json              one JSON object a line, with original IDs, recipients, evidence\n"
    "  -e, --exit-code         exit 0 when (all) messages are responses, else 1; print nothing\n"
    "      --class=CLASS       with --exit-code: exit 0 only for this class (repeatable)\n"
    "      --origin=ORIGIN     with --exit-code: exit 0 only for this origin (repeatable)\n"
    "  -T, --files-from=LIST   also the files and folders named in LIST, one a line; -: standard\n"
    "                          input\n"
    "  -0, --null              names in LIST end with NUL, as find -print0 writes them\n"
    "  -f, --sender=ADDRESS    the envelope sender (empty: the null reverse-path)\n"
    "  -r, --recipient=ADDRESS the envelope recipient\n"
    "  -c, --config=FILE       read this configuration\n"
    "  -h, --help              show this help\n\n"
    "Exit: 0 done; 1 see --exit-code; 65 an input could not be read; 78 configuration or rules.\n";

static const char explain_usage[] =
    "Usage: backsift explain [OPTION]... [FILE]...\n"
    "Say why a message is judged as it is: the rule, the row of the origin table, the evidence\n"
    "and where it stood. Without FILE, or when FILE is -, read from standard input.\n\n"
    "  -f, --sender=ADDRESS    the envelope sender (empty: the null reverse-path)\n"
    "  -r, --recipient=ADDRESS the envelope recipient\n"
    "  -c, --config=FILE       read this configuration\n"
    "  -h, --help              show this help\n\n"
    "Exit: 0 done; 65 an input could not be read; 78 configuration or rules.\n";

/* One bit for each class or origin asked for; 0 means any. */
struct wanted {
    unsigned classes, origins;
};

struct run {
    struct context context;
    struct arena *arena; /* of the message at hand */
    verdict_printer print;
    bool exit_code;
    struct wanted wanted;
    struct envelope envelope;
    struct index_access index;
    bool index_tried;
    unixtime started; /* when messages count as arrived, except those that lie in a Maildir */
    bool all_wanted, unreadable;
    struct error error; /* the first input that could not be read */
};

static bool open_index(struct context *c, struct error *e)
{
    if (!sources_need_refresh(c->config) || !context_open_store(c, STORE_WRITE, LIMIT_LOOKUP_MS, e))
        return context_open_store(c, STORE_READ, LIMIT_LOOKUP_MS, e);
    sources_refresh(c->store, c->config);
    return true;
}

/* The store is looked at once, and only when a response has turned up. */
static void try_index(struct run *r)
{
    if (r->index_tried)
        return;
    r->index_tried = true;
    struct error e = {0};
    if (open_index(&r->context, &e))
        r->index.store = r->context.store;
    else
        r->index.note = arena_string(r->context.arena, span_of(e.text));
}

static bool judge(struct run *r, struct span bytes, unixtime arrival, struct judged *out)
{
    struct index_access none = {.note = ""};
    if (!context_judge(&r->context, r->arena, bytes, &r->envelope,
                       r->index_tried ? &r->index : &none, arrival, out))
        return false;
    if (out->findings->class == CLASS_MAIL || r->index_tried)
        return true;
    try_index(r);
    return verdict_judge(r->arena, out->findings, r->context.config, &r->index, arrival,
                         &out->verdict);
}

static bool is_wanted(const struct wanted *w, const struct verdict *v)
{
    if (w->classes == 0 && v->class == CLASS_MAIL)
        return false;
    return (w->classes == 0 || (w->classes & 1u << v->class)) &&
           (w->origins == 0 || (w->origins & 1u << v->origin));
}

static void note_unreadable(void *context, const struct error *e)
{
    struct run *r = context;
    if (!r->unreadable)
        r->error = *e;
    r->unreadable = true;
    r->all_wanted = false;
}

static void answer(void *context, const char *path)
{
    struct run *r = context;
    struct error e = {0};
    struct span bytes = {0};
    struct judged j = {0};
    unixtime filed = filed_time_of_path(path);
    arena_reset(r->arena);
    bool ok = context_read_file(r->arena, path, &bytes, &e);
    if (ok && !judge(r, bytes, filed ? filed : r->started, &j))
        ok = error_set(&e, ERROR_RETRY, "cannot judge '%s': out of memory", path);
    if (!ok)
        note_unreadable(r, &e);
    else if (!is_wanted(&r->wanted, &j.verdict))
        r->all_wanted = false;
    if (!r->exit_code)
        r->print(stdout, path, ok ? &j : NULL, &e);
}

static bool parse_class(const char *word, unsigned *bits, struct error *e)
{
    enum class c;
    if (!class_from_name(span_of(word), &c))
        return error_set(e, ERROR_USAGE, "'%s' is no class: try bounce, autoreply, mail ...", word);
    *bits |= 1u << c;
    return true;
}

static bool parse_origin(const char *word, unsigned *bits, struct error *e)
{
    enum origin o;
    if (!origin_from_name(word, &o))
        return error_set(e, ERROR_USAGE, "'%s' is no origin: ours, forged or unknown", word);
    *bits |= 1u << o;
    return true;
}

enum { OPTION_CLASS = 256, OPTION_ORIGIN };

static const struct option options[] = {
    {"json", no_argument, NULL, 'j'},
    {"exit-code", no_argument, NULL, 'e'},
    {"files-from", required_argument, NULL, 'T'},
    {"null", no_argument, NULL, '0'},
    {"class", required_argument, NULL, OPTION_CLASS},
    {"origin", required_argument, NULL, OPTION_ORIGIN},
    {"sender", required_argument, NULL, 'f'},
    {"recipient", required_argument, NULL, 'r'},
    {"config", required_argument, NULL, 'c'},
    {"help", no_argument, NULL, 'h'},
    {0},
};

struct parsed {
    const char *config, *list;
    bool nul, help;
};

static bool is_for_explain(int c)
{
    return c == 'f' || c == 'r' || c == 'c' || c == 'h';
}

static bool parse(int argc, char **argv, bool explain, struct run *r, struct parsed *p,
                  struct error *e)
{
    opterr = 0;
    for (int c; (c = getopt_long(argc, argv, ":jeT:0f:r:c:h", options, NULL)) != -1;) {
        bool ok = !explain || is_for_explain(c);
        if (c == 'j')
            r->print = verdict_print_json;
        else if (c == 'e')
            r->exit_code = true;
        else if (c == OPTION_CLASS)
            ok = ok && parse_class(optarg, &r->wanted.classes, e);
        else if (c == OPTION_ORIGIN)
            ok = ok && parse_origin(optarg, &r->wanted.origins, e);
        else if (c == 'f')
            r->envelope.sender = optarg;
        else if (c == 'r')
            r->envelope.recipient = optarg;
        else if (c == 'T')
            p->list = optarg;
        else if (c == '0')
            p->nul = true;
        else if (c == 'c')
            p->config = optarg;
        else if (c == 'h')
            p->help = true;
        else
            ok = false;
        if (!ok)
            return e->kind ? false : command_bad_option(argv, e);
    }
    return true;
}

/* What is asked for is many messages: worth to compile regexes natively. */
static bool is_many(int argc, char **argv, const struct parsed *p)
{
    return p->list || argc - optind > 20 ||
           (argc > optind && message_files_is_folder(argv[optind]));
}

static int run_all(struct run *r, int argc, char **argv, const struct parsed *p, struct error *e)
{
    const struct message_files files = {r, answer, note_unreadable};
    if (!context_open(&r->context, CALLER_USER, p->config, e) ||
        !context_load_rules(&r->context, is_many(argc, argv, p), e) ||
        !(r->arena = arena_new(LIMIT_ARENA)))
        return exit_code_of(e);
    if (optind == argc && !p->list)
        answer(r, "-");
    for (int i = optind; i < argc; i++)
        message_files_at(&files, argv[i]);
    struct error list = {0};
    if (p->list && !message_files_in_list(&files, p->list, p->nul, &list))
        note_unreadable(r, &list);
    if (fflush(stdout) != 0 || ferror(stdout)) {
        error_system(e, ERROR_RETRY, errno, "cannot write the verdicts");
        return exit_code_of(e);
    }
    if (r->unreadable) {
        *e = r->error;
        return exit_code_of(e);
    }
    return r->exit_code && !r->all_wanted ? EXIT_NO : EXIT_DONE;
}

static int run(int argc, char **argv, bool explain)
{
    struct run r = {.print = explain ? verdict_print_full : verdict_print_line,
                    .started = clock_now(),
                    .all_wanted = true,
                    .index = {.note = ""}};
    struct parsed p = {0};
    struct error e = {0};
    int code;
    if (!parse(argc, argv, explain, &r, &p, &e))
        code = exit_code_of(&e);
    else if (p.help)
        return command_help(explain ? explain_usage : classify_usage);
    else
        code = run_all(&r, argc, argv, &p, &e);
    if (e.kind)
        command_print_error(&e);
    arena_free(r.arena);
    context_close(&r.context);
    return code;
}

int command_classify(int argc, char **argv)
{
    return run(argc, argv, false);
}

int command_explain(int argc, char **argv)
{
    return run(argc, argv, true);
}
