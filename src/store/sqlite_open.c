/*
 * Opening a SQLite store. Write-ahead logging lets readers and one writer go on side by side; it
 * needs memory shared by all processes, which a network file system does not give, so there the
 * rollback journal is used.
 *
 * Reading in WAL mode takes a -shm file that a user without write permission on the folder cannot
 * make. Where it is missing and no -wal stands there, the file itself is whole and is read as
 * immutable. Should its owner start writing at that moment, his first changes go to a new -wal,
 * which is not seen, and the file changes only at a checkpoint, long after such a short look.
 */
#include "store/sqlite_engine.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <time.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/directory.h"
#include "base/limits.h"

#define SCHEME "sqlite:"

/* --- errors --- */

static bool disk_or_permission(const struct connection *c, int code, struct error *e)
{
    int why = sqlite3_system_errno(c->db);
    bool full = why == ENOSPC || why == EDQUOT || (code & 0xff) == SQLITE_FULL;
    if (full)
        return error_set(e, ERROR_RETRY,
                         "the index %s cannot grow: the disk or quota is full, make room there",
                         c->path);
    if ((code & 0xff) == SQLITE_IOERR || why == EMFILE || why == ENFILE || why == ENOMEM)
        return error_set(
            e, ERROR_RETRY,
            "the index %s cannot be read or written: %s (%s): check the disk and, when it "
            "is well again, 'backsift index verify'",
            c->path, sqlite3_errstr(code), strerror(why));
    return error_set(e, ERROR_CONFIG,
                     "the index %s cannot be opened or written: check the permissions of the file, "
                     "of %s-wal and %s-shm, and of the folder (%s)",
                     c->path, c->path, c->path, sqlite3_errstr(code));
}

bool sqlite_failed(const struct connection *c, int code, struct error *e)
{
    switch (code & 0xff) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return error_set(
            e, ERROR_RETRY,
            "the index %s is locked by another process (waited %d ms); if that stays so, "
            "'fuser %s' names it",
            c->path, c->wait_ms, c->path);
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
    case SQLITE_FORMAT:
        return error_set(
            e, ERROR_CONFIG,
            "the index %s is damaged (%s; 'backsift index verify' tells more): restore it "
            "from a backup, or move it away with its -wal and -shm files and run "
            "'backsift record' again",
            c->path, sqlite3_errstr(code));
    case SQLITE_NOMEM:
        return error_memory(e);
    case SQLITE_FULL:
    case SQLITE_IOERR:
    case SQLITE_CANTOPEN:
    case SQLITE_PERM:
    case SQLITE_AUTH:
    case SQLITE_READONLY:
        return disk_or_permission(c, code, e);
    default:
        return error_set(e, ERROR_RETRY, "the index %s: %s", c->path, sqlite3_errmsg(c->db));
    }
}

/* --- files --- */

static bool make_file(const char *path, const char *folder, struct error *e)
{
    int dir = directory_make_path(folder);
    /* Made here, because SQLite would let others read it; -wal and -shm take its mode. */
    int fd = dir >= 0 ? open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600) : -1;
    bool ok = fd >= 0 && close(fd) == 0 && directory_sync(dir);
    int why = errno;
    if (dir >= 0)
        close(dir);
    if (ok)
        return true;
    bool retry = why == ENOSPC || why == EDQUOT || why == EMFILE || why == ENFILE || why == EIO;
    return error_system(e, retry ? ERROR_RETRY : ERROR_CONFIG, why, "the index %s cannot be made",
                        path);
}

/* Magic numbers of statfs(2) for file systems that several hosts can have mounted, and FUSE, behind
 * which anything may be. */
static bool is_on_network(const char *path)
{
    static const unsigned long kinds[] = {
        0x6969,     /* NFS */
        0x517b,     /* SMB */
        0xff534d42, /* CIFS */
        0xfe534d42, /* SMB2 */
        0x5346414f, /* AFS */
        0x6b414653, /* kAFS */
        0x73757245, /* Coda */
        0x01021997, /* 9P */
        0x00c36400, /* Ceph */
        0x0bd00bd0, /* Lustre */
        0x01161970, /* GFS2 */
        0x7461636f, /* OCFS2 */
        0x47504653, /* GPFS */
        0x65735546, /* FUSE */
    };
    struct statfs fs;
    if (statfs(path, &fs) != 0)
        return true;
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (((unsigned long)fs.f_type & 0xffffffff) == kinds[i])
            return true;
    return false;
}

static char *folder_of(const char *path)
{
    const char *slash = strrchr(path, '/');
    return strndup(path, slash == path ? 1 : (size_t)(slash - path));
}

/* --- opening --- */

/* Called by SQLite while another process holds a lock, with the number of calls so far for it: 1 to
 * try again. SQLite's own handler sleeps longer the longer it has waited, so that of many writers
 * the latest comes first and the earliest may never; here all have the same chance, all the time.
 */
static int wait_for_lock(void *context, int calls)
{
    struct connection *c = context;
    int64_t now = clock_monotonic_us();
    if (calls == 0)
        c->waits_until = now + (int64_t)c->wait_ms * 1000;
    if (now >= c->waits_until)
        return 0;
    /* Processes that were woken together must not stay in step: the low digits of the time part
     * them. */
    long most_us = LIMIT_WAIT_MS * 1000L;
    const struct timespec pause = {.tv_nsec = (most_us / 2 + now % (most_us / 2)) * 1000};
    nanosleep(&pause, NULL);
    return 1;
}

static bool open_file(struct connection *c, const char *name, int flags, struct error *e)
{
    int code = sqlite3_open_v2(name, &c->db, flags | SQLITE_OPEN_NOMUTEX, NULL);
    if (!c->db)
        return error_memory(e);
    sqlite3_extended_result_codes(c->db, 1);
    if (code != SQLITE_OK)
        return sqlite_failed(c, code, e);
    sqlite3_busy_handler(c->db, wait_for_lock, c);
    /* The last one to close would carry all of the log over, even one who only read; see
     * shorten_log. */
    sqlite3_db_config(c->db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
    return true;
}

static bool open_to_write(struct connection *c, const char *folder, struct error *e)
{
    struct stat st;
    if (stat(c->path, &st) != 0 && errno == ENOENT && !make_file(c->path, folder, e))
        return false;
    bool is_new = stat(c->path, &st) == 0 && st.st_size == 0;
    if (!open_file(c, c->path, SQLITE_OPEN_READWRITE, e))
        return false;
    if (!is_new || is_on_network(c->path))
        return true;
    int code = sqlite3_exec(c->db, "PRAGMA journal_mode = WAL", NULL, NULL, NULL);
    /* Another process is just doing the same: then the mode is being set. */
    return code == SQLITE_OK || (code & 0xff) == SQLITE_BUSY || sqlite_failed(c, code, e);
}

/* path as a URI that says nobody changes the file. */
static bool open_immutable(struct connection *c, struct error *e)
{
    struct buf uri = {0};
    buf_add_string(&uri, "file:");
    for (const char *p = c->path; *p; p++)
        if (ascii_is_alnum(*p) || strchr("/._-", *p))
            buf_add_byte(&uri, *p);
        else
            buf_printf(&uri, "%%%02x", (unsigned char)*p);
    buf_add_string(&uri, "?immutable=1");
    sqlite3_close(c->db);
    c->db = NULL;
    bool ok = uri.failed
                  ? error_memory(e)
                  : open_file(c, buf_string(&uri), SQLITE_OPEN_READONLY | SQLITE_OPEN_URI, e);
    buf_free(&uri);
    return ok;
}

/* Can the first page be read, with all locks that takes? */
static bool can_read(struct connection *c, int *code)
{
    *code = sqlite3_exec(c->db, "SELECT 1 FROM sqlite_master LIMIT 1", NULL, NULL, NULL);
    return *code == SQLITE_OK;
}

int64_t sqlite_log_bytes(const struct connection *c)
{
    struct stat st;
    char name[PATH_MAX + 8];
    if ((size_t)snprintf(name, sizeof name, "%s-wal", c->path) >= sizeof name)
        return -1;
    if (stat(name, &st) == 0)
        return (int64_t)st.st_size;
    return errno == ENOENT ? 0 : -1;
}

static bool open_to_read(struct connection *c, const char *folder, struct error *e)
{
    struct stat st;
    int code;
    if (stat(c->path, &st) != 0 && (errno == ENOENT || errno == ENOTDIR))
        return error_set(e, ERROR_DATA, "the index %s does not exist yet: run 'backsift record'",
                         c->path);
    if (!open_file(c, c->path, SQLITE_OPEN_READWRITE, e))
        return false;
    if (access(folder, W_OK) == 0 || can_read(c, &code))
        return true;
    int kind = code & 0xff;
    if ((kind == SQLITE_CANTOPEN || kind == SQLITE_READONLY) && sqlite_log_bytes(c) == 0)
        return open_immutable(c, e);
    return sqlite_failed(c, code, e);
}

struct connection *sqlite_open(const char *url, enum store_access access, int wait_ms,
                               struct error *e)
{
    struct connection *c = calloc(1, sizeof *c);
    if (c)
        *c = (struct connection){
            .path = strdup(url + strlen(SCHEME)), .wait_ms = wait_ms, .syncs = true};
    char *folder = c && c->path && c->path[0] == '/' ? folder_of(c->path) : NULL;
    bool ok = folder ? (access == STORE_WRITE ? open_to_write : open_to_read)(c, folder, e)
                     : error_memory(e);
    free(folder);
    if (ok)
        return c;
    if (c)
        sqlite_close(c);
    return NULL;
}

/* Not when others are at work: one of them will do it. */
static void shorten_log(struct connection *c)
{
    if (!c->wrote || sqlite_log_bytes(c) <= LIMIT_WRITE_AHEAD_LOG)
        return;
    sqlite3_busy_handler(c->db, NULL, NULL);
    sqlite3_wal_checkpoint_v2(c->db, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);
}

void sqlite_close(struct connection *c)
{
    for (size_t i = 0; i < STATEMENT_COUNT; i++)
        sqlite3_finalize(c->prepared[i]);
    shorten_log(c);
    sqlite3_close(c->db);
    free(c->path);
    free(c);
}
