/*
 * The kinds of sources, one file each. Private to sources/.
 */
#ifndef BACKSIFT_SOURCES_SOURCE_KINDS_H
#define BACKSIFT_SOURCES_SOURCE_KINDS_H

#include "sources/source.h"

extern const struct source_kind source_stdin;   /* stdin_source.c */
extern const struct source_kind source_wrapper; /* stdin_source.c */
extern const struct source_kind source_maildir; /* maildir_source.c */
extern const struct source_kind source_mbox;    /* mbox_source.c */
extern const struct source_kind source_log;     /* log_source.c */

/* Marks a run in state: counts `added` more messages, and on a complete one sets first_run and
 * last_run to its start. */
void source_state_run(struct source_state *state, unixtime started, bool complete, int64_t added);

#endif
