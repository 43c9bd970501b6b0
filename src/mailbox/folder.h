/*
 * Folders of one Maildir: their names, their directories, and how they come to be.
 */
#ifndef BACKSIFT_MAILBOX_FOLDER_H
#define BACKSIFT_MAILBOX_FOLDER_H

#include "mailbox/maildir.h"
#include "mailbox/unique_name.h"

struct maildir {
    int root; /* its descriptor; the inbox's cur, new and tmp are in it */
    enum maildir_layout layout;
    struct name_sequence names;
    char *path; /* as given, for messages only */
};

/* Longest relative path of a folder, its dot and NUL included: one file name (NAME_MAX). */
#define FOLDER_PATH_SIZE 256

/* A folder's path below the Maildir: "." for the inbox, ".A.B" or "A/B" else. False with *e when
 * the name cannot be one. */
bool folder_path(const struct maildir *md, const char *folder, char out[FOLDER_PATH_SIZE],
                 struct error *e);

/* Opens the directory of an existing folder. -1 with *e, or with *missing set and *e untouched when
 * there is no such folder. */
int folder_open(const struct maildir *md, const char *folder, bool *missing, struct error *e);

/* The same for new/ or cur/ of an existing folder; both may be missing. */
int folder_open_subdir(const struct maildir *md, const char *folder, const char *subdir,
                       bool *missing, struct error *e);

/* Opens new/ or cur/ of a folder after making and syncing whatever of the folder is missing. -1
 * with *e. */
int folder_make(const struct maildir *md, const char *folder, const char *subdir, struct error *e);

/* Makes cur/, new/ and tmp/ in the folder directory dir where missing, and with mark the file
 * maildirfolder when any of them was or when is_new; synced. False with errno. */
bool folder_complete(int dir, bool is_new, bool mark);

#endif
