/*
 * The locks of an account: files in the state folder, held while a run is at work on it.
 */
#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/directory.h"
#include "cmd/imap_run.h"

/* The account's name may hold anything; in a file name only letters and digits stand for
 * themselves. */
static const char *lock_path(struct context *c, const char *name, const char *what)
{
    struct buf b = {0};
    buf_printf(&b, "%s/imap-", c->paths.state_folder);
    for (const char *p = name; *p; p++) {
        if (ascii_is_alnum(*p))
            buf_add_byte(&b, *p);
        else
            buf_printf(&b, "_%02x", (unsigned char)*p);
    }
    buf_printf(&b, "%s.lock", what);
    const char *path = b.failed ? NULL : arena_string(c->arena, buf_span(&b));
    buf_free(&b);
    return path;
}

int imap_lock(struct context *c, const char *name, const char *what, bool *busy, struct error *e)
{
    const char *path = lock_path(c, name, what);
    int folder = path ? directory_make_path(c->paths.state_folder) : -1;
    int fd = folder >= 0 ? open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600) : -1;
    *busy = false;
    if (fd < 0)
        error_system(e, ERROR_RETRY, errno, "cannot lock %s", path ? path : name);
    else if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
        *busy = errno == EWOULDBLOCK;
        if (!*busy)
            error_system(e, ERROR_RETRY, errno, "cannot lock %s", path);
        close(fd);
        fd = -1;
    }
    if (folder >= 0)
        close(folder);
    return fd;
}
