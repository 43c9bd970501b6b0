/*
 * The pauses between tries. No state: who tries counts.
 */
#include "mailbox/backoff.h"

#include "base/limits.h"

int backoff_ms(int tries, unsigned chance)
{
    int ms = LIMIT_IMAP_BACKOFF_FIRST_MS;
    for (int i = 1; i < tries && ms < LIMIT_IMAP_BACKOFF_MOST_MS; i++)
        ms *= 2;
    if (ms > LIMIT_IMAP_BACKOFF_MOST_MS)
        ms = LIMIT_IMAP_BACKOFF_MOST_MS;
    return ms / 2 + (int)(chance % (unsigned)(ms / 2 + 1));
}
