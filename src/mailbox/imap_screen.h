/*
 * What a server says, looked through byte by byte before libetpan parses it: libetpan follows
 * brackets by recursion, takes the memory of a literal when its length is said, and reads beyond
 * some answers that RFC 3501 does not allow. Those are refused here.
 */
#ifndef BACKSIFT_MAILBOX_IMAP_SCREEN_H
#define BACKSIFT_MAILBOX_IMAP_SCREEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Where in an answer the next byte stands; all 0 at the start of a connection. */
struct imap_screen {
    enum {
        IMAP_SCREEN_START,   /* of a line */
        IMAP_SCREEN_STAR,    /* behind its "*" */
        IMAP_SCREEN_DATA,    /* what libetpan takes to pieces */
        IMAP_SCREEN_QUOTED,  /* in a quoted string of such */
        IMAP_SCREEN_ESCAPED, /* behind a backslash there */
        IMAP_SCREEN_TEXT,    /* words for people, with a code before them */
        IMAP_SCREEN_LITERAL
    } at;
    enum { IMAP_SCREEN_NO_LENGTH, IMAP_SCREEN_DIGITS, IMAP_SCREEN_SAID } length;
    uint64_t number; /* the length of a literal that is being said; bytes left of one */
    char word[12];   /* the first letters behind "*", or behind "[" in a text, in lower case */
    unsigned word_n, open; /* its letters; brackets that are open in this line */
    bool is_namespace;     /* the line is NAMESPACE */
    unsigned empty;        /* empty strings in a row */
};

/* Looks through the next n bytes; left: how many may still come for this command, these counted.
 * NULL, or why they must not be parsed, for an error text. Nothing can be passed after that. */
const char *imap_screen_pass(struct imap_screen *s, const char *p, size_t n, uint64_t left);

#endif
