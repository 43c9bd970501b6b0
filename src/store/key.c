/*
 * The key file. It is written under a passing name and then linked to its own, so that a second
 * process never reads half a key, and a crash never leaves one.
 */
#include "store/key.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include <nettle/hmac.h>

#include "base/directory.h"
#include "base/io.h"

#define KEY_BYTES  32
#define FILE_BYTES (2 * KEY_BYTES + 1) /* hex and a line end */

struct key {
    struct hmac_sha256_ctx hmac;
};

/* --- reading --- */

static int hex_digit(char c)
{
    c = ascii_lower(c);
    return ascii_is_digit(c) ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static bool decode(struct span hex, unsigned char out[KEY_BYTES])
{
    if (hex.n != 2 * KEY_BYTES)
        return false;
    for (size_t i = 0; i < KEY_BYTES; i++) {
        int high = hex_digit(hex.p[2 * i]), low = hex_digit(hex.p[2 * i + 1]);
        if (high < 0 || low < 0)
            return false;
        out[i] = (unsigned char)(high * 16 + low);
    }
    return true;
}

static bool read_bytes(int fd, const char *file, unsigned char out[KEY_BYTES], struct error *e)
{
    struct stat st;
    char text[FILE_BYTES + 1];
    if (fstat(fd, &st) != 0)
        return error_system(e, ERROR_RETRY, errno, "the index key %s cannot be read", file);
    if (!S_ISREG(st.st_mode))
        return error_set(e, ERROR_CONFIG, "the index key %s is not a file", file);
    if ((st.st_mode & 077) != 0)
        return error_set(e, ERROR_CONFIG,
                         "the index key %s is open to others (mode %03o): chmod 600 it", file,
                         (unsigned)st.st_mode & 0777);
    ssize_t n = read_all(fd, text, sizeof text);
    if (n < 0)
        return error_system(e, ERROR_RETRY, errno, "the index key %s cannot be read", file);
    bool ok = decode(span_trim((struct span){text, (size_t)n}), out);
    explicit_bzero(text, sizeof text);
    return ok || error_set(e, ERROR_CONFIG,
                           "the index key %s does not hold 64 hex digits: restore it from a backup",
                           file);
}

struct key *key_read(const char *file, bool *missing, struct error *e)
{
    unsigned char bytes[KEY_BYTES];
    int fd = open(file, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    *missing = fd < 0 && (errno == ENOENT || errno == ENOTDIR);
    if (*missing)
        return NULL;
    if (fd < 0) {
        error_system(e, errno == EACCES ? ERROR_CONFIG : ERROR_RETRY, errno,
                     "the index key %s cannot be read", file);
        return NULL;
    }
    bool ok = read_bytes(fd, file, bytes, e);
    close(fd);
    struct key *k = ok ? malloc(sizeof *k) : NULL;
    if (k)
        hmac_sha256_set_key(&k->hmac, sizeof bytes, bytes);
    else if (ok)
        error_memory(e);
    explicit_bzero(bytes, sizeof bytes);
    return k;
}

void key_free(struct key *k)
{
    if (k)
        explicit_bzero(k, sizeof *k);
    free(k);
}

/* --- making --- */

static bool write_new_key(int fd)
{
    unsigned char bytes[KEY_BYTES];
    char text[FILE_BYTES + 1];
    if (getrandom(bytes, sizeof bytes, 0) != (ssize_t)sizeof bytes)
        return false;
    for (size_t i = 0; i < KEY_BYTES; i++)
        snprintf(text + 2 * i, 3, "%02x", bytes[i]);
    text[FILE_BYTES - 1] = '\n';
    bool ok = write_all(fd, (struct span){text, FILE_BYTES}) && fsync(fd) == 0;
    explicit_bzero(bytes, sizeof bytes);
    explicit_bzero(text, sizeof text);
    return ok;
}

/* Opens a file of a name that nobody else uses. */
static int open_passing(int folder, const char *name, char *passing, size_t size)
{
    int n = snprintf(passing, size, "%s.%ld.new", name, (long)getpid());
    if (n < 0 || (size_t)n >= size) {
        errno = ENAMETOOLONG;
        return -1;
    }
    unlinkat(folder, passing, 0); /* of a crashed process that had this number */
    return openat(folder, passing, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
}

static bool create_in(int folder, const char *name)
{
    char passing[256];
    int fd = open_passing(folder, name, passing, sizeof passing);
    if (fd < 0)
        return false;
    bool written = write_new_key(fd);
    if (close(fd) != 0)
        written = false;
    enum placing placed = written ? file_place(folder, passing, folder, name) : PLACE_FAILED;
    int why = errno;
    if (placed != PLACED_RENAME)
        unlinkat(folder, passing, 0);
    bool there = placed == PLACED_LINK || placed == PLACED_RENAME || placed == PLACE_TAKEN;
    if (there && directory_sync(folder))
        return true;
    if (!there)
        errno = why;
    return false;
}

bool key_create(const char *file, struct error *e)
{
    const char *slash = strrchr(file, '/');
    char *path = slash ? strndup(file, slash == file ? 1 : (size_t)(slash - file)) : NULL;
    int folder = path ? directory_make_path(path) : -1;
    free(path);
    bool ok = folder >= 0 && create_in(folder, slash + 1);
    int why = errno;
    if (folder >= 0)
        close(folder);
    return ok || error_system(e, why == EACCES || why == EROFS ? ERROR_CONFIG : ERROR_RETRY, why,
                              "the index key %s cannot be made", file);
}

/* --- hashing --- */

void key_hash(struct key *k, enum hash_kind kind, struct span data, unsigned char out[HASH_BYTES])
{
    uint8_t prefix = (uint8_t)kind;
    hmac_sha256_update(&k->hmac, 1, &prefix);
    hmac_sha256_update(&k->hmac, data.n, (const uint8_t *)data.p);
    hmac_sha256_digest(&k->hmac, HASH_BYTES, out); /* and starts anew under the same key */
}

void key_check(struct key *k, char out[KEY_CHECK_SIZE])
{
    unsigned char hash[HASH_BYTES];
    key_hash(k, HASH_CHECK, span_of("backsift"), hash);
    for (size_t i = 0; i < HASH_BYTES; i++)
        snprintf(out + 2 * i, 3, "%02x", hash[i]);
}
