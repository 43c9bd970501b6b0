/*
 * `filter`: standard input to standard output with the verdict as a header field on top, for
 * callers that sort by themselves. The first LIMIT_MESSAGE_PARSED bytes are held until there is a
 * verdict; the rest streams through. What cannot be judged passes without the field.
 */
#include "cmd/command.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/io.h"
#include "base/limits.h"
#include "base/printable.h"
#include "cmd/context.h"
#include "cmd/envelope_source.h"
#include "cmd/exit_code.h"
#include "cmd/filter_scrub.h"
#include "cmd/judge_apart.h"
#include "cmd/mail_process.h"

static const char usage[] =
    "Usage: backsift filter [OPTION]...\n"
    "Copy one message from standard input to standard output with one field on top:\n"
    "  " VERDICT_FIELD ": class=CLASS; origin=ORIGIN; rule=RULE\n"
    "Fields of that name that came with the message are removed. Ordinary mail has origin=-.\n"
    "A message that cannot be judged passes without the field.\n\n"
    "  -f, --sender=ADDRESS    the envelope sender (empty: the null reverse-path); default: "
    "SENDER,\n"
    "                          the mbox From line, or the Return-Path field\n"
    "  -r, --recipient=ADDRESS the envelope recipient; default: ORIGINAL_RECIPIENT or RECIPIENT\n"
    "  -c, --config=FILE       read this configuration\n"
    "  -h, --help              show this help\n\n"
    "Exit: 0 the whole message was written; 75 it was not, use the one you have.\n";

#define BLOCK ((size_t)64 * 1024)

struct parsed {
    const char *sender, *recipient, *config;
    bool help;
};

static bool parse(int argc, char **argv, struct parsed *p, struct error *e)
{
    static const struct option options[] = {
        {"sender", required_argument, NULL, 'f'},
        {"recipient", required_argument, NULL, 'r'},
        {"config", required_argument, NULL, 'c'},
        {"help", no_argument, NULL, 'h'},
        {0},
    };
    opterr = 0;
    for (int c; (c = getopt_long(argc, argv, ":f:r:c:h", options, NULL)) != -1;) {
        if (c == 'f')
            p->sender = optarg;
        else if (c == 'r')
            p->recipient = optarg;
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
                         "'backsift filter --help'",
                         argv[optind]);
    return true;
}

/* Reads the beginning of the message; the caller frees it. Untouched pages cost nothing. */
static bool hold(char **held, struct span *bytes, struct error *e)
{
    *held = malloc(LIMIT_MESSAGE_PARSED);
    if (!*held)
        return error_memory(e);
    ssize_t n = read_all(STDIN_FILENO, *held, LIMIT_MESSAGE_PARSED);
    *bytes = (struct span){*held, n < 0 ? 0 : (size_t)n};
    return n >= 0 || error_system(e, ERROR_RETRY, errno, "standard input: cannot read the message");
}

/* Rule names come from the user's files: nothing in them may end the field. */
static void add_field(struct buf *out, const struct findings *f, const struct verdict *v,
                      const char *line_end)
{
    bool mail = v->class == CLASS_MAIL;
    buf_printf(out, VERDICT_FIELD ": class=%s; origin=%s; rule=", class_name(v->class),
               mail ? "-" : origin_name(v->origin));
    printable_add(out, span_of(f->rule[0] ? f->rule : "-"), 200);
    buf_add_string(out, line_end);
}

/* The field goes to out, unless the message cannot be judged. */
static bool judge(struct context *c, const struct parsed *p, struct span held, struct buf *out,
                  struct error *doubt)
{
    struct verdict v = {0};
    size_t from = envelope_from_line(held);
    if (!context_open(c, CALLER_MAIL_SYSTEM, p->config, doubt))
        return false;
    struct envelope envelope =
        envelope_find(c->arena, p->sender, p->recipient, span_slice(held, 0, from));
    struct apart apart = {0};
    const struct findings *f = NULL;
    if (apart_start(c, &apart, held, -1, &envelope, doubt))
        f = apart_answer(c, &apart, doubt);
    apart_end(&apart);
    if (!f || !apart_judge(c, f, false, &v, doubt))
        return false;
    add_field(out, f, &v, scrub_line_end(held));
    return true;
}

/* Writes what has been made ready. */
static bool put(struct buf *out, struct error *e)
{
    bool ok = !out->failed;
    if (!ok)
        error_memory(e);
    else if (!(ok = write_all(STDOUT_FILENO, buf_span(out))))
        error_system(e, ERROR_RETRY, errno, "standard output: cannot write the message");
    buf_reset(out);
    return ok;
}

static bool stream_rest(struct scrub *s, struct buf *out, struct error *e)
{
    char block[BLOCK];
    for (;;) {
        ssize_t n = read_all(STDIN_FILENO, block, sizeof block);
        if (n < 0)
            return error_system(e, ERROR_RETRY, errno, "standard input: cannot read the message");
        scrub_feed(s, (struct span){block, (size_t)n}, out);
        if (!put(out, e))
            return false;
        if ((size_t)n < sizeof block)
            return true;
    }
}

/* field is the verdict's line, or empty. */
static bool copy_message(struct span held, struct span field, struct error *e)
{
    struct buf out = {0};
    size_t from = envelope_from_line(held);
    struct scrub s = {.cr_ends_lines = span_is(span_of(scrub_line_end(held)), "\r")};
    buf_add(&out, span_slice(held, 0, from));
    buf_add(&out, field);
    scrub_feed(&s, span_slice(held, from, held.n), &out);
    bool ok = put(&out, e) && (held.n < LIMIT_MESSAGE_PARSED || stream_rest(&s, &out, e));
    scrub_end(&s, &out);
    ok = ok && put(&out, e);
    buf_free(&out);
    if (ok && close(STDOUT_FILENO) != 0) /* where a network disk says that it is full */
        return error_system(e, ERROR_RETRY, errno, "standard output: cannot write the message");
    return ok;
}

static bool judge_and_copy(const struct parsed *p, struct span held, struct error *e)
{
    struct context c = {0};
    struct error doubt = {0};
    struct buf field = {0};
    if (!judge(&c, p, held, &field, &doubt)) {
        log_line(c.log, LOG_LEVEL_WARNING, "message passed without a verdict: %s", doubt.text);
        command_print_error(&doubt);
    }
    bool ok = copy_message(held, buf_span(&field), e);
    buf_free(&field);
    context_close(&c);
    return ok;
}

static bool filter(const struct parsed *p, struct error *e)
{
    if (fcntl(STDOUT_FILENO, F_GETFD) < 0)
        return error_set(e, ERROR_USAGE, "standard output is closed: the message goes there");
    if (!mail_process_start(e))
        return false;
    char *held = NULL;
    struct span bytes = {0};
    bool ok = hold(&held, &bytes, e) && judge_and_copy(p, bytes, e);
    free(held);
    return ok;
}

int command_filter(int argc, char **argv)
{
    struct parsed p = {0};
    struct error e = {0};
    if (!parse(argc, argv, &p, &e)) {
        command_print_error(&e);
        return exit_code_for_mail_system(&e);
    }
    if (p.help)
        return command_help(usage);
    if (filter(&p, &e))
        return EXIT_DONE;
    command_print_error(&e);
    return exit_code_for_mail_system(&e);
}
