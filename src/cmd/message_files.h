/*
 * The files that a command line means: files, folders, Maildirs, and lists of these.
 */
#ifndef BACKSIFT_CMD_MESSAGE_FILES_H
#define BACKSIFT_CMD_MESSAGE_FILES_H

#include <stdbool.h>

#include "base/error.h"

struct message_files {
    void *context;
    /* Each file, in the order given; "-" is standard input. */
    void (*visit)(void *context, const char *path);
    /* A folder that cannot be read. */
    void (*unreadable)(void *context, const struct error *e);
};

/* The file at path; of a folder all files in it, one level deep, those whose names begin with a dot
 * left out; of a Maildir those in cur/ and new/. Up to 10,000 of a folder come in the order of
 * their names. */
void message_files_at(const struct message_files *m, const char *path);

/* The same for each name in a file ("-": standard input), where names end with a new line, or with
 * NUL. Empty ones are skipped, and "-" is a file of that name. False with *e when the list cannot
 * be read to its end. */
bool message_files_in_list(const struct message_files *m, const char *list, bool nul,
                           struct error *e);

/* Whether path is a folder. */
bool message_files_is_folder(const char *path);

#endif
