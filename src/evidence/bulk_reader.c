/*
 * The parent of the child that reads many messages. It fills one basket while the child reads the
 * other, so that on two processors neither waits for the other; answers come over the pipe in the
 * order of the messages, and the first that is missing when the child has ended is the one that
 * killed it.
 */
#include "evidence/bulk_reader.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "evidence/bulk_basket.h"
#include "evidence/child.h"
#include "evidence/frame.h"
#include "message/charset.h"

/* Bytes read from the pipe at a time: what a pipe holds. */
#define CHUNK 65536

struct bulk_reader {
    struct bulk_reading reading;
    struct arena *arena; /* of one answer */
    struct basket_desk *desk;
    struct error unreadable[2][LIMIT_BULK_BASKET]; /* of files, by basket and message */
    bool is_header[2][LIMIT_BULK_BASKET];
    uint32_t counts[2]; /* messages in each basket, as put in */
    uint32_t filling;   /* number of the basket that is being filled */
    uint32_t asked;     /* of the oldest that is not answered whole */
    size_t used;        /* bytes of the one being filled */

    bool prepared; /* rules are compiled, charsets loaded */
    struct preloaded_charsets charsets;
    pid_t pid; /* 0: no child */
    int pipe;
    uint32_t served; /* messages it has answered */
    struct buf frame;
    size_t taken; /* bytes of frame that are answered */
};

struct bulk_reader *bulk_reader_open(const struct bulk_reading *reading, struct error *e)
{
    struct bulk_reader *b = calloc(1, sizeof *b);
    if (!b) {
        error_memory(e);
        return NULL;
    }
    b->reading = *reading;
    b->arena = arena_new(LIMIT_ARENA);
    b->frame.limit = FRAME_MAX + CHUNK;
    b->desk = mmap(NULL, sizeof *b->desk, PROT_READ | PROT_WRITE,
                   MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (b->arena && b->desk != MAP_FAILED)
        return b;
    bulk_reader_close(b);
    error_memory(e);
    return NULL;
}

static void end_child(struct bulk_reader *b)
{
    child_end(b->pid, NULL);
    close(b->pipe);
    b->pid = 0;
    b->taken = 0;
    buf_reset(&b->frame);
}

void bulk_reader_close(struct bulk_reader *b)
{
    if (!b)
        return;
    if (b->pid > 0)
        end_child(b);
    if (b->desk != MAP_FAILED)
        munmap(b->desk, sizeof *b->desk);
    message_unload_charsets(&b->charsets);
    buf_free(&b->frame);
    arena_free(b->arena);
    free(b);
}

pid_t bulk_reader_pid(const struct bulk_reader *b)
{
    return b->pid;
}

/* --- the child --- */

static bool start_child(struct bulk_reader *b, uint32_t message, struct error *e)
{
    struct bulk_work work = {.desk = b->desk,
                             .rules = b->reading.rules,
                             .config = b->reading.config,
                             .basket = b->asked,
                             .message = message};
    if (!b->prepared) {
        message_preload_all_charsets(&b->charsets);
        ruleset_compile(b->reading.rules);
        b->prepared = true;
    }
    pid_t pid = child_start(bulk_work, &work, &b->pipe, e);
    b->pid = pid > 0 ? pid : 0;
    b->served = 0;
    return pid > 0;
}

static int wall_ms(const struct bulk_reader *b)
{
    return b->reading.wall_ms > 0 ? b->reading.wall_ms : LIMIT_CHILD_WALL_MS;
}

static struct span unread_frames(const struct bulk_reader *b)
{
    return span_slice(buf_span(&b->frame), b->taken, b->frame.n);
}

/* What is behind the answered frames comes to the front. */
static void make_room(struct bulk_reader *b)
{
    struct span rest = unread_frames(b);
    if (b->taken == 0)
        return;
    memmove(b->frame.p, rest.p, rest.n);
    b->frame.n = rest.n;
    b->taken = 0;
}

/* The next whole frame; empty when the child is no longer good for anything. Why, the message's
 * own child will tell. */
static struct span next_frame(struct bulk_reader *b)
{
    char chunk[CHUNK];
    const struct span none = {NULL, 0};
    int64_t deadline = clock_monotonic_us() + (int64_t)wall_ms(b) * 1000;
    for (;;) {
        struct span s = unread_frames(b);
        size_t size = frame_size(s);
        if (size > FRAME_MAX)
            return none;
        if (s.n >= size) {
            b->taken += size;
            return span_slice(s, 0, size);
        }
        if (!child_wait_readable(b->pipe, deadline))
            return none;
        ssize_t n = read(b->pipe, chunk, sizeof chunk);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return none;
        make_room(b);
        buf_add(&b->frame, (struct span){chunk, (size_t)n});
        if (b->frame.failed)
            return none;
    }
}

/* --- answers --- */

static bool give(struct bulk_reader *b, const struct findings *f, const struct reader_notes *notes,
                 const struct error *why)
{
    return b->reading.answer(b->reading.context, f, notes, why);
}

static struct span bytes_of(const struct bulk_reader *b, uint32_t message)
{
    const struct basket *basket = &b->desk->baskets[b->asked % 2];
    size_t start = basket->messages[message].start, size = basket->messages[message].size;
    if (start > BASKET_BYTES || size > BASKET_BYTES - start)
        return (struct span){NULL, 0};
    return (struct span){basket->bytes + start, size};
}

/* The message killed the child, or was met by one whose memory or time others had used up. */
static bool read_alone(struct bulk_reader *b, uint32_t message, struct error *e)
{
    const struct envelope unknown = {0};
    struct reader_notes notes = {0};
    struct findings *found = NULL;
    struct error why = {0};
    struct reader_job job = {.bytes = bytes_of(b, message),
                             .fd = -1,
                             .rules = b->reading.rules,
                             .config = b->reading.config,
                             .envelope = &unknown,
                             .wall_ms = b->reading.wall_ms,
                             .notes = &notes};
    struct reader *r = reader_start(&job, e);
    if (!r)
        return false;
    arena_reset(b->arena);
    reader_finish(r, b->arena, &found, &why);
    return give(b, found, &notes, &why);
}

/* A child that says nonsense is not asked again; one that had no memory for the message may be. */
static bool answer_from_frame(struct bulk_reader *b, struct span frame, bool *answered)
{
    struct reader_notes notes = {0};
    struct error why = {0};
    arena_reset(b->arena);
    struct findings *f = frame_open(b->arena, frame, &notes, &why);
    *answered = f != NULL;
    if (!f && frame.n > FRAME_LENGTH)
        end_child(b);
    return !f || give(b, f, &notes, &why);
}

/* A body that is fetched for nothing costs less than a response that is passed over. */
static bool answer_header(struct bulk_reader *b, struct span frame)
{
    bool may_match = true;
    if (b->pid > 0 && !frame_open_header(frame, &may_match) && frame.n > FRAME_LENGTH)
        end_child(b);
    return b->reading.answer_header(b->reading.context, may_match);
}

static bool answer_one(struct bulk_reader *b, uint32_t message, struct error *e)
{
    static const struct reader_notes no_notes;
    const struct error *unreadable = &b->unreadable[b->asked % 2][message];
    bool answered = false;
    if (b->pid == 0 && !start_child(b, message, e))
        return false;
    struct span frame = next_frame(b);
    b->served++;
    if (frame.n == 0)
        end_child(b);
    if (b->is_header[b->asked % 2][message])
        return answer_header(b, frame);
    if (b->pid == 0)
        return read_alone(b, message, e);
    if (unreadable->kind)
        return give(b, NULL, &no_notes, unreadable);
    if (!answer_from_frame(b, frame, &answered))
        return false;
    return answered || read_alone(b, message, e);
}

/* All answers of the oldest basket. */
static bool collect(struct bulk_reader *b, struct error *e)
{
    for (uint32_t i = 0; i < b->counts[b->asked % 2]; i++)
        if (!answer_one(b, i, e))
            return false;
    b->asked++;
    return true;
}

/* --- messages --- */

/* A child is not kept for ever: its processor time is limited, and what one message may have done
 * to it should not reach all others. */
static bool renew_child(struct bulk_reader *b, struct error *e)
{
    if (b->served < LIMIT_BULK_MESSAGES)
        return true;
    while (b->asked < b->filling)
        if (!collect(b, e))
            return false;
    if (b->pid > 0)
        end_child(b);
    return true;
}

/* Gives the basket to the child and waits for the one before it, which then is free. */
static bool hand_over(struct bulk_reader *b, struct error *e)
{
    if (!renew_child(b, e))
        return false;
    b->desk->baskets[b->filling % 2].count = b->counts[b->filling % 2];
    basket_hand_over(b->desk);
    b->filling++;
    if (b->pid == 0 && !start_child(b, 0, e))
        return false;
    if (b->filling - b->asked == 2 && !collect(b, e))
        return false;
    b->counts[b->filling % 2] = 0;
    b->used = 0;
    return true;
}

/* Reads the file into p. Its size may change meanwhile; a failure makes it empty, with *why. */
static size_t read_file(int fd, char *p, size_t room, struct error *why)
{
    size_t size = 0;
    while (size < room) {
        ssize_t n = pread(fd, p + size, room - size, (off_t)size);
        if (n == 0)
            return size;
        if (n < 0 && errno != EINTR) {
            error_system(why, ERROR_DATA, errno, "cannot read the message");
            return 0;
        }
        size += n > 0 ? (size_t)n : 0;
    }
    return size;
}

/* The room that a message needs: its size as it is now, no more than is parsed and one byte. */
static size_t room_for(int fd)
{
    struct stat st;
    const size_t most = LIMIT_MESSAGE_PARSED + 1;
    if (fstat(fd, &st) != 0 || st.st_size < 0 || (uint64_t)st.st_size >= most)
        return most;
    return (size_t)st.st_size;
}

static bool make_place(struct bulk_reader *b, size_t room, struct error *e)
{
    bool full = b->counts[b->filling % 2] == LIMIT_BULK_BASKET || b->used + room > BASKET_BYTES;
    return !full || hand_over(b, e);
}

/* The next message has been written to the place made for it; structure as in struct basket. */
static void note_message(struct bulk_reader *b, size_t size, uint32_t structure,
                         const struct error *why)
{
    const uint32_t half = b->filling % 2, message = b->counts[half]++;
    struct basket *basket = &b->desk->baskets[half];
    b->unreadable[half][message] = *why;
    basket->messages[message].start = (uint32_t)b->used;
    basket->messages[message].size = (uint32_t)size;
    basket->messages[message].structure = structure;
    b->is_header[half][message] = structure != BASKET_WHOLE;
    size += structure != BASKET_WHOLE ? structure : 0;
    b->used = (b->used + size + BASKET_ALIGN - 1) / BASKET_ALIGN * BASKET_ALIGN;
}

static char *place(struct bulk_reader *b)
{
    return b->desk->baskets[b->filling % 2].bytes + b->used;
}

bool bulk_reader_put(struct bulk_reader *b, int fd, struct error *e)
{
    struct error why = {0};
    size_t room = room_for(fd);
    if (!make_place(b, room, e))
        return false;
    size_t size = read_file(fd, place(b), room, &why);
    note_message(b, size, BASKET_WHOLE, &why);
    return true;
}

bool bulk_reader_put_bytes(struct bulk_reader *b, struct span bytes, struct error *e)
{
    const struct error none = {0};
    struct span s = span_slice(bytes, 0, LIMIT_MESSAGE_PARSED + 1);
    if (!make_place(b, s.n, e))
        return false;
    memcpy(place(b), s.p, s.n);
    note_message(b, s.n, BASKET_WHOLE, &none);
    return true;
}

bool bulk_reader_put_header(struct bulk_reader *b, struct span header, struct span structure,
                            struct error *e)
{
    const struct error none = {0};
    struct span h = span_slice(header, 0, LIMIT_MESSAGE_PARSED);
    struct span line = span_slice(structure, 0, LIMIT_STRUCTURE);
    if (!make_place(b, h.n + line.n, e))
        return false;
    memcpy(place(b), h.p, h.n);
    if (line.n > 0)
        memcpy(place(b) + h.n, line.p, line.n);
    note_message(b, h.n, (uint32_t)line.n, &none);
    return true;
}

bool bulk_reader_finish(struct bulk_reader *b, struct error *e)
{
    if (b->counts[b->filling % 2] > 0 && !hand_over(b, e))
        return false;
    while (b->asked < b->filling)
        if (!collect(b, e))
            return false;
    return true;
}
