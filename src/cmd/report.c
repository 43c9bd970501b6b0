/*
 * `report`: complaints about backscatter, to SpamCop or to an abuse desk. Shown unless --send is
 * said. What was sent is remembered behind it: killed in between, a mail's messages may be reported
 * twice, which harms less than a report that is believed to be sent.
 */
#include "cmd/command.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/limits.h"
#include "base/printable.h"
#include "cmd/context.h"
#include "cmd/digest_send.h"
#include "cmd/exit_code.h"
#include "cmd/filed_message.h"
#include "cmd/message_name.h"
#include "cmd/report_choice.h"
#include "digest/abuse_report.h"
#include "digest/redact.h"
#include "digest/when.h"
#include "evidence/sending_host.h"
#include "mailbox/maildir.h"

static const char usage[] =
    "Usage: backsift report [OPTION]... --spamcop=ADDRESS [FILE]...\n"
    "   or: backsift report [OPTION]... --arf=ADDRESS --by=HOST | FILE...\n"
    "Report backscatter: to your submission address at SpamCop, or to an abuse desk in the Abuse\n"
    "Reporting Format (RFC 5965), one report a response. Without FILE all that is forged, new and\n"
    "was not reported before. Shows what it would send; nothing is sent without --send.\n\n"
    "  -s, --spamcop=ADDRESS   make mails for SpamCop, within its limits: 10 messages a mail, 50\n"
    "                          kB each, none older than 2 days\n"
    "  -A, --arf=ADDRESS       make reports to this address, such as abuse@ISP.example\n"
    "  -b, --by=HOST           only what this host, or one under this domain, sent\n"
    "  -r, --redact            hide the local parts of your addresses (RFC 6590), with --arf\n"
    "  -m, --most=NUMBER       report at most so many (100)\n"
    "      --since=DATE        only what was filed from then on, with --arf (default: a week ago)\n"
    "  -p, --print             write the mails whole, as an mbox\n"
    "  -S, --send              send them, by [digest] sendmail, else /usr/sbin/sendmail\n"
    "  -q, --quiet             print nothing but errors\n"
    "  -c, --config=FILE       read this configuration\n"
    "  -h, --help              show this help\n\n"
    "Exit: 0 done, also when there is nothing to report; 64 usage; 65 a file cannot be reported;\n"
    "75 try again; 78 configuration.\n";

#define DEFAULT_SENDMAIL "/usr/sbin/sendmail"
#define DEFAULT_MOST     100
#define DEFAULT_DAYS     7
/* The source under which the reports are recorded as sent mail, so that their bounces are ours. */
#define SOURCE_REPORT "report"

struct run {
    struct context context;
    const char *spamcop, *arf, *by, *config;
    bool redact, print, send, quiet, help;
    long most;
    unixtime since;
    char **files;

    struct report_wish wish;
    struct report_choices choices;
    struct maildir *maildir;
    struct report_envelope envelope;
    struct arena *arena; /* of one mail */
    int lock;
    int64_t mails, messages, gone;
};

/* --- one mail --- */

/* A response that is chosen and read. */
struct loaded {
    const struct report_choice *choice;
    struct reported reported;
    bool cut;
};

static const char *source_of(struct run *r, struct span bytes)
{
    struct header header;
    struct sending_host host;
    size_t used;
    if (!header_parse(r->arena, bytes, 0, &header, &used) ||
        !sending_host_find(&header, r->context.config, &host))
        return "";
    const char *text = arena_string(r->arena, host.address);
    return text ? text : "";
}

static bool hide(struct run *r, struct span text, struct span *out, struct error *e)
{
    struct buf b = {0};
    bool ok = redact_add(r->context.store, r->arena, r->context.config, text, &b);
    *out = (struct span){ok ? arena_string(r->arena, buf_span(&b)) : NULL, b.n};
    buf_free(&b);
    return out->p || error_memory(e);
}

static bool redact(struct run *r, struct reported *one, struct error *e)
{
    struct span recipient, subject;
    if (!hide(r, one->bytes, &one->bytes, e) || !hide(r, span_of(one->recipient), &recipient, e) ||
        !hide(r, span_of(one->subject), &subject, e))
        return false;
    one->recipient = recipient.p;
    one->subject = subject.p;
    return true;
}

/* What its owner has moved or removed since is passed over. */
static bool load(struct run *r, const struct report_choice *choice, struct loaded *out, bool *found,
                 struct error *e)
{
    struct maildir_entry entry;
    struct span bytes;
    if (!maildir_find(r->maildir, r->arena, choice->folder, choice->file, found, &entry, e))
        return false;
    if (!*found)
        return true;
    int fd = maildir_entry_open(r->maildir, &entry, e);
    if (fd < 0)
        return false;
    bool ok = context_read_fd(r->arena, fd, choice->file, &bytes, e);
    close(fd);
    if (!ok)
        return false;
    struct span fit = reported_fit(bytes, r->arf ? LIMIT_ARF_BYTES : LIMIT_SPAMCOP_BYTES);
    *out = (struct loaded){.choice = choice,
                           .reported = {.bytes = fit,
                                        .arrival = choice->arrival,
                                        .subject = choice->subject,
                                        .sender = choice->sender,
                                        .recipient = choice->recipient,
                                        .source = source_of(r, bytes),
                                        .host = choice->host},
                           .cut = fit.n < bytes.n};
    return !r->redact || redact(r, &out->reported, e);
}

static void list_line(const struct loaded *one)
{
    struct buf b = {0};
    printable_add(&b, span_of(one->choice->host[0] ? one->choice->host : "(no host)"), 40);
    buf_add_string(&b, "  ");
    printable_add(&b, span_of(one->choice->subject), 60);
    printf("  %s  %s  %s%s\n", when(one->choice->arrival, WHEN_STAMP).text, one->choice->class_,
           buf_string(&b), one->cut ? " (its beginning)" : "");
    buf_free(&b);
}

/* A line as it is; to a terminal without what could steer it. */
static void print_line(struct span line, bool terminal)
{
    struct buf safe = {0};
    if (terminal)
        printable_add(&safe, line, 0);
    struct span shown = terminal ? buf_span(&safe) : line;
    if (shown.n > 0)
        fwrite(shown.p, 1, shown.n, stdout);
    putchar('\n');
    buf_free(&safe);
}

/* mboxrd: lines that begin with "From ", however often quoted, get one more ">". */
static void print_mbox(struct span mail)
{
    struct span rest = mail, line;
    bool terminal = isatty(STDOUT_FILENO);
    puts("From MAILER-DAEMON Thu Jan  1 00:00:00 1970");
    while (span_next_line(&rest, &line)) {
        size_t quotes = 0;
        while (quotes < line.n && line.p[quotes] == '>')
            quotes++;
        if (span_is(span_slice(line, quotes, quotes + 5), "From "))
            putchar('>');
        print_line(line, terminal);
    }
    putchar('\n');
}

static bool record(struct run *r, struct error *e)
{
    const char *recipient = r->envelope.to.address;
    struct sent sent = {.message_id = r->envelope.message_id,
                        .recipients = &recipient,
                        .recipient_count = 1,
                        .sender = r->envelope.from.address,
                        .time = r->envelope.date};
    return store_add_sent(r->context.store, SOURCE_REPORT, &sent, e);
}

static bool remember(struct run *r, const struct loaded *items, size_t count, struct error *e)
{
    if (!store_begin(r->context.store, e))
        return false;
    for (size_t i = 0; i < count; i++)
        if (!report_remember(&r->context, &r->wish, items[i].choice, e)) {
            store_rollback(r->context.store);
            return false;
        }
    return store_commit(r->context.store, e);
}

static bool send(struct run *r, struct span mail, const struct loaded *items, size_t count,
                 struct error *e)
{
    const char *program = r->context.config->digest_sendmail;
    return record(r, e) &&
           digest_send(program ? program : DEFAULT_SENDMAIL, r->envelope.from.address,
                       r->envelope.to.address, mail, e) &&
           remember(r, items, count, e);
}

static bool give_out(struct run *r, const struct loaded *items, size_t count, struct error *e)
{
    struct reported list[LIMIT_SPAMCOP_MESSAGES];
    struct buf mail = {0};
    for (size_t i = 0; i < count; i++)
        list[i] = items[i].reported;
    r->envelope.date = clock_now();
    r->envelope.message_id =
        message_name(r->arena, r->envelope.date, "report", r->envelope.from.address, e);
    if (!r->envelope.message_id)
        return false;
    if (r->arf)
        arf_mail(&r->envelope, &list[0], r->redact, &mail);
    else
        spamcop_mail(&r->envelope, list, count, &mail);
    bool ok = !mail.failed || error_memory(e);
    if (ok && r->send)
        ok = send(r, buf_span(&mail), items, count, e);
    if (ok && r->print)
        print_mbox(buf_span(&mail));
    for (size_t i = 0; ok && !r->print && !r->quiet && i < count; i++)
        list_line(&items[i]);
    buf_free(&mail);
    r->mails += ok;
    r->messages += ok ? (int64_t)count : 0;
    return ok;
}

/* --- all mails --- */

/* What has been read and will not fit into the mail that is being filled begins the next one. */
static bool report_all(struct run *r, struct error *e)
{
    struct loaded items[LIMIT_SPAMCOP_MESSAGES];
    size_t count = 0, bytes = 0, most = r->arf ? 1 : LIMIT_SPAMCOP_MESSAGES;
    for (size_t i = 0; i < r->choices.count; i++) {
        bool found;
        if (!load(r, &r->choices.items[i], &items[count], &found, e))
            return false;
        r->gone += !found;
        if (!found)
            continue;
        bytes += items[count].reported.bytes.n;
        if (++count < most && bytes + LIMIT_SPAMCOP_BYTES <= LIMIT_SPAMCOP_MAIL)
            continue;
        if (!give_out(r, items, count, e))
            return false;
        arena_reset(r->arena);
        count = bytes = 0;
    }
    return count == 0 || give_out(r, items, count, e);
}

static void tell_rest(const struct run *r)
{
    const struct report_choices *c = &r->choices;
    if (r->gone > 0)
        printf("%lld more %s\n", (long long)r->gone,
               r->gone == 1 ? "is no longer where it was filed."
                            : "are no longer where they were filed.");
    if (c->elsewhere > 0)
        printf("%lld more in IMAP mailboxes: report those from there.\n", (long long)c->elsewhere);
    if (c->beyond > 0)
        printf("%lld more left to the next run (or --most).\n", (long long)c->beyond);
}

static void tell(const struct run *r)
{
    if (r->quiet || r->print)
        return;
    if (r->messages == 0)
        puts("Nothing new to report.");
    else
        printf("%s%lld %s in %lld %s to %s.%s\n", r->send ? "Sent: " : "", (long long)r->messages,
               r->messages == 1 ? "response" : "responses", (long long)r->mails,
               r->mails == 1 ? "mail" : "mails", r->envelope.to.address,
               r->send ? "" : " Nothing was sent: --print shows all of it, --send sends it.");
    tell_rest(r);
}

/* --- preparing --- */

static bool choose_files(struct run *r, struct error *e)
{
    struct context *c = &r->context;
    const char *root = filed_message_root(c->config, c->arena, e);
    if (!root)
        return false;
    for (char **file = r->files; *file; file++)
        if (!report_choose_file(c, r->maildir, root, &r->wish, *file, &r->choices, e))
            return false;
    return true;
}

static bool prepare(struct run *r, struct error *e)
{
    struct context *c = &r->context;
    unixtime now = clock_now();
    if (!context_open(c, CALLER_USER, r->config, e) ||
        !mime_address_read(c->arena, c->config->digest_from, NULL, "[digest] from",
                           &r->envelope.from, e) ||
        !mime_address_read(c->arena, r->arf ? r->arf : r->spamcop, NULL,
                           r->arf ? "--arf" : "--spamcop", &r->envelope.to, e) ||
        (r->send && !context_lock(c, "report.lock", true, &r->lock, e)) ||
        !context_open_store(c, r->send ? STORE_WRITE : STORE_READ, LIMIT_RECORD_MS, e))
        return false;
    r->maildir = maildir_open(c->config->maildir, c->config->layout, false, e);
    r->arena = arena_new(LIMIT_DIGEST_MEMORY);
    if (!r->maildir)
        return false;
    r->wish = (struct report_wish){
        .memory = r->arf ? arena_printf(c->arena, "report:arf:%s", r->envelope.to.address)
                         : "report:spamcop",
        .by = r->by,
        .most = (size_t)r->most,
        .since = r->since > 0 ? r->since : now - DEFAULT_DAYS * SECONDS_PER_DAY,
        .arrived = r->arf ? 0 : now - LIMIT_SPAMCOP_DAYS * SECONDS_PER_DAY};
    return (r->arena && r->wish.memory) || error_memory(e);
}

static bool run(struct run *r, struct error *e)
{
    if (!prepare(r, e))
        return false;
    bool chosen =
        *r->files ? choose_files(r, e) : report_choose_new(&r->context, &r->wish, &r->choices, e);
    if (!chosen)
        return false;
    bool ok = report_all(r, e);
    if (ok || r->mails > 0)
        tell(r);
    if (ok && fflush(stdout) != 0)
        return error_set(e, ERROR_RETRY, "cannot write to standard output");
    return ok;
}

/* --- the command line --- */

static const struct option options[] = {
    {"spamcop", required_argument, NULL, 's'}, {"arf", required_argument, NULL, 'A'},
    {"by", required_argument, NULL, 'b'},      {"redact", no_argument, NULL, 'r'},
    {"most", required_argument, NULL, 'm'},    {"since", required_argument, NULL, 'D'},
    {"print", no_argument, NULL, 'p'},         {"send", no_argument, NULL, 'S'},
    {"quiet", no_argument, NULL, 'q'},         {"config", required_argument, NULL, 'c'},
    {"help", no_argument, NULL, 'h'},          {0},
};

static bool parse_option(int option, struct run *r, char **argv, struct error *e)
{
    char *end = NULL;
    switch (option) {
    case 's':
        r->spamcop = optarg;
        return true;
    case 'A':
        r->arf = optarg;
        return true;
    case 'b':
        r->by = optarg;
        return true;
    case 'r':
        return r->redact = true;
    case 'm':
        r->most = strtol(optarg, &end, 10);
        return (*end == '\0' && r->most >= 1 && r->most <= LIMIT_REPORTED) ||
               error_set(e, ERROR_USAGE, "--most takes a number from 1 to %d, not '%s'",
                         LIMIT_REPORTED, optarg);
    case 'D':
        return (when_parse(optarg, &r->since) && r->since > 0) ||
               error_set(e, ERROR_USAGE, "--since takes a date such as 2026-01-31, not '%s'",
                         optarg);
    case 'p':
        return r->print = true;
    case 'S':
        return r->send = true;
    case 'q':
        return r->quiet = true;
    case 'c':
        r->config = optarg;
        return true;
    case 'h':
        return r->help = true;
    default:
        return command_bad_option(argv, e);
    }
}

static bool parse(int argc, char **argv, struct run *r, struct error *e)
{
    opterr = 0;
    for (int c; (c = getopt_long(argc, argv, ":s:A:b:rm:pSqc:h", options, NULL)) != -1;)
        if (!parse_option(c, r, argv, e))
            return false;
    r->files = argv + optind;
    if (r->help)
        return true;
    if (!r->spamcop == !r->arf)
        return error_set(e, ERROR_USAGE,
                         "report takes either --spamcop=ADDRESS or --arf=ADDRESS: try 'backsift "
                         "report --help'");
    if (r->arf && !r->by && !*r->files)
        return error_set(e, ERROR_USAGE,
                         "--arf reports to one abuse desk: say which responses are its hosts' "
                         "(--by=HOST, or files)");
    if (r->spamcop && (r->redact || r->since > 0))
        return error_set(e, ERROR_USAGE,
                         "--redact and --since go with --arf: SpamCop redacts by "
                         "itself, and takes the last %d days",
                         LIMIT_SPAMCOP_DAYS);
    return true;
}

int command_report(int argc, char **argv)
{
    struct run r = {.most = DEFAULT_MOST, .lock = -1};
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
    arena_free(r.arena);
    context_close(&r.context);
    return code;
}
