/*
 * Private to store/: the hashes under which sent messages are kept and looked up.
 */
#ifndef BACKSIFT_STORE_SENT_HASH_H
#define BACKSIFT_STORE_SENT_HASH_H

#include "store/store_private.h"

/* A hash; n is 0 when there is none: the text has no normal form. */
struct hash {
    unsigned char bytes[HASH_BYTES];
    size_t n;
};

/* The forms under which a recipient is kept and looked up: the normal one and, where it differs,
 * the plain one. */
struct hash_forms {
    struct hash hash[2];
    size_t count;
};

/* Each takes text in clear (NULL or "" gives no hash) and uses the store's scratch memory. */
struct hash hash_message_id(struct store *s, const char *message_id);
struct hash hash_sender(struct store *s, const char *address);
struct hash_forms hash_recipient(struct store *s, const char *address);

/* The first n bytes of a hash, or an empty blob where there is none. */
static inline struct value hash_start(const struct hash *h, size_t n)
{
    return value_blob(h->bytes, n < h->n ? n : h->n);
}

/* The last n bytes: independent of the first, as an ID's tail in sent_to. */
static inline struct value hash_tail(const struct hash *h, size_t n)
{
    return h->n == 0 ? value_blob(NULL, 0) : value_blob(h->bytes + HASH_BYTES - n, n);
}

#endif
