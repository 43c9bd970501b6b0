/*
 * Charsets of mail: conversion to UTF-8, and loading the converters of a message before a sandbox
 * shuts the file system off (glibc's iconv_open maps a file for each charset).
 */
#ifndef BACKSIFT_MESSAGE_CHARSET_H
#define BACKSIFT_MESSAGE_CHARSET_H

#include <iconv.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/span.h"

/* Converters held for one message; one that names more than these is not honest. And all there
 * are. */
#define CHARSETS_PRELOADED 16
#define CHARSETS_KNOWN     64

/* The caller's; start from {0}. While a converter is open its code stays loaded, so that later
 * iconv_open calls for the same charset touch no file. */
struct preloaded_charsets {
    const char *names[CHARSETS_KNOWN]; /* static strings */
    iconv_t open[CHARSETS_KNOWN];
    size_t count;
};

/* The charsets named in the raw bytes of a message ("charset=NAME", "=?NAME?"), each once, at most
 * max, that need a converter: those converted by hand (US-ASCII, UTF-8, ISO-8859-1, windows-1252)
 * and unknown ones are left out. Views of bytes. Reads at most LIMIT_MESSAGE_PARSED bytes. Returns
 * how many. Charsets named only inside base64 are not found: after the sandbox is closed such a
 * converter cannot be opened when openat fails with an error, and the text is then read as
 * windows-1252. */
size_t message_charsets_in(struct span bytes, struct span *out, size_t max);

/* Opens a converter for each of these that is not held yet. Call before forking the sandboxed
 * child; once for many messages is fine. Nothing to report: what cannot be opened is read as
 * windows-1252. */
void message_preload_charsets(struct preloaded_charsets *held, struct span bytes);
/* The same for every charset that can be converted: for a child that reads many messages. Some
 * 5 ms. */
void message_preload_all_charsets(struct preloaded_charsets *held);
void message_unload_charsets(struct preloaded_charsets *held);

/* Private to message/ from here. */

/* Adds bytes to out as UTF-8; stops before the first character that does not fit into out->limit,
 * without failing. charset is as written in mail. An empty, unknown or 7-bit charset is read as
 * UTF-8, and each byte that is not UTF-8 as windows-1252; what cannot be converted is U+FFFD. */
void charset_to_utf8(struct buf *out, struct span bytes, struct span charset);

/* Adds one character; false, and nothing added, when it does not fit into out->limit. A code point
 * that is none becomes U+FFFD; 0x80-0x9f are read as windows-1252, as browsers do. */
bool utf8_add(struct buf *out, unsigned code_point);

#endif
