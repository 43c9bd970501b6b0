/*
 * `deliver`: one message from standard input into the Maildir. Until the message is durable in tmp/
 * every failure is exit 75 with nothing left behind; from then on every failure is the inbox and
 * one line in the log, so that no rule, store or parser can ever hold mail up.
 */
#include "cmd/command.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/limits.h"
#include "cmd/become_user.h"
#include "cmd/context.h"
#include "cmd/deliver_intake.h"
#include "cmd/deliver_journal.h"
#include "cmd/envelope_source.h"
#include "cmd/exit_code.h"
#include "cmd/judge_apart.h"
#include "cmd/mail_process.h"
#include "mailbox/maildir.h"
#include "mailbox/quota.h"
#include "mailbox/subscriptions.h"

static const char usage[] =
    "Usage: backsift deliver [OPTION]...\n"
    "Read one message from standard input and file it in the Maildir: ordinary mail in the\n"
    "inbox, responses in the folder of their class and origin.\n\n"
    "  -m, --maildir=DIR       deliver to this Maildir, made when missing\n"
    "  -f, --sender=ADDRESS    the envelope sender (empty: the null reverse-path); default: "
    "SENDER,\n"
    "                          the mbox From line, or the Return-Path field\n"
    "  -r, --recipient=ADDRESS the envelope recipient; default: ORIGINAL_RECIPIENT or RECIPIENT\n"
    "  -u, --user=NAME         when run by root: become this user first, for good; relative paths\n"
    "                          are below the home folder then\n"
    "  -x, --exit-codes=KIND   sysexits (the default), or qmail: 111 instead of 75\n"
    "  -o, --observe           journal the verdict, but file everything in the inbox\n"
    "  -c, --config=FILE       read this configuration\n"
    "  -h, --help              show this help\n\n"
    "Exit: 0 the message is in the Maildir; 75 it is not, try again later (111 for qmail).\n";

struct parsed {
    const char *maildir, *sender, *recipient, *config, *user;
    bool observe, help, for_qmail;
};

struct delivery {
    struct parsed options;
    struct context context;
    const char *path; /* of the Maildir, absolute */
    struct maildir *maildir;
    struct maildir_draft *draft; /* NULL before the intake and once filed */
    struct envelope envelope;
    struct apart apart; /* reads the message; ended in clean_up, when it has long been done */
    struct findings *findings;
    struct verdict verdict;
    bool judged; /* findings and verdict hold */
    const char *folder, *unique;
    int64_t size;
    bool folder_is_new;
};

static bool parse_exit_codes(const char *word, struct parsed *p, struct error *e)
{
    p->for_qmail = strcmp(word, "qmail") == 0;
    return p->for_qmail || strcmp(word, "sysexits") == 0 ||
           error_set(e, ERROR_USAGE, "--exit-codes takes sysexits or qmail, not '%s'", word);
}

static bool parse(int argc, char **argv, struct parsed *p, struct error *e)
{
    static const struct option options[] = {
        {"maildir", required_argument, NULL, 'm'},
        {"sender", required_argument, NULL, 'f'},
        {"recipient", required_argument, NULL, 'r'},
        {"user", required_argument, NULL, 'u'},
        {"exit-codes", required_argument, NULL, 'x'},
        {"observe", no_argument, NULL, 'o'},
        {"config", required_argument, NULL, 'c'},
        {"help", no_argument, NULL, 'h'},
        {0},
    };
    opterr = 0;
    for (int c; (c = getopt_long(argc, argv, ":m:f:r:u:x:oc:h", options, NULL)) != -1;) {
        if (c == 'm')
            p->maildir = optarg;
        else if (c == 'f')
            p->sender = optarg;
        else if (c == 'r')
            p->recipient = optarg;
        else if (c == 'u')
            p->user = optarg;
        else if (c == 'x' && !parse_exit_codes(optarg, p, e))
            return false;
        else if (c == 'x')
            continue;
        else if (c == 'o')
            p->observe = true;
        else if (c == 'c')
            p->config = optarg;
        else if (c == 'h')
            p->help = true;
        else
            return command_bad_option(argv, e);
    }
    if (optind < argc)
        return error_set(e, ERROR_USAGE,
                         "'%s' is no option: the message is read from standard input; try "
                         "'backsift deliver --help'",
                         argv[optind]);
    return true;
}

/* The journal names the Maildir by its absolute path. */
static const char *absolute(struct arena *arena, const char *path)
{
    char here[4096];
    if (path[0] == '/' || !getcwd(here, sizeof here))
        return path;
    return arena_printf(arena, "%s/%s", here, path);
}

static bool open_maildir(struct delivery *d, struct error *e)
{
    const struct config *config = d->context.config;
    const char *given = d->options.maildir;
    d->path = given ? absolute(d->context.arena, given) : config->maildir;
    if (!d->path)
        return error_memory(e);
    d->maildir = maildir_open(d->path, config->layout, given || config->maildir_configured, e);
    return d->maildir != NULL;
}

static bool take_in(struct delivery *d, struct error *e)
{
    struct span from_line;
    mail_process_hold_signals();
    d->draft = maildir_draft_new(d->maildir, e);
    mail_process_set_draft(d->draft);
    mail_process_release_signals();
    if (!d->draft || !intake_copy(STDIN_FILENO, d->draft, d->context.arena, &from_line, e))
        return false;
    d->envelope =
        envelope_find(d->context.arena, d->options.sender, d->options.recipient, from_line);
    return true;
}

/* Reads the message in a child while this process syncs it. *doubt says why it could not be judged.
 * False with *e only when the message is not durable. */
static bool sync_and_judge(struct delivery *d, struct error *doubt, struct error *e)
{
    struct context *c = &d->context;
    int fd = maildir_draft_fd(d->draft);
    bool started = apart_start(c, &d->apart, (struct span){0}, fd, &d->envelope, doubt);
    bool synced = maildir_draft_sync(d->draft, e);
    if (started)
        d->findings = apart_answer(c, &d->apart, doubt);
    if (synced && d->findings)
        d->judged = apart_judge(c, d->findings, true, &d->verdict, doubt);
    return synced;
}

static const char *folder_for(const struct delivery *d)
{
    bool observe = d->options.observe || d->context.config->observe;
    return d->judged && !observe ? d->verdict.folder : "INBOX";
}

static bool file_in(struct delivery *d, const char *folder, struct error *e)
{
    if (!maildir_draft_file(d->draft, folder, d->context.arena, &d->unique, e))
        return false;
    d->draft = NULL;
    d->folder = folder;
    mail_process_filed();
    return true;
}

/* A new folder that mail programs do not show would be as good as lost. */
static void subscribe(struct delivery *d)
{
    struct error e = {0};
    if (d->folder_is_new && strcmp(d->folder, "INBOX") != 0 &&
        !maildir_subscribe(d->maildir, d->folder, &e))
        log_line(d->context.log, LOG_LEVEL_WARNING, "folder %s is not subscribed: %s", d->folder,
                 e.text);
}

/* A folder that cannot be used must not hold the message up: the inbox takes it. */
static bool file(struct delivery *d, struct error *doubt, struct error *e)
{
    const char *folder = folder_for(d);
    d->size = (int64_t)maildir_draft_size(d->draft);
    if (!maildir_quota_allows(d->maildir, d->size, e))
        return false;
    d->folder_is_new = d->context.config->subscribe && !maildir_has_folder(d->maildir, folder);
    mail_process_hold_signals();
    bool filed = file_in(d, folder, e);
    if (!filed && strcmp(folder, "INBOX") != 0) {
        *doubt = *e;
        *e = (struct error){0};
        filed = file_in(d, "INBOX", e);
    }
    mail_process_release_signals();
    return filed;
}

/* What follows changes nothing about the delivery any more. */
static void tell(struct delivery *d, const struct error *doubt)
{
    struct error e = {0};
    maildir_quota_add(d->maildir, d->size, 1);
    subscribe(d);
    if (doubt->kind)
        log_line(d->context.log, LOG_LEVEL_WARNING, "%s filed in the inbox: %s", d->unique,
                 doubt->text);
    if (!d->judged || d->verdict.class == CLASS_MAIL)
        return;
    const struct filed filed = {d->path, d->folder, d->unique};
    if (!deliver_journal(&d->context, d->findings, &d->verdict, &filed, &e))
        log_line(d->context.log, LOG_LEVEL_WARNING, "%s filed in %s but not journaled: %s",
                 d->unique, d->folder, e.text);
}

static bool deliver(struct delivery *d, struct error *e)
{
    struct error doubt = {0};
    if (d->options.user && !become_user(d->options.user, e))
        return false;
    if (!context_open(&d->context, CALLER_MAIL_SYSTEM, d->options.config, e) ||
        !open_maildir(d, e) || !take_in(d, e) || !sync_and_judge(d, &doubt, e) ||
        !file(d, &doubt, e))
        return false;
    tell(d, &doubt);
    return true;
}

static void clean_up(struct delivery *d)
{
    mail_process_hold_signals();
    mail_process_set_draft(NULL);
    apart_end(&d->apart);
    maildir_draft_drop(d->draft);
    maildir_close(d->maildir);
    context_save_rules(&d->context);
    context_close(&d->context);
}

int command_deliver(int argc, char **argv)
{
    struct delivery d = {.folder = "INBOX"};
    struct error e = {0};
    bool done = parse(argc, argv, &d.options, &e);
    if (done && d.options.help)
        return command_help(usage);
    done = done && mail_process_start(&e) && deliver(&d, &e);
    if (!done)
        log_line(d.context.log, LOG_LEVEL_ERROR, "not delivered, to be tried again: %s", e.text);
    clean_up(&d);
    return done ? EXIT_DONE : mail_process_failed(&e, d.options.for_qmail);
}
