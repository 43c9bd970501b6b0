/*
 * The child that reads many messages. It waits on a futex, because that needs no descriptor and no
 * system call that a filter for one message would not allow; it is ended from outside.
 */
#include "evidence/bulk_basket.h"

#include <limits.h>
#include <linux/futex.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "evidence/child.h"
#include "evidence/frame.h"
#include "evidence/sandbox.h"

void basket_hand_over(struct basket_desk *desk)
{
    atomic_fetch_add(&desk->handed, 1);
    syscall(SYS_futex, &desk->handed, FUTEX_WAKE, INT_MAX, NULL, NULL, 0);
}

static void wait_for_basket(struct basket_desk *desk, uint32_t number)
{
    uint32_t handed;
    while ((handed = atomic_load(&desk->handed)) == number)
        syscall(SYS_futex, &desk->handed, FUTEX_WAIT, handed, NULL, NULL, 0);
}

static bool read_entry(struct arena *arena, const struct reader_job *job, const struct basket *b,
                       uint32_t message, bool filtered, struct buf *out)
{
    const char *at = b->bytes + b->messages[message].start;
    struct span bytes = {at, b->messages[message].size};
    uint32_t n = b->messages[message].structure;
    if (n == BASKET_WHOLE)
        return frame_read_message(arena, job, bytes, filtered, out);
    struct span structure = {n > 0 ? at + bytes.n : NULL, n};
    return frame_read_header(arena, job, bytes, structure, out);
}

/* Without memory the frame is its length alone, 0. */
static bool answer(struct arena *arena, const struct reader_job *job, const struct basket *b,
                   uint32_t message, bool filtered, struct buf *out)
{
    static const char none[FRAME_LENGTH];
    arena_reset(arena);
    buf_reset(out);
    bool read = read_entry(arena, job, b, message, filtered, out);
    return child_write(SANDBOX_PIPE, read ? buf_span(out) : (struct span){none, sizeof none});
}

void bulk_work(void *context, int pipe)
{
    const struct bulk_work *w = context;
    const struct envelope unknown = {0};
    const struct reader_job job = {
        .fd = -1, .rules = w->rules, .config = w->config, .envelope = &unknown};
    struct arena *arena = arena_new(LIMIT_ARENA);
    struct buf out = {.limit = FRAME_MAX};
    if (!arena)
        _exit(CHILD_NO_MEMORY);
    if (mprotect(w->desk, sizeof *w->desk, PROT_READ) != 0 || !sandbox_detach(pipe))
        _exit(CHILD_NO_INPUT);
    bool filtered = sandbox_enter().filter;
    uint32_t message = w->message;
    for (uint32_t number = w->basket;; number++, message = 0) {
        wait_for_basket(w->desk, number);
        const struct basket *b = &w->desk->baskets[number % 2];
        for (; message < b->count; message++)
            if (!answer(arena, &job, b, message, filtered, &out))
                _exit(CHILD_NO_INPUT);
    }
}
