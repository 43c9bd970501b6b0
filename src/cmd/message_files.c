/*
 * Files, folders and lists. Nothing is kept of what was given, so that a million names take no more
 * memory than one.
 */
#include "cmd/message_files.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/names.h"

#define PATH_SIZE 4096

bool message_files_is_folder(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

static void cannot_read(const struct message_files *m, const char *folder)
{
    struct error e = {0};
    error_system(&e, ERROR_DATA, errno, "cannot read '%s'", folder);
    m->unreadable(m->context, &e);
}

static void visit_names(const struct message_files *m, const char *folder, struct names *names)
{
    char path[PATH_SIZE];
    bool ok;
    while ((ok = names_read(names)) && names->count > 0)
        for (size_t i = 0; i < names->count; i++) {
            snprintf(path, sizeof path, "%s/%s", folder, names->sorted[i]);
            if (!message_files_is_folder(path))
                m->visit(m->context, path);
        }
    if (!ok)
        cannot_read(m, folder);
}

static void visit_folder(const struct message_files *m, const char *folder)
{
    struct names names = {.dir = opendir(folder)};
    if (!names.dir) {
        cannot_read(m, folder);
        return;
    }
    visit_names(m, folder, &names);
    names_free(&names);
    closedir(names.dir);
}

static void visit_maildir(const struct message_files *m, const char *maildir)
{
    static const char *const subdirs[] = {"cur", "new"};
    char path[PATH_SIZE];
    for (size_t i = 0; i < 2; i++) {
        snprintf(path, sizeof path, "%s/%s", maildir, subdirs[i]);
        if (message_files_is_folder(path))
            visit_folder(m, path);
    }
}

static void visit_path(const struct message_files *m, const char *path)
{
    char cur[PATH_SIZE];
    snprintf(cur, sizeof cur, "%s/cur", path);
    if (!message_files_is_folder(path))
        m->visit(m->context, path);
    else if (message_files_is_folder(cur))
        visit_maildir(m, path);
    else
        visit_folder(m, path);
}

void message_files_at(const struct message_files *m, const char *path)
{
    if (strcmp(path, "-") == 0)
        m->visit(m->context, path);
    else
        visit_path(m, path);
}

static bool read_list(const struct message_files *m, FILE *list, int end)
{
    char *name = NULL;
    size_t size = 0;
    ssize_t n;
    while ((errno = 0, n = getdelim(&name, &size, end, list)) > 0) {
        if (name[n - 1] == end)
            name[n - 1] = '\0';
        if (name[0])
            visit_path(m, strcmp(name, "-") == 0 ? "./-" : name);
    }
    bool ok = !ferror(list) && errno != ENOMEM;
    free(name);
    return ok;
}

bool message_files_in_list(const struct message_files *m, const char *list, bool nul,
                           struct error *e)
{
    bool standard_input = strcmp(list, "-") == 0;
    FILE *f = standard_input ? stdin : fopen(list, "re");
    bool ok = f && read_list(m, f, nul ? '\0' : '\n');
    if (!ok)
        error_system(e, ERROR_DATA, errno, "cannot read the list '%s'", list);
    if (f && !standard_input)
        fclose(f);
    return ok;
}
