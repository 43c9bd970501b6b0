/*
 * Becoming the user whose mail it is, for a pipe transport that runs us as root.
 */
#ifndef BACKSIFT_CMD_BECOME_USER_H
#define BACKSIFT_CMD_BECOME_USER_H

#include <stdbool.h>

#include "base/error.h"

/* Gives up root for good: groups, group and user become those of the user database, which is
 * verified. HOME, USER, LOGNAME and the current folder become the user's. Run by that user already,
 * only these change; run by another one, or for a user with ID 0, it fails. Errors are of kind
 * ERROR_RETRY: a user database that cannot be asked is no reason to bounce. */
bool become_user(const char *name, struct error *e);

#endif
