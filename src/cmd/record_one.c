/*
 * One sent message. It is recorded before it is sent, so that even the fastest bounce finds it; as
 * a wrapper this stands in the way of outgoing mail, so there nothing but a lost message counts.
 */
#include "cmd/record_one.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/io.h"
#include "base/limits.h"
#include "cmd/command.h"
#include "cmd/sendmail_arguments.h"
#include "sources/pending_gap.h"
#include "sources/sent_copy.h"
#include "sources/source.h"

bool record_stdin_waits(void)
{
    struct stat st;
    struct pollfd in = {.fd = STDIN_FILENO, .events = POLLIN};
    int unread = 0;
    if (fstat(STDIN_FILENO, &st) != 0)
        return false;
    if (S_ISREG(st.st_mode))
        return lseek(STDIN_FILENO, 0, SEEK_CUR) < st.st_size;
    return (S_ISFIFO(st.st_mode) || S_ISSOCK(st.st_mode)) && poll(&in, 1, LIMIT_STDIN_MS) == 1 &&
           ioctl(STDIN_FILENO, FIONREAD, &unread) == 0 && unread > 0;
}

/* Reads standard input to its end: the header's part into *header, all of it into keep_fd unless
 * that is -1. To its end, because a writer that meets a closed pipe takes it for a failure. */
static bool read_stdin(struct arena *arena, int keep_fd, struct span *header, struct error *e)
{
    char chunk[65536];
    char *p = arena_alloc(arena, LIMIT_HEADER_BYTES);
    if (!p)
        return error_memory(e);
    *header = (struct span){p, 0};
    for (;;) {
        ssize_t got = read(STDIN_FILENO, chunk, sizeof chunk);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return error_system(e, ERROR_RETRY, errno, "cannot read the message");
        if (got == 0)
            return true;
        size_t room = LIMIT_HEADER_BYTES - header->n;
        size_t take = (size_t)got < room ? (size_t)got : room;
        memcpy(p + header->n, chunk, take);
        header->n += take;
        if (keep_fd >= 0 && !write_all(keep_fd, (struct span){chunk, (size_t)got}))
            return error_system(e, ERROR_RETRY, errno, "cannot hold the message");
    }
}

/* An unrecorded message would make its bounce look forged, so its time is kept: in the store if
 * that works, else beside it. Without a configuration the default place is all that is known. */
static void note_gap(struct context *c, const char *source)
{
    struct error e = {0};
    unixtime now = clock_now();
    struct gap gap = {source, now, now, "a sent message could not be recorded"};
    struct config defaults = {.key_file = ""};
    const struct config *config = c->config;
    if (c->store && store_gap_add(c->store, &gap, &e))
        return;
    if (!config && c->paths.state_folder) {
        defaults.index_url = arena_printf(c->arena, "sqlite:%s/backsift.db", c->paths.state_folder);
        config = defaults.index_url ? &defaults : NULL;
    }
    if (config && !pending_gap_add(config, source, now, &e))
        command_print_error(&e);
}

static bool record(struct context *c, const struct outgoing *o, const char *source,
                   struct span header, struct error *e)
{
    bool ok =
        context_open_to_record(c, e) && source_record_message(c->store, source, header, o->sender,
                                                              o->recipients, o->recipient_count, e);
    /* What is no message here may become one on its way: sendmail makes a header for a bare text.
     */
    bool goes_out = strcmp(source, SOURCE_WRAPPER) == 0;
    if (!ok && (goes_out || e->kind != ERROR_DATA))
        note_gap(c, source);
    return ok;
}

bool record_stdin(struct context *c, const struct outgoing *o, struct error *e)
{
    struct span header;
    return read_stdin(c->arena, -1, &header, e) && record(c, o, SOURCE_STDIN, header, e);
}

/* Who the mail program is told to send to, and all that the header names: a Bcc may stand in
 * either place alone. */
static bool complete_envelope(struct arena *arena, struct span header, char **command,
                              struct outgoing *o, struct error *e)
{
    struct sendmail_arguments told;
    struct sent_copy copy;
    if (!sendmail_arguments_read(arena, command + 1, &told) ||
        !sent_copy_read(arena, header, &copy))
        return error_memory(e);
    if (!o->sender)
        o->sender = told.sender;
    if (o->recipient_count > 0)
        return true;
    size_t n = told.recipients.count, m = copy.recipients.count;
    o->recipients = arena_array(arena, n + m, sizeof *o->recipients);
    if (!o->recipients)
        return error_memory(e);
    memcpy(o->recipients, told.recipients.items, n * sizeof *o->recipients);
    memcpy(o->recipients + n, copy.recipients.items, m * sizeof *o->recipients);
    o->recipient_count = n + m;
    return true;
}

static bool record_wrapped(struct context *c, struct outgoing *o, char **command,
                           struct span header, struct error *e)
{
    return complete_envelope(c->arena, header, command, o, e) &&
           record(c, o, SOURCE_WRAPPER, header, e);
}

bool record_and_exec(struct context *c, const struct outgoing *o, char **command, struct error *e)
{
    struct span header;
    struct outgoing envelope = *o;
    struct error failed = {0};
    struct arena *arena = arena_new(LIMIT_ARENA);
    int kept = memfd_create("message", MFD_CLOEXEC);
    if (!arena || kept < 0 || !read_stdin(arena, kept, &header, e)) {
        if (e->kind == ERROR_NONE)
            error_system(e, ERROR_RETRY, errno, "cannot hold the message");
        arena_free(arena);
        return false;
    }
    bool opened = context_open(c, CALLER_USER, o->config, &failed);
    if (!opened)
        note_gap(c, SOURCE_WRAPPER);
    if (!opened || !record_wrapped(c, &envelope, command, header, &failed)) {
        command_print_error(&failed);
        fprintf(stderr, "backsift: the message is handed on, but it was not recorded\n");
    }
    context_close(c);
    arena_free(arena);
    if (lseek(kept, 0, SEEK_SET) != 0 || dup2(kept, STDIN_FILENO) < 0)
        return error_system(e, ERROR_RETRY, errno, "cannot hand the message on");
    execvp(command[0], command);
    return error_system(e, ERROR_RETRY, errno, "cannot run '%s': the message was not sent",
                        command[0]);
}
