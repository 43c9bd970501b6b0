/*
 * Reading all declared sources to their end, before a run judges many responses.
 */
#ifndef BACKSIFT_CMD_REFRESH_H
#define BACKSIFT_CMD_REFRESH_H

#include "cmd/context.h"

/* Runs each declared local pull source, and notes what the wrapper could not record. A source that
 * cannot be read covers nothing; the others still may: failed is called with each error. Needs a
 * store to write. */
void refresh_all(struct context *c, void (*failed)(void *context, const struct error *e),
                 void *context);

#endif
