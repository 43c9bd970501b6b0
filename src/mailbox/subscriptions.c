/*
 * The lock file is the new file at the same time: it is renamed over the old one, so that Dovecot
 * reads one or the other. Two forms are about: names alone, and since 2.2.34 a line "V<TAB>2", an
 * empty one, and names whose levels are parted by tabs.
 */
#include "mailbox/subscriptions.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/io.h"
#include "mailbox/folder.h"

#define FILE_NAME "subscriptions"
#define LOCK_NAME "subscriptions.lock"
#define FORM_2    "V\t2\n"
/* Bytes of such a file: nobody has so many folders. */
#define FILE_MOST ((size_t)1024 * 1024)

bool maildir_has_folder(struct maildir *md, const char *folder)
{
    bool missing;
    int fd = folder_open(md, folder, &missing, NULL);
    if (fd >= 0)
        close(fd);
    return fd >= 0;
}

/* False with errno; a missing file is empty. */
static bool read_file(struct maildir *md, struct buf *out)
{
    char block[4096];
    ssize_t n;
    int fd = openat(md->root, FILE_NAME, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0)
        return errno == ENOENT;
    while ((n = read_all(fd, block, sizeof block)) > 0)
        buf_add(out, (struct span){block, (size_t)n});
    int why = n < 0 ? errno : ENOMEM;
    close(fd);
    errno = why;
    return n == 0 && !out->failed;
}

static bool has_line(struct span text, const char *name)
{
    struct span line;
    while (span_next_line(&text, &line))
        if (span_is(line, name))
            return true;
    return false;
}

/* The folder's name as a line of the file; text is what the file holds. */
static bool name_line(struct maildir *md, const char *folder, struct span text,
                      char out[FOLDER_PATH_SIZE], struct error *e)
{
    char path[FOLDER_PATH_SIZE];
    if (!folder_path(md, folder, path, e))
        return false;
    strcpy(out, md->layout == LAYOUT_MAILDIRPP && path[0] == '.' ? path + 1 : path);
    if (span_starts_nocase(text, FORM_2))
        for (char *c = out; *c; c++)
            if (*c == (md->layout == LAYOUT_MAILDIRPP ? '.' : '/'))
                *c = '\t';
    return true;
}

static bool replace(struct maildir *md, int fd, struct buf *text, const char *name)
{
    if (text->n > 0 && text->p[text->n - 1] != '\n')
        buf_add_byte(text, '\n');
    buf_printf(text, "%s\n", name);
    bool ok = !text->failed && write_all(fd, buf_span(text)) && fsync(fd) == 0;
    return ok && renameat(md->root, LOCK_NAME, md->root, FILE_NAME) == 0;
}

/* With the lock held by fd; *done is set when the lock file has become the file. */
static bool add(struct maildir *md, int fd, const char *folder, bool *done, struct error *e)
{
    struct buf text = {.limit = FILE_MOST};
    char name[FOLDER_PATH_SIZE];
    bool ok = read_file(md, &text) ||
              error_system(e, ERROR_RETRY, errno, "%s/" FILE_NAME ": cannot read it", md->path);
    ok = ok && name_line(md, folder, buf_span(&text), name, e);
    if (ok && !has_line(buf_span(&text), name)) {
        *done = replace(md, fd, &text, name);
        ok = *done ||
             error_system(e, ERROR_RETRY, errno, "%s/" FILE_NAME ": cannot write it", md->path);
    }
    buf_free(&text);
    return ok;
}

bool maildir_subscribe(struct maildir *md, const char *folder, struct error *e)
{
    bool done = false;
    int fd =
        openat(md->root, LOCK_NAME, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd < 0)
        return error_system(e, ERROR_RETRY, errno, "%s/" LOCK_NAME ": cannot lock", md->path);
    bool ok = add(md, fd, folder, &done, e);
    close(fd);
    if (!done)
        unlinkat(md->root, LOCK_NAME, 0);
    return ok;
}
