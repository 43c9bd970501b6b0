/*
 * Errors are values that travel up: a function that can fail takes a struct error, fills it and
 * returns false. Only cmd/ turns a kind into an exit code.
 */
#ifndef BACKSIFT_BASE_ERROR_H
#define BACKSIFT_BASE_ERROR_H

#include <stdbool.h>

enum error_kind {
    ERROR_NONE = 0,
    ERROR_USAGE,  /* the command line: the user must change it */
    ERROR_CONFIG, /* backsift.conf or a rule file: file:line is in the text */
    ERROR_RETRY,  /* disk, memory, locks, time: may be better later */
    ERROR_DATA,   /* an input that cannot be used: a missing file, a broken export */
    ERROR_REFUSED /* understood and not done, as the user's own settings ask */
};

/* text is one line without a final newline and without the program name, of the form
 * "[file:line: ]what is wrong and what to do", safe to print on a terminal. */
struct error {
    enum error_kind kind;
    char text[1024];
};

/* Fills *e; control characters that come in by arguments are replaced by '?'. A too long text is
 * cut. e may be NULL. Always returns false, so that "return error_set(...)" reads well. */
__attribute__((format(printf, 3, 4))) bool error_set(struct error *e, enum error_kind kind,
                                                     const char *format, ...);

/* The same with ": " and the C library's words for errno_value put behind the text. */
__attribute__((format(printf, 4, 5))) bool error_system(struct error *e, enum error_kind kind,
                                                        int errno_value, const char *format, ...);

/* The text for an allocation that failed; kind ERROR_RETRY. */
bool error_memory(struct error *e);

#endif
