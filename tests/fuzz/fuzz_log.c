/*
 * libFuzzer: a mail server's log. Any bytes go through splitting, all dialects, saving and loading;
 * what is loaded must be saved as the same text again.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "sources/log_dialect.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct log_queue *new_queue(const struct config *config, struct log_clock *clock)
{
    struct log_queue *q = log_queue_new(config);
    if (!q)
        abort();
    log_queue_clock(q, clock);
    return q;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *own[] = {"web.example.org", "2001:db8::7"};
    struct config config = {.own_clients = {own, 2}, .relays = {own, 1}};
    struct log_clock clock = {.file_time = 1795465545};
    struct log_queue *q = new_queue(&config, &clock), *loaded = new_queue(&config, &clock);
    struct span rest = {(const char *)data, size}, line;
    struct log_line l;
    struct buf first = {0}, second = {0};
    while (span_next_line(&rest, &line))
        if (log_line_parse(line, &l))
            log_dialect_read(q, &l);
    log_queue_save(q, &first);
    log_queue_load(loaded, buf_span(&first));
    log_queue_save(loaded, &second);
    if (!span_equals(buf_span(&first), buf_span(&second)))
        abort();
    buf_free(&first);
    buf_free(&second);
    log_queue_free(q);
    log_queue_free(loaded);
    return 0;
}
