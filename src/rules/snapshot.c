/*
 * Rules are text, and reading some 700 of them takes longer than all the rest of a delivery. So the
 * ruleset, with what was worked out from it, is written as it stands in memory and mapped at the
 * same address the next time, as compilers do with precompiled headers: pointers stay true and only
 * the pages a message touches are read. Where the address is taken, or anything differs from when
 * it was written, the text is read.
 */
#include "rules/snapshot.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/limits.h"
#include "rules/gate.h"
#include "rules/ruleset.h"

/* Between the heap and the libraries of a 47-bit address space, where nothing is put by itself. */
#define SNAPSHOT_ADDRESS ((uintptr_t)0x3b5000000000)

static const char self[] = "/proc/self/exe";
static const char magic[16] = "backsift rules";

/* What a file was when the snapshot was made. */
struct identity {
    const char *path;
    bool exists;
    dev_t device;
    ino_t inode;
    off_t size;
    struct timespec modified, changed;
};

struct snapshot {
    char magic[sizeof magic];
    uint64_t size; /* of the whole */
    struct ruleset root;
    struct rule **rules;
    struct identity *made_from; /* the program, the folders, the files */
    size_t made_from_count;
};

static bool identify(const char *path, struct identity *out)
{
    char program[4096];
    struct stat st;
    const char *real = path;
    *out = (struct identity){.path = path};
    if (strcmp(path, self) == 0) {
        ssize_t n = readlink(self, program, sizeof program - 1);
        if (n <= 0)
            return false;
        program[n] = '\0';
        real = program;
    }
    if (stat(real, &st) != 0)
        return errno == ENOENT;
    *out = (struct identity){path, true, st.st_dev, st.st_ino, st.st_size, st.st_mtim, st.st_ctim};
    return true;
}

static bool same_time(struct timespec a, struct timespec b)
{
    return a.tv_sec == b.tv_sec && a.tv_nsec == b.tv_nsec;
}

static bool is_unchanged(const struct identity *then)
{
    struct identity now;
    if (!identify(then->path, &now) || now.exists != then->exists)
        return false;
    return !now.exists ||
           (now.device == then->device && now.inode == then->inode && now.size == then->size &&
            same_time(now.modified, then->modified) && same_time(now.changed, then->changed));
}

bool ruleset_is_snapshot(const struct ruleset *rs)
{
    return rs->mapped != NULL;
}

/* --- reading --- */

static bool is_own_file(int fd, struct stat *st)
{
    return fstat(fd, st) == 0 && S_ISREG(st->st_mode) && st->st_uid == geteuid() &&
           (st->st_mode & 022) == 0 && (size_t)st->st_size > sizeof(struct snapshot) &&
           (size_t)st->st_size <= LIMIT_SNAPSHOT;
}

static struct snapshot *map_file(const char *file)
{
    struct stat st;
    struct snapshot *s = MAP_FAILED;
    int fd = open(file, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0)
        return NULL;
    if (is_own_file(fd, &st))
        s = mmap((void *)SNAPSHOT_ADDRESS, (size_t)st.st_size, PROT_READ | PROT_WRITE,
                 MAP_PRIVATE | MAP_FIXED_NOREPLACE, fd, 0);
    close(fd);
    if (s == MAP_FAILED)
        return NULL;
    if ((uintptr_t)s == SNAPSHOT_ADDRESS && memcmp(s->magic, magic, sizeof magic) == 0 &&
        s->size == (uint64_t)st.st_size)
        return s;
    munmap(s, (size_t)st.st_size);
    return NULL;
}

/* A damaged file must not kill the process that holds the message: what is looked at here is
 * checked to lie within. The rest is only used where a message is read, and that is a child's work.
 */
static bool is_within(const struct snapshot *s, const void *p, size_t n)
{
    uintptr_t at = (uintptr_t)p;
    return at >= SNAPSHOT_ADDRESS && n <= s->size && at - SNAPSHOT_ADDRESS <= s->size - n;
}

static bool is_sound(const struct snapshot *s)
{
    if (s->made_from_count > s->size / sizeof *s->made_from ||
        (uintptr_t)s->made_from % _Alignof(struct identity) != 0 ||
        !is_within(s, s->made_from, s->made_from_count * sizeof *s->made_from))
        return false;
    const char *end = (const char *)s + s->size;
    for (size_t i = 0; i < s->made_from_count; i++) {
        const char *path = s->made_from[i].path;
        if (!is_within(s, path, 1) || !memchr(path, '\0', (size_t)(end - path)))
            return false;
    }
    return true;
}

static bool is_path(const struct identity *i, const char *path)
{
    return strcmp(i->path, path ? path : "") == 0;
}

/* The first three are the program and the two folders. */
static bool is_current(const struct snapshot *s, const struct rules_options *options)
{
    if (!is_sound(s) || s->made_from_count < 3 ||
        !is_path(&s->made_from[1], options->user_folder) ||
        !is_path(&s->made_from[2], options->shipped_folder))
        return false;
    for (size_t i = 0; i < s->made_from_count; i++)
        if (!is_unchanged(&s->made_from[i]))
            return false;
    return true;
}

struct ruleset *snapshot_load(const struct rules_options *options)
{
    struct snapshot *s = options->snapshot ? map_file(options->snapshot) : NULL;
    if (!s)
        return NULL;
    struct ruleset *rs = is_current(s, options) ? malloc(sizeof *rs) : NULL;
    if (!rs) {
        munmap(s, s->size);
        return NULL;
    }
    *rs = s->root;
    rs->mapped = s;
    rs->mapped_size = s->size;
    rs->arena = arena_new(LIMIT_SNAPSHOT);
    rs->engine = regex_engine_new(options->jit);
    if (rs->arena && rs->engine)
        return rs;
    ruleset_free(rs);
    return NULL;
}

/* --- writing --- */

/* What was worked out of each regex is kept, its compiled form too: a message needs a few of them,
 * and only their pages are read. */
static bool work_out(struct ruleset *rs)
{
    for (struct regex *x = rs->regexes; x; x = x->next_regex) {
        regex_literals(rs->arena, x);
        if (!regex_serialize(rs->engine, rs->arena, x))
            return false;
    }
    regex_free_codes(rs->engine); /* PCRE2's memory is not in what is written */
    for (struct rule_field *f = rs->fields; f; f = f->next)
        if (f->first_gated && !gate_build(rs, f))
            return false;
    return true;
}

static bool note_files(struct snapshot *s, const struct ruleset *rs,
                       const struct rules_options *options)
{
    const char *fixed[] = {self, options->user_folder ? options->user_folder : "",
                           options->shipped_folder};
    s->made_from = arena_array(rs->arena, rs->file_count + 3, sizeof *s->made_from);
    if (!s->made_from)
        return false;
    for (size_t i = 0; i < rs->file_count + 3; i++) {
        const char *path =
            i < 3 ? arena_string(rs->arena, span_of(fixed[i])) : rs->files[i - 3].path;
        if (!path || !identify(path, &s->made_from[i]))
            return false;
    }
    s->made_from_count = rs->file_count + 3;
    return true;
}

/* A file could change once more without any of its times changing, within a tick of its clock. */
static bool is_settled(const struct snapshot *s)
{
    for (size_t i = 1; i < s->made_from_count; i++)
        if (s->made_from[i].exists && s->made_from[i].changed.tv_sec + 2 > clock_now())
            return false;
    return true;
}

/* What of the ruleset stands outside the arena comes into it; what only loading needs is left. */
static bool take_in(struct snapshot *s, struct arena *arena, const struct ruleset *rs)
{
    struct string_table fields = rs->field_table;
    s->rules = arena_array(arena, rs->count, sizeof *s->rules);
    fields.slots = arena_array(arena, fields.size, sizeof *fields.slots);
    if (!s->rules || !fields.slots)
        return false;
    memcpy(s->rules, rs->rules, rs->count * sizeof *s->rules);
    memcpy(fields.slots, rs->field_table.slots, fields.size * sizeof *fields.slots);
    s->root = *rs;
    s->root.rules = s->rules;
    s->root.arena = NULL;
    s->root.engine = NULL;
    s->root.field_table = fields;
    s->root.rule_table = s->root.pattern_table[0] = s->root.pattern_table[1] =
        (struct string_table){0};
    return true;
}

/* Fills the mapped region; *size gets the bytes used. */
static bool build(struct snapshot *s, struct arena *arena, const struct rules_options *options,
                  uint64_t *size, struct error *e)
{
    struct ruleset *rs = ruleset_new(arena, false);
    bool ok = rs && ruleset_read(rs, options, e);
    if (ok && (!note_files(s, rs, options) || !work_out(rs) || !take_in(s, arena, rs)))
        ok = error_memory(e);
    if (ok && !is_settled(s))
        ok = error_set(e, ERROR_RETRY, "the rule files have just changed");
    const char *end = ok ? arena_alloc(arena, 1) : NULL;
    if (end) {
        memcpy(s->magic, magic, sizeof magic);
        *size = s->size = (uint64_t)((uintptr_t)end - (uintptr_t)s) + 1;
    } else if (ok) {
        ok = error_memory(e);
    }
    ruleset_free(rs);
    return ok;
}

static bool write_file(const char *file, const void *bytes, size_t n, struct error *e)
{
    char draft[4200];
    snprintf(draft, sizeof draft, "%s.%ld", file, (long)getpid());
    int fd = open(draft, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0)
        return error_system(e, ERROR_RETRY, errno, "cannot write '%s'", draft);
    bool ok = write(fd, bytes, n) == (ssize_t)n && fsync(fd) == 0;
    ok = close(fd) == 0 && ok && rename(draft, file) == 0;
    if (!ok) {
        error_system(e, ERROR_RETRY, errno, "cannot write '%s'", file);
        unlink(draft);
    }
    return ok;
}

bool ruleset_save(const struct rules_options *options, struct error *e)
{
    struct snapshot *s =
        mmap((void *)SNAPSHOT_ADDRESS, LIMIT_SNAPSHOT, PROT_READ | PROT_WRITE,
             MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED_NOREPLACE, -1, 0);
    if (s == MAP_FAILED)
        return error_system(e, ERROR_RETRY, errno, "no room for a snapshot of the rules");
    const size_t head = (sizeof *s + 63) / 64 * 64;
    uint64_t size = 0;
    bool ok = (uintptr_t)s == SNAPSHOT_ADDRESS;
    if (!ok)
        error_set(e, ERROR_RETRY, "no room for a snapshot of the rules");
    struct arena *arena = ok ? arena_in((char *)s + head, LIMIT_SNAPSHOT - head) : NULL;
    ok = arena && build(s, arena, options, &size, e) && write_file(options->snapshot, s, size, e);
    munmap(s, LIMIT_SNAPSHOT);
    return ok;
}
