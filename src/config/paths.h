/*
 * Where things are: configuration, state, rules (XDG Base Directory Specification).
 */
#ifndef BACKSIFT_CONFIG_PATHS_H
#define BACKSIFT_CONFIG_PATHS_H

#include "base/arena.h"
#include <stdbool.h>

#include "base/error.h"

/* How the program was called decides whether XDG variables count: a mail system's environment is
 * not the user's shell, and must not move the state the user's shell sees. */
enum caller { CALLER_USER, CALLER_MAIL_SYSTEM };

/* Absolute paths, arena memory, never NULL. */
struct paths {
    const char *home;
    const char *config_folder; /* XDG_CONFIG_HOME/backsift or ~/.config/backsift */
    const char *config_file;   /* --config FILE; else config_folder/backsift.conf if it exists, else
                                  /etc/backsift/backsift.conf if that exists, else the former */
    const char *state_folder;  /* XDG_STATE_HOME/backsift or ~/.local/state/backsift; not created */
    const char *user_rules;    /* config_folder/rules */
    const char
        *shipped_rules; /* beside the program when run from a build or a moved tree (its
                           folder's ../share/backsift/rules or ../rules), else the installed */
};

/* config_option is --config or NULL. HOME is used when absolute, else the user database. False when
 * no home folder can be found. */
bool paths_find(struct arena *arena, enum caller caller, const char *config_option,
                struct paths *out, struct error *e);

#endif
