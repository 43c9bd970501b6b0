/*
 * Opening a Maildir. What exists is used as it is, with missing parts made (backup programs drop
 * empty directories); a Maildir that is not there at all is made only when asked for.
 */
#include "mailbox/maildir.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/directory.h"
#include "mailbox/folder.h"

/* An empty directory, or somebody's notes, is no Maildir. */
static bool looks_like_maildir(int dir)
{
    static const char *const names[] = {"cur", "new", "tmp"};
    for (size_t i = 0; i < 3; i++)
        if (faccessat(dir, names[i], F_OK, AT_SYMLINK_NOFOLLOW) == 0)
            return true;
    return false;
}

static bool cannot_open(const char *path, int error, struct error *e)
{
    if (error == ENOENT)
        return error_set(e, ERROR_RETRY,
                         "%s: there is no Maildir: make it with 'mkdir -m 700 %s %s/cur %s/new "
                         "%s/tmp', or set path under [maildir] in backsift.conf",
                         path, path, path, path, path);
    return error_system(e, ERROR_RETRY, error, "%s: cannot be used as a Maildir", path);
}

static int open_root(const char *path, bool create, struct error *e)
{
    int root = create ? directory_make_path(path) : open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (root < 0) {
        cannot_open(path, errno, e);
        return -1;
    }
    bool ok = create || looks_like_maildir(root);
    if (!ok)
        error_set(e, ERROR_RETRY,
                  "%s: is no Maildir, as cur, new and tmp are missing: make them, or set another "
                  "path under [maildir] in backsift.conf",
                  path);
    else if (!folder_complete(root, false, false))
        ok = cannot_open(path, errno, e);
    if (ok)
        return root;
    close(root);
    return -1;
}

struct maildir *maildir_open(const char *path, enum maildir_layout layout, bool create,
                             struct error *e)
{
    struct maildir *md = calloc(1, sizeof *md);
    char *copy = strdup(path);
    if (!md || !copy) {
        free(md);
        free(copy);
        error_memory(e);
        return NULL;
    }
    *md = (struct maildir){.root = open_root(path, create, e), .layout = layout, .path = copy};
    if (md->root >= 0)
        return md;
    free(md->path);
    free(md);
    return NULL;
}

void maildir_close(struct maildir *md)
{
    if (!md)
        return;
    close(md->root);
    free(md->path);
    free(md);
}
