/*
 * `rules`: which rules there are, which file each stands in, and whether they are sound. The
 * configuration is not read: rules do not depend on it.
 */
#include "cmd/command.h"

#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/json.h"
#include "base/limits.h"
#include "cmd/exit_code.h"
#include "cmd/rules_action.h"

static const char usage[] =
    "Usage: backsift rules ACTION [OPTION]... [NAME]...\n"
    "Look at the rules that tell what is a response, in the order in which they are asked, and "
    "check them.\n\n"
    "Actions:\n"
    "  list                   every rule with its class and place\n"
    "  which [NAME...]        which file wins: of every name, or of a rule file or rule\n"
    "  check                  compile all regexes, warn of costly ones, run the samples\n\n"
    "Options:\n"
    "  -j, --json             list, which: one JSON object a line\n"
    "  -q, --quiet            check: print errors alone, no warnings\n"
    "  -v, --verbose          check: also print what may be costly in the rules that\n"
    "                         ship\n"
    "  -s, --samples=FOLDER   check: run the messages in FOLDER (default: samples in the folder of "
    "your own rules, when it is there)\n"
    "  -h, --help             show this help\n\n"
    "Your own rules stand in ~/.config/backsift/rules; a file there replaces the shipped one of "
    "the "
    "same name. See backsift-rules(5).\n\n"
    "Exit: 0 done; 1 which: no such name; 64 usage; 65 a sample fails or cannot be read; 78 a rule "
    "file has an error.\n";

static int print_buf(struct buf *b, struct error *e)
{
    if (b->failed)
        error_memory(e);
    else
        fputs(buf_string(b), stdout);
    buf_free(b);
    return e->kind ? exit_code_of(e) : EXIT_DONE;
}

/* --- list --- */

static size_t decimal_width(size_t n)
{
    size_t width = 1;
    for (; n >= 10; n /= 10)
        width++;
    return width;
}

static void add_rule_json(struct buf *out, size_t number, const struct rule_info *info)
{
    struct json j = {.out = out};
    json_open_object(&j, NULL);
    json_number(&j, "number", (int64_t)number);
    json_string(&j, "rule", info->name);
    json_string(&j, "class", class_name(info->class));
    json_string(&j, "file", info->file);
    json_number(&j, "line", info->line);
    json_number(&j, "conditions", (int64_t)info->conditions);
    json_close_object(&j);
    buf_add_byte(out, '\n');
}

int rules_list(struct rules_run *r, struct error *e)
{
    struct buf out = {0};
    size_t count = ruleset_count(r->rules), name_width = 0;
    for (size_t i = 0; i < count; i++) {
        size_t n = strlen(ruleset_info(r->rules, i).name);
        name_width = n > name_width ? n : name_width;
    }
    for (size_t i = 0; i < count; i++) {
        struct rule_info info = ruleset_info(r->rules, i);
        if (r->json)
            add_rule_json(&out, i + 1, &info);
        else
            buf_printf(&out, "%*zu  %-*s  %-13s  %s:%d\n", (int)decimal_width(count), i + 1,
                       (int)name_width, info.name, class_name(info.class), info.file, info.line);
    }
    return print_buf(&out, e);
}

/* --- which --- */

static void add_file(struct buf *out, const struct rules_run *r, const struct rules_file *f)
{
    if (!r->json) {
        buf_printf(out, "%s: %zu rule%s", f->path, f->rules, f->rules == 1 ? "" : "s");
        if (f->replaces)
            buf_printf(out, ", replaces %s", f->replaces);
        buf_add_byte(out, '\n');
        return;
    }
    struct json j = {.out = out};
    json_open_object(&j, NULL);
    json_string(&j, "name", f->name);
    json_string(&j, "file", f->path);
    json_number(&j, "rules", (int64_t)f->rules);
    json_string(&j, "replaces", f->replaces);
    json_close_object(&j);
    buf_add_byte(out, '\n');
}

/* A name with or without ".rules". */
static bool is_file_named(const struct rules_file *f, const char *word)
{
    size_t n = strlen(f->name);
    return strncmp(word, f->name, n) == 0 && (word[n] == '\0' || strcmp(word + n, ".rules") == 0);
}

static bool add_named(struct buf *out, const struct rules_run *r, const char *word)
{
    for (size_t i = 0; i < ruleset_file_count(r->rules); i++) {
        struct rules_file f = ruleset_file(r->rules, i);
        if (!is_file_named(&f, word))
            continue;
        add_file(out, r, &f);
        return true;
    }
    for (size_t i = 0; i < ruleset_count(r->rules); i++) {
        struct rule_info info = ruleset_info(r->rules, i);
        if (strcmp(info.name, word) != 0)
            continue;
        if (r->json)
            add_rule_json(out, i + 1, &info);
        else
            buf_printf(out, "%s:%d: rule %zu, class %s\n", info.file, info.line, i + 1,
                       class_name(info.class));
        return true;
    }
    return false;
}

int rules_which(struct rules_run *r, struct error *e)
{
    struct buf out = {0};
    bool all_found = true;
    for (size_t i = 0; r->word_count == 0 && i < ruleset_file_count(r->rules); i++) {
        struct rules_file f = ruleset_file(r->rules, i);
        add_file(&out, r, &f);
    }
    for (size_t i = 0; i < r->word_count; i++) {
        if (add_named(&out, r, r->words[i]))
            continue;
        all_found = false;
        fprintf(stderr, "backsift: there is no rule file or rule '%s'\n", r->words[i]);
    }
    int code = print_buf(&out, e);
    return code == EXIT_DONE && !all_found ? EXIT_NO : code;
}

/* --- the command --- */

static const struct action {
    const char *name;
    rules_action run;
    bool takes_words;
} actions[] = {
    {"list", rules_list, false},
    {"which", rules_which, true},
    {"check", rules_check, false},
};

static const struct action *find_action(char **words, size_t count, struct error *e)
{
    for (size_t i = 0; count > 0 && i < sizeof actions / sizeof *actions; i++) {
        if (strcmp(words[0], actions[i].name) != 0)
            continue;
        if (actions[i].takes_words || count == 1)
            return &actions[i];
        error_set(e, ERROR_USAGE, "rules %s takes no arguments: try 'backsift rules --help'",
                  words[0]);
        return NULL;
    }
    error_set(e, ERROR_USAGE, "%s%s%s: try 'backsift rules --help'",
              count ? "'" : "rules needs an action", count ? words[0] : "",
              count ? "' is no action of rules" : "");
    return NULL;
}

static int run(const struct action *action, struct rules_run *r, struct error *e)
{
    r->arena = arena_new(LIMIT_ARENA);
    if (!r->arena)
        error_memory(e);
    else if (paths_find(r->arena, CALLER_USER, NULL, &r->paths, e)) {
        struct rules_options options = {.user_folder = r->paths.user_rules,
                                        .shipped_folder = r->paths.shipped_rules};
        r->rules = ruleset_load(&options, e);
    }
    int code = r->rules ? action->run(r, e) : exit_code_of(e);
    ruleset_free(r->rules);
    arena_free(r->arena);
    return code;
}

static const struct option options[] = {
    {"json", no_argument, NULL, 'j'},    {"quiet", no_argument, NULL, 'q'},
    {"verbose", no_argument, NULL, 'v'}, {"samples", required_argument, NULL, 's'},
    {"help", no_argument, NULL, 'h'},    {0},
};

int command_rules(int argc, char **argv)
{
    struct rules_run r = {0};
    struct error e = {0};
    opterr = 0;
    for (int c; !e.kind && (c = getopt_long(argc, argv, ":jqvs:h", options, NULL)) != -1;) {
        if (c == 'j')
            r.json = true;
        else if (c == 'q')
            r.quiet = true;
        else if (c == 'v')
            r.verbose = true;
        else if (c == 's')
            r.samples = optarg;
        else if (c == 'h')
            return command_help(usage);
        else
            command_bad_option(argv, &e);
    }
    const struct action *action =
        e.kind ? NULL : find_action(argv + optind, (size_t)(argc - optind), &e);
    r.words = argv + optind + 1;
    r.word_count = action ? (size_t)(argc - optind - 1) : 0;
    int code = action ? run(action, &r, &e) : exit_code_of(&e);
    if (e.kind)
        command_print_error(&e);
    return code;
}
