/*
 * Dropping privileges: supplementary groups first, then the group, then the user, all three IDs of
 * each, since afterwards there is no right left to do so. What was asked for is then looked at.
 */
#include "cmd/become_user.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdlib.h>
#include <unistd.h>

static bool is_dropped(uid_t uid, gid_t gid)
{
    uid_t real, effective, saved;
    gid_t real_group, effective_group, saved_group;
    return getresuid(&real, &effective, &saved) == 0 && real == uid && effective == uid &&
           saved == uid && getresgid(&real_group, &effective_group, &saved_group) == 0 &&
           real_group == gid && effective_group == gid && saved_group == gid && setuid(0) != 0 &&
           seteuid(0) != 0;
}

static bool drop(const struct passwd *user, struct error *e)
{
    if (initgroups(user->pw_name, user->pw_gid) != 0 ||
        setresgid(user->pw_gid, user->pw_gid, user->pw_gid) != 0 ||
        setresuid(user->pw_uid, user->pw_uid, user->pw_uid) != 0)
        return error_system(e, ERROR_RETRY, errno, "cannot become user %s", user->pw_name);
    return is_dropped(user->pw_uid, user->pw_gid) ||
           error_set(e, ERROR_RETRY, "cannot become user %s for good", user->pw_name);
}

static bool set_surroundings(const struct passwd *user, struct error *e)
{
    if (!user->pw_dir || user->pw_dir[0] != '/')
        return error_set(e, ERROR_RETRY, "user %s has no home folder", user->pw_name);
    if (setenv("HOME", user->pw_dir, 1) != 0 || setenv("USER", user->pw_name, 1) != 0 ||
        setenv("LOGNAME", user->pw_name, 1) != 0)
        return error_memory(e);
    if (chdir(user->pw_dir) != 0)
        return error_system(e, ERROR_RETRY, errno, "%s: cannot go there", user->pw_dir);
    return true;
}

bool become_user(const char *name, struct error *e)
{
    errno = 0;
    const struct passwd *user = getpwnam(name);
    if (!user && errno != 0 && errno != ENOENT)
        return error_system(e, ERROR_RETRY, errno, "cannot look up user '%s'", name);
    if (!user)
        return error_set(e, ERROR_RETRY, "there is no user '%s'", name);
    if (user->pw_uid == 0)
        return error_set(e, ERROR_RETRY, "--user %s: mail is not delivered as root", name);
    if (geteuid() != 0 && (geteuid() != user->pw_uid || getuid() != user->pw_uid))
        return error_set(e, ERROR_RETRY, "--user %s works for root and for that user only", name);
    return (geteuid() != 0 || drop(user, e)) && set_surroundings(user, e);
}
