/*
 * Removing a message. Nothing is synced: should a crash bring it back, it is removed again.
 */
#include "mailbox/maildir.h"

#include <errno.h>
#include <unistd.h>

#include "mailbox/folder.h"

bool maildir_remove(struct maildir *md, const struct maildir_entry *entry, bool *gone,
                    struct error *e)
{
    *gone = false;
    int dir = folder_open_subdir(md, entry->folder, entry->subdir, gone, e);
    if (dir < 0)
        return *gone;
    int failed = unlinkat(dir, entry->filename, 0);
    int why = errno;
    close(dir);
    *gone = failed && why == ENOENT;
    return !failed || *gone ||
           error_system(e, ERROR_RETRY, why, "%s: cannot remove message %s of folder %s", md->path,
                        entry->filename, entry->folder);
}
