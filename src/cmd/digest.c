/*
 * `digest`: one mail that tells what was filed since the last one. At most one a period, so that
 * cron and a person may both run it; it is filed before it is remembered, so that being killed in
 * between makes a second copy and never none.
 */
#include "cmd/command.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/io.h"
#include "base/limits.h"
#include "cmd/context.h"
#include "cmd/digest_gather.h"
#include "cmd/digest_reject.h"
#include "cmd/digest_send.h"
#include "cmd/exit_code.h"
#include "cmd/mend.h"
#include "cmd/message_name.h"
#include "digest/digest_json.h"
#include "digest/html.h"
#include "digest/mail.h"
#include "digest/text.h"
#include "mailbox/maildir.h"

static const char usage[] =
    "Usage: backsift digest [OPTION]...\n"
    "Make the mail that tells what was filed since the last digest, and file it in the inbox (or\n"
    "send it, by [digest] sendmail): at most one a period, none when there is nothing to tell.\n\n"
    "  -p, --print             write the mail to standard output; file and remember nothing\n"
    "  -T, --text              write the text alone; likewise\n"
    "  -j, --json              write the same figures as JSON; likewise\n"
    "      --html=FILE         write the page alone to FILE, '-' for standard output; likewise\n"
    "      --reject-map[=FORM] write a table of forged addresses that nobody uses, for Postfix\n"
    "                          (access(5), the default) or Exim (FORM exim); likewise\n"
    "  -s, --since=DATE        tell what was filed from then on (YYYY-MM-DD, local midnight, or\n"
    "                          YYYY-MM-DDTHH:MM:SSZ); does not count as this period's digest\n"
    "  -u, --until=DATE        and before then (default: now)\n"
    "  -P, --period=PERIOD     at most one an hour, day (the default), week or month\n"
    "  -t, --to=ADDRESS        write it to this address ([digest] to)\n"
    "  -a, --all               show every line, however many there are\n"
    "  -c, --config=FILE       read this configuration\n"
    "  -h, --help              show this help\n\n"
    "Exit: 0 done, also when there was nothing to do; 64 usage; 75 try again; 78 configuration.\n";

/* What the store remembers of the last digest: until when it told, and the last event in it. */
#define NOTE_UNTIL "digest-until"
#define NOTE_EVENT "digest-event"

enum output { OUTPUT_MAIL, OUTPUT_PRINT, OUTPUT_TEXT, OUTPUT_JSON, OUTPUT_HTML, OUTPUT_REJECT };

struct run {
    struct context context;
    enum output output;
    enum reject_form reject_form;
    const char *config, *to, *html_file;
    unixtime since, until; /* 0: not asked for */
    enum period period;
    bool everything, help;

    unixtime now;
    unixtime last_until; /* of the last digest; 0 when there was none */
    int64_t last_event;
    struct maildir *maildir;
    int lock;
    const char *store_error;
    struct digest_envelope envelope;
};

static bool is_free_span(const struct run *r)
{
    return r->since > 0 || r->until > 0;
}

/* --- the last digest --- */

static bool read_note(struct run *r, const char *name, int64_t *out, struct error *e)
{
    const char *value;
    if (!store_note_get(r->context.store, r->context.arena, name, &value, e))
        return false;
    *out = strtoll(value, NULL, 10);
    return true;
}

static bool write_note(struct run *r, const char *name, int64_t value, struct error *e)
{
    char text[32];
    snprintf(text, sizeof text, "%" PRId64, value);
    return store_note_set(r->context.store, name, text, e);
}

static bool recall(struct run *r, struct error *e)
{
    return !r->context.store || (read_note(r, NOTE_UNTIL, &r->last_until, e) &&
                                 read_note(r, NOTE_EVENT, &r->last_event, e));
}

static bool remember(struct run *r, int64_t newest, struct error *e)
{
    int64_t event = newest > r->last_event ? newest : r->last_event;
    if (!store_begin(r->context.store, e))
        return false;
    if (write_note(r, NOTE_UNTIL, r->now, e) && write_note(r, NOTE_EVENT, event, e))
        return store_commit(r->context.store, e);
    store_rollback(r->context.store);
    return false;
}

/* --- preparing --- */

/* For a look alone a store that does not exist yet is an empty one. */
static bool open_store(struct run *r, struct error *e)
{
    struct error missing = {0};
    if (r->output == OUTPUT_MAIL)
        return context_open_store(&r->context, STORE_WRITE, LIMIT_JOURNAL_MS, e);
    if (context_open_store(&r->context, STORE_READ, LIMIT_LOOKUP_MS, &missing))
        return true;
    r->store_error = arena_string(r->context.arena, span_of(missing.text));
    if (missing.kind != ERROR_DATA) {
        *e = missing;
        return false;
    }
    return r->store_error || error_memory(e);
}

/* Who has the digest sent may have no Maildir here. */
static bool open_maildir(struct run *r, struct error *e)
{
    const struct config *c = r->context.config;
    r->maildir = maildir_open(c->maildir, c->layout, false, e);
    if (r->maildir || (!c->digest_sendmail && !c->digest_imap))
        return r->maildir != NULL;
    *e = (struct error){0};
    return true;
}

static bool read_addresses(struct run *r, struct error *e)
{
    const struct config *c = r->context.config;
    struct arena *arena = r->context.arena;
    struct digest_envelope *v = &r->envelope;
    if (!mime_address_read(arena, c->digest_from, NULL, "[digest] from", &v->from, e))
        return false;
    const char *host = strrchr(v->from.address, '@') + 1;
    return mime_address_read(arena, r->to ? r->to : c->digest_to, host,
                             r->to ? "--to" : "[digest] to", &v->to, e);
}

static bool name_message(struct run *r, struct error *e)
{
    r->envelope.date = r->now;
    r->envelope.message_id =
        message_name(r->context.arena, r->now, "digest", r->envelope.from.address, e);
    return r->envelope.message_id != NULL;
}

/* What a delivery could not write into the journal is told with the rest. That it cannot be mended
 * now is no reason to tell nothing. */
static void mend(struct run *r)
{
    struct error e = {0};
    int64_t added = 0;
    unixtime since = r->last_until > 0 ? r->last_until - SECONDS_PER_DAY : 0;
    if (!context_load_rules(&r->context, false, &e) ||
        !mend_journal(&r->context, r->maildir, since, &added, &e))
        log_line(r->context.log, LOG_LEVEL_WARNING,
                 "digest: the journal could not be compared with the folders: %s", e.text);
}

/* Times are whole seconds, and a digest ends before the one it is made in: what recheck changed
 * just now would be told in the next digest only. */
static void let_the_second_pass(struct run *r)
{
    const struct timespec moment = {.tv_nsec = 10 * 1000 * 1000};
    unixtime present = clock_now();
    while ((r->now = clock_now()) == present)
        nanosleep(&moment, NULL);
}

/* A look alone ends with the present second, because nothing is remembered of it. */
static struct gathering what_to_gather(const struct run *r)
{
    unixtime end = r->output == OUTPUT_MAIL ? r->now : r->now + 1;
    struct gathering what = {.owner = r->envelope.to.address,
                             .everything = r->everything,
                             .keep_answers = r->output == OUTPUT_MAIL,
                             .store_error = r->store_error};
    if (is_free_span(r)) {
        unixtime until = r->until > 0 ? r->until : end;
        unixtime since = r->since > 0 ? r->since : until - SECONDS_PER_DAY;
        what.period = (struct summary_options){.since = since, .until = until, .after = -1};
    } else {
        what.period =
            (struct summary_options){.since = r->last_until, .until = end, .after = r->last_event};
    }
    return what;
}

/* --- giving out --- */

static bool print(struct span bytes, struct error *e)
{
    if (fwrite(bytes.p, 1, bytes.n, stdout) == bytes.n && fflush(stdout) == 0)
        return true;
    return error_system(e, ERROR_RETRY, errno, "cannot write to standard output");
}

static bool write_file(const char *path, struct span bytes, struct error *e)
{
    if (strcmp(path, "-") == 0)
        return print(bytes, e);
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (fd < 0)
        return error_system(e, ERROR_DATA, errno, "cannot write '%s'", path);
    bool ok =
        write_all(fd, bytes) || error_system(e, ERROR_RETRY, errno, "cannot write '%s'", path);
    if (close(fd) != 0 && ok)
        ok = error_system(e, ERROR_RETRY, errno, "cannot write '%s'", path);
    return ok;
}

static bool file_in_inbox(struct run *r, struct span bytes, struct error *e)
{
    const char *unique;
    struct maildir_draft *d = maildir_draft_new(r->maildir, e);
    if (d && maildir_draft_write(d, bytes, e) && maildir_draft_sync(d, e) &&
        maildir_draft_file(d, "INBOX", r->context.arena, &unique, e))
        return true;
    maildir_draft_drop(d);
    return false;
}

static bool mail(struct run *r, struct span bytes, struct error *e)
{
    const struct config *c = r->context.config;
    if (c->digest_imap)
        return digest_append(c->digest_imap, r->config, bytes, e);
    if (c->digest_sendmail)
        return digest_send(c->digest_sendmail, NULL_SENDER, r->envelope.to.address, bytes, e);
    return file_in_inbox(r, bytes, e);
}

static bool give_out(struct run *r, const struct digest *d, struct error *e)
{
    struct buf out = {0};
    if (r->output == OUTPUT_TEXT)
        digest_text(d, &out);
    else if (r->output == OUTPUT_JSON)
        digest_json(d, &out);
    else if (r->output == OUTPUT_HTML)
        digest_html(d, &out);
    else
        digest_mail(d, &r->envelope, &out);
    bool ok = out.failed                 ? error_memory(e)
              : r->output == OUTPUT_MAIL ? mail(r, buf_span(&out), e)
              : r->output == OUTPUT_HTML ? write_file(r->html_file, buf_span(&out), e)
                                         : print(buf_span(&out), e);
    buf_free(&out);
    return ok;
}

static bool make(struct run *r, struct error *e)
{
    struct gathered g;
    struct gathering what = what_to_gather(r);
    bool ok = gather(&r->context, &what, &g, e);
    bool silent = ok && r->output == OUTPUT_MAIL && !r->context.config->digest_when_empty &&
                  summary_is_empty(g.digest.summary) && g.troubles.count == 0;
    if (ok && !silent)
        ok = give_out(r, &g.digest, e);
    if (ok && !silent && r->output == OUTPUT_MAIL && !is_free_span(r))
        ok = remember(r, g.newest, e);
    gathered_free(&g);
    return ok;
}

static bool write_reject_map(struct run *r, struct error *e)
{
    struct buf out = {0};
    bool ok = digest_reject_map(&r->context, r->store_error, r->reject_form, &out, e) &&
              print(buf_span(&out), e);
    buf_free(&out);
    return ok;
}

static bool was_made(const struct run *r)
{
    return r->last_until > 0 &&
           period_start(r->period, r->last_until) == period_start(r->period, r->now);
}

static bool run(struct run *r, struct error *e)
{
    struct context *c = &r->context;
    if (!context_open(c, CALLER_USER, r->config, e) || !read_addresses(r, e) || !open_store(r, e))
        return false;
    if (r->output == OUTPUT_REJECT)
        return write_reject_map(r, e);
    if (r->output == OUTPUT_MAIL) {
        if (!open_maildir(r, e) || !context_lock(c, "digest.lock", true, &r->lock, e))
            return false;
    }
    r->now = clock_now();
    if (!recall(r, e))
        return false;
    if (r->output == OUTPUT_MAIL) {
        if (!is_free_span(r) && was_made(r))
            return true;
        let_the_second_pass(r);
        if (r->maildir)
            mend(r);
    }
    return name_message(r, e) && make(r, e);
}

/* --- the command line --- */

static const struct option options[] = {
    {"print", no_argument, NULL, 'p'},
    {"text", no_argument, NULL, 'T'},
    {"json", no_argument, NULL, 'j'},
    {"html", required_argument, NULL, 'H'},
    {"reject-map", optional_argument, NULL, 'R'},
    {"since", required_argument, NULL, 's'},
    {"until", required_argument, NULL, 'u'},
    {"period", required_argument, NULL, 'P'},
    {"to", required_argument, NULL, 't'},
    {"all", no_argument, NULL, 'a'},
    {"config", required_argument, NULL, 'c'},
    {"help", no_argument, NULL, 'h'},
    {0},
};

static bool parse_time(const char *option, const char *word, unixtime *out, struct error *e)
{
    if (when_parse(word, out) && *out > 0)
        return true;
    return error_set(e, ERROR_USAGE,
                     "%s takes a date such as 2026-01-31 or 2026-01-31T07:00:00Z, not '%s'", option,
                     word);
}

static bool parse_option(int option, struct run *r, char **argv, struct error *e)
{
    switch (option) {
    case 'p':
        r->output = OUTPUT_PRINT;
        return true;
    case 'T':
        r->output = OUTPUT_TEXT;
        return true;
    case 'j':
        r->output = OUTPUT_JSON;
        return true;
    case 'H':
        r->output = OUTPUT_HTML;
        r->html_file = optarg;
        return true;
    case 'R':
        r->output = OUTPUT_REJECT;
        return reject_form_from_name(optarg, &r->reject_form) ||
               error_set(e, ERROR_USAGE, "--reject-map takes postfix or exim, not '%s'", optarg);
    case 's':
        return parse_time("--since", optarg, &r->since, e);
    case 'u':
        return parse_time("--until", optarg, &r->until, e);
    case 'P':
        return period_from_name(optarg, &r->period) ||
               error_set(e, ERROR_USAGE, "--period takes hour, day, week or month, not '%s'",
                         optarg);
    case 't':
        r->to = optarg;
        return true;
    case 'a':
        r->everything = true;
        return true;
    case 'c':
        r->config = optarg;
        return true;
    case 'h':
        r->help = true;
        return true;
    default:
        return command_bad_option(argv, e);
    }
}

static bool parse(int argc, char **argv, struct run *r, struct error *e)
{
    opterr = 0;
    for (int c; (c = getopt_long(argc, argv, ":pTjs:u:P:t:ac:h", options, NULL)) != -1;)
        if (!parse_option(c, r, argv, e))
            return false;
    if (optind < argc)
        return error_set(e, ERROR_USAGE, "digest takes no argument '%s'", argv[optind]);
    if (r->since > 0 && r->until > 0 && r->since >= r->until)
        return error_set(e, ERROR_USAGE, "--since must be before --until");
    return true;
}

int command_digest(int argc, char **argv)
{
    struct run r = {.period = PERIOD_DAY, .lock = -1};
    struct error e = {0};
    int code = EXIT_DONE;
    if (!parse(argc, argv, &r, &e))
        code = exit_code_of(&e);
    else if (r.help)
        return command_help(usage);
    else if (!run(&r, &e))
        code = exit_code_of(&e);
    if (e.kind)
        command_print_error(&e);
    if (r.maildir)
        maildir_close(r.maildir);
    if (r.lock >= 0)
        close(r.lock);
    context_close(&r.context);
    return code;
}
