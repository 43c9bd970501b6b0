/*
 * The two folders into one ruleset: the user's files first, then those shipped ones that no file of
 * the user's replaces, each in byte order of their names.
 */
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "rules/rule_file.h"
#include "rules/rules.h"
#include "rules/ruleset.h"
#include "rules/snapshot.h"

/* Memory for rules: the largest set of files could not fill it. */
#define ARENA_CAP ((size_t)1024 * 1024 * 1024)

static const char suffix[] = ".rules";

static size_t name_length(const char *file_name)
{
    size_t n = strlen(file_name);
    return n > strlen(suffix) ? n - strlen(suffix) : 0;
}

static int is_rule_file(const struct dirent *d)
{
    size_t n = name_length(d->d_name);
    return n > 0 && d->d_name[0] != '.' && strcmp(d->d_name + n, suffix) == 0;
}

static int by_bytes(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

/* A rule's name goes into a header field and into output: plain characters only. */
static bool is_plain(const char *name, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (!ascii_is_alnum(name[i]) && !strchr("-_.", name[i]))
            return false;
    return true;
}

static struct rules_file *find_file(struct ruleset *rs, const char *name)
{
    for (size_t i = 0; i < rs->file_count; i++)
        if (strcmp(rs->files[i].name, name) == 0)
            return &rs->files[i];
    return NULL;
}

static bool add_file(struct ruleset *rs, const char *folder, const char *file_name, bool users,
                     struct error *e)
{
    size_t n = name_length(file_name);
    struct span span = {file_name, n};
    const char *path = arena_printf(rs->arena, "%s/%s", folder, file_name);
    const char *name = arena_string(rs->arena, span);
    if (!path || !name)
        return error_memory(e);
    if (!is_plain(file_name, n))
        return error_set(e, ERROR_CONFIG,
                         "'%s': a rule file's name has letters, digits, '-', '_' and '.' alone: "
                         "rename it",
                         path);
    struct rules_file *replacing = find_file(rs, name);
    if (replacing) {
        replacing->replaces = path;
        return true;
    }
    if (rs->file_count >= LIMIT_RULE_FILES)
        return error_set(e, ERROR_CONFIG, "'%s': there are more than %d rule files", folder,
                         LIMIT_RULE_FILES);
    size_t before = rs->count;
    if (!rule_file_read(rs, path, name, e))
        return false;
    rs->files[rs->file_count++] = (struct rules_file){path, name, NULL, users, rs->count - before};
    return true;
}

static bool load_folder(struct ruleset *rs, const char *folder, bool users, struct error *e)
{
    struct dirent **entries = NULL;
    int count = scandir(folder, &entries, is_rule_file, by_bytes);
    if (count < 0 && users && errno == ENOENT)
        return true;
    if (count < 0)
        return error_system(e, ERROR_CONFIG, errno, "cannot read the rules in '%s'", folder);
    bool ok = true;
    for (int i = 0; i < count; i++) {
        ok = ok && add_file(rs, folder, entries[i]->d_name, users, e);
        free(entries[i]);
    }
    free(entries);
    return ok;
}

struct ruleset *ruleset_new(struct arena *arena, bool jit)
{
    struct ruleset *rs = calloc(1, sizeof *rs);
    if (!rs) {
        arena_free(arena);
        return NULL;
    }
    rs->arena = arena;
    rs->engine = regex_engine_new(jit);
    if (arena)
        rs->files = arena_array(arena, LIMIT_RULE_FILES, sizeof *rs->files);
    if (rs->files && rs->engine)
        return rs;
    ruleset_free(rs);
    return NULL;
}

bool ruleset_read(struct ruleset *rs, const struct rules_options *options, struct error *e)
{
    return (!options->user_folder || load_folder(rs, options->user_folder, true, e)) &&
           load_folder(rs, options->shipped_folder, false, e);
}

struct ruleset *ruleset_load(const struct rules_options *options, struct error *e)
{
    struct ruleset *rs = snapshot_load(options);
    if (rs)
        return rs;
    rs = ruleset_new(arena_new(ARENA_CAP), options->jit);
    if (!rs) {
        error_memory(e);
        return NULL;
    }
    if (ruleset_read(rs, options, e))
        return rs;
    ruleset_free(rs);
    return NULL;
}
