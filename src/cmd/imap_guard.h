/*
 * What happens when libetpan breaks on an answer that the screen (mailbox/imap_screen.h) lets pass.
 */
#ifndef BACKSIFT_CMD_IMAP_GUARD_H
#define BACKSIFT_CMD_IMAP_GUARD_H

/* From now on a memory fault ends this process with a word about it and EXIT_RETRY; its children,
 * which undo handlers or run other programs, die of theirs. What was done stays done, as after a
 * cut connection. Where a sanitizer is there to tell of faults it does nothing. */
void imap_guard(void);

#endif
