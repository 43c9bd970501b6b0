/*
 * Finding folders. Only names are made here, nothing is created. The rules that ship are looked for
 * beside the program first, so that a build tree and a moved installation use their own.
 */
#include "config/paths.h"

#include <errno.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define SITE_CONFIG "/etc/backsift/backsift.conf"

static const char *home_folder(struct arena *arena)
{
    const char *home = getenv("HOME");
    if (!home || home[0] != '/') {
        const struct passwd *user = getpwuid(geteuid());
        home = user ? user->pw_dir : NULL;
    }
    if (!home || home[0] != '/')
        return NULL;
    struct span s = span_of(home);
    while (s.n > 1 && s.p[s.n - 1] == '/')
        s.n--;
    return arena_string(arena, s.n > 1 ? s : span_of(""));
}

/* An XDG base folder must be absolute; a relative one is to be ignored (XDG Base Directory
 * Specification, "Basics"). */
static const char *base_folder(struct arena *arena, enum caller caller, const char *variable,
                               const char *home, const char *below_home)
{
    const char *value = caller == CALLER_USER ? getenv(variable) : NULL;
    if (value && value[0] == '/')
        return arena_printf(arena, "%s/backsift", value);
    return arena_printf(arena, "%s/%s/backsift", home, below_home);
}

/* Only a certain "not there" counts as missing: what cannot be looked at must be an error when it
 * is read, not a silent change to other settings. */
static bool exists(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0 || (errno != ENOENT && errno != ENOTDIR);
}

static const char *absolute(struct arena *arena, const char *path)
{
    if (path[0] == '/')
        return arena_string(arena, span_of(path));
    char *folder = getcwd(NULL, 0);
    const char *whole = arena_printf(arena, "%s/%s", folder ? folder : ".", path);
    free(folder);
    return whole;
}

static const char *find_config_file(struct arena *arena, const char *option, const char *folder)
{
    if (option)
        return absolute(arena, option);
    const char *own = arena_printf(arena, "%s/backsift.conf", folder);
    return own && !exists(own) && exists(SITE_CONFIG) ? SITE_CONFIG : own;
}

static bool is_folder(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

static const char *find_shipped_rules(struct arena *arena)
{
    /* installed in bin/ or in libexec/backsift/; built in build/, build/NAME/ or their tests/ */
    static const char *const beside[] = {"../share/backsift/rules", "../../share/backsift/rules",
                                         "../rules", "../../rules", "../../../rules"};
    char program[4096];
    ssize_t n = readlink("/proc/self/exe", program, sizeof program);
    while (n > 0 && program[n - 1] != '/')
        n--;
    for (size_t i = 0; n > 0 && i < sizeof beside / sizeof *beside; i++) {
        const char *path = arena_printf(arena, "%.*s%s", (int)n, program, beside[i]);
        char *real = path && is_folder(path) ? realpath(path, NULL) : NULL;
        if (real) {
            path = arena_string(arena, span_of(real));
            free(real);
            return path;
        }
    }
    return BACKSIFT_RULES;
}

bool paths_find(struct arena *arena, enum caller caller, const char *config_option,
                struct paths *out, struct error *e)
{
    out->home = home_folder(arena);
    if (!out->home)
        return error_set(e, ERROR_RETRY,
                         "no home folder: HOME is not an absolute path and the user database has "
                         "none for user id %ld",
                         (long)geteuid());
    out->config_folder = base_folder(arena, caller, "XDG_CONFIG_HOME", out->home, ".config");
    out->state_folder = base_folder(arena, caller, "XDG_STATE_HOME", out->home, ".local/state");
    if (!out->config_folder || !out->state_folder)
        return error_memory(e);
    out->config_file = find_config_file(arena, config_option, out->config_folder);
    out->user_rules = arena_printf(arena, "%s/rules", out->config_folder);
    out->shipped_rules = find_shipped_rules(arena);
    if (!out->config_file || !out->user_rules || !out->shipped_rules)
        return error_memory(e);
    return true;
}
