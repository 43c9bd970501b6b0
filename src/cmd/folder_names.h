/*
 * Which messages a folder holds, read once: looking for each of many removed messages by itself
 * would read a large folder as often.
 */
#ifndef BACKSIFT_CMD_FOLDER_NAMES_H
#define BACKSIFT_CMD_FOLDER_NAMES_H

#include "mailbox/maildir.h"

struct folder_listing {
    const char *folder;
    const char **names; /* unique names, sorted */
    size_t count;
    struct folder_listing *next;
};

/* Start from {.maildir, .arena}; all memory is the arena's. */
struct folder_names {
    struct maildir *maildir;
    struct arena *arena;
    struct folder_listing *listings;
};

/* *there: does the folder hold a message of that unique name? Folders are read at their first
 * question. */
bool folder_names_have(struct folder_names *f, const char *folder, const char *unique, bool *there,
                       struct error *e);

#endif
