/*
 * `mark`: the user's own word on a filed response. It overrules every verdict, and recheck leaves
 * it alone.
 */
#include "cmd/command.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "cmd/context.h"
#include "cmd/exit_code.h"
#include "cmd/filed_message.h"
#include "cmd/mend.h"
#include "cmd/refile.h"

static const char usage[] =
    "Usage: backsift mark [OPTION]... ours|forged FILE...\n"
    "Say of filed responses that they answer mail you sent (ours) or did not send (forged). FILE\n"
    "is the path of a message in the Maildir. It moves to the folder of that origin, and recheck\n"
    "leaves it there.\n\n"
    "  -q, --quiet             print nothing but errors\n"
    "  -c, --config=FILE       read this configuration\n"
    "  -h, --help              show this help\n\n"
    "Exit: 0 done; 64 usage; 65 a file is no response in the Maildir; 75 try again;\n"
    "78 configuration.\n";

struct mark {
    struct context context;
    const char *config;
    bool quiet, help;
    enum origin origin;
    struct maildir *maildir;
    const char *root;    /* the Maildir without symbolic links */
    const char *mailbox; /* in the journal */
    struct arena *arena; /* of one message */
};

/* --- marking --- */

/* The journal's event, or a new one. */
static bool event_of(struct mark *m, const struct maildir_entry *entry, const char *path,
                     struct journal_event *event, struct error *e)
{
    bool is_response = true;
    enum lookup known =
        journal_find(m->context.store, m->arena, m->mailbox, entry->unique, event, e);
    if (known == LOOKUP_ERROR)
        return false;
    if (known == LOOKUP_NO &&
        ((!m->context.rules && !context_load_rules(&m->context, false, e)) ||
         !mend_message(&m->context, m->arena, m->maildir, entry, event, &is_response, e)))
        return false;
    if (!is_response)
        return error_set(e, ERROR_DATA,
                         "'%s' is ordinary mail by the rules: write a rule for it "
                         "(backsift-rules(5)), or move it by hand",
                         path);
    /* Its owner may have moved it since. */
    event->folder = entry->folder;
    return true;
}

static bool mark_one(struct mark *m, const char *path, struct error *e)
{
    struct maildir_entry entry;
    struct journal_event event;
    struct refiled done;
    struct refiling to = {.origin = m->origin, .by_user = true};
    arena_reset(m->arena);
    if (!filed_message_find(m->context.config, m->maildir, m->root, m->arena, path, &entry, e) ||
        !event_of(m, &entry, path, &event, e) ||
        !refile(&m->context, m->arena, m->maildir, &event, true, &to, &done, e))
        return false;
    if (!m->quiet)
        printf("%s: %s, %s\n", done.path[0] ? done.path : path, event.class_, event.origin);
    return true;
}

static bool prepare(struct mark *m, struct error *e)
{
    struct context *c = &m->context;
    if (!context_open(c, CALLER_USER, m->config, e) ||
        !context_open_store(c, STORE_WRITE, LIMIT_RECORD_MS, e))
        return false;
    m->maildir = maildir_open(c->config->maildir, c->config->layout, false, e);
    if (!m->maildir)
        return false;
    m->root = filed_message_root(c->config, c->arena, e);
    if (!m->root)
        return false;
    m->mailbox = refile_mailbox(c->arena, c->config->maildir);
    m->arena = arena_new(LIMIT_ARENA);
    return (m->mailbox && m->arena) || error_memory(e);
}

/* Every file gets its turn; the first error decides. */
static int run(struct mark *m, char **files, struct error *e)
{
    if (!prepare(m, e)) {
        command_print_error(e);
        return exit_code_of(e);
    }
    for (; *files; files++) {
        struct error one = {0};
        if (mark_one(m, *files, &one))
            continue;
        command_print_error(&one);
        if (e->kind == ERROR_NONE)
            *e = one;
    }
    return exit_code_of(e);
}

/* --- the command line --- */

static const struct option options[] = {
    {"quiet", no_argument, NULL, 'q'},
    {"config", required_argument, NULL, 'c'},
    {"help", no_argument, NULL, 'h'},
    {0},
};

static bool parse(int argc, char **argv, struct mark *m, struct error *e)
{
    opterr = 0;
    for (int c; (c = getopt_long(argc, argv, ":qc:h", options, NULL)) != -1;) {
        if (c == 'q')
            m->quiet = true;
        else if (c == 'c')
            m->config = optarg;
        else if (c == 'h')
            m->help = true;
        else
            return command_bad_option(argv, e);
    }
    if (m->help)
        return true;
    if (argc - optind < 2)
        return error_set(e, ERROR_USAGE,
                         "mark takes 'ours' or 'forged' and files: try 'backsift "
                         "mark --help'");
    if (!origin_from_name(argv[optind], &m->origin) || m->origin == ORIGIN_UNKNOWN)
        return error_set(e, ERROR_USAGE, "'%s' is neither 'ours' nor 'forged'", argv[optind]);
    return true;
}

int command_mark(int argc, char **argv)
{
    struct mark m = {0};
    struct error e = {0};
    int code;
    if (!parse(argc, argv, &m, &e)) {
        command_print_error(&e);
        code = exit_code_of(&e);
    } else if (m.help)
        code = command_help(usage);
    else
        code = run(&m, argv + optind + 1, &e);
    arena_free(m.arena);
    if (m.maildir)
        maildir_close(m.maildir);
    context_close(&m.context);
    return code;
}
