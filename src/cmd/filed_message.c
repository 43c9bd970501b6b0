/*
 * Folders above a message may be symbolic links: they are followed before names are compared.
 */
#include "cmd/filed_message.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

/* A path cut at its last slash: "a/b/c" gives "a/b" and "c". */
static bool cut(struct arena *arena, const char *path, const char **folder, const char **name)
{
    const char *slash = strrchr(path, '/');
    *name = slash ? slash + 1 : path;
    *folder = slash ? arena_string(arena, (struct span){path, (size_t)(slash - path)}) : ".";
    return *folder != NULL;
}

/* The folder's name below the Maildir's root: "" is the inbox; ".A.B" and "A/B" are folders. */
static const char *folder_of(const struct config *config, const char *root, const char *directory)
{
    size_t n = strlen(root);
    if (strncmp(directory, root, n) != 0 || (directory[n] != '/' && directory[n] != '\0'))
        return NULL;
    const char *below = directory + n + (directory[n] == '/');
    if (below[0] == '\0')
        return "INBOX";
    return config->layout == LAYOUT_MAILDIRPP && below[0] == '.' ? below + 1 : below;
}

bool filed_message_find(const struct config *config, struct maildir *md, const char *root,
                        struct arena *arena, const char *path, struct maildir_entry *entry,
                        struct error *e)
{
    const char *subdir, *filename, *directory, *name, *folder;
    if (!cut(arena, path, &subdir, &filename))
        return error_memory(e);
    char *real = realpath(subdir, NULL);
    if (!real)
        return error_system(e, ERROR_DATA, errno, "cannot find '%s'", path);
    bool ok = cut(arena, real, &directory, &name) || error_memory(e);
    folder = ok && (strcmp(name, "new") == 0 || strcmp(name, "cur") == 0)
                 ? folder_of(config, root, directory)
                 : NULL;
    if (ok && !folder)
        ok = error_set(e, ERROR_DATA, "'%s' is not in new/ or cur/ of a folder of %s", path,
                       config->maildir);
    bool found = false;
    const char *unique = arena_string(arena, (struct span){filename, strcspn(filename, ":")});
    ok = ok && (unique || error_memory(e)) &&
         maildir_find(md, arena, folder, unique, &found, entry, e);
    free(real);
    return ok && (found || error_set(e, ERROR_DATA, "there is no message '%s'", path));
}

const char *filed_message_root(const struct config *config, struct arena *arena, struct error *e)
{
    char *real = realpath(config->maildir, NULL);
    const char *root = real ? arena_string(arena, span_of(real)) : NULL;
    if (!real)
        error_system(e, ERROR_CONFIG, errno, "cannot find '%s'", config->maildir);
    else if (!root)
        error_memory(e);
    free(real);
    return root;
}
