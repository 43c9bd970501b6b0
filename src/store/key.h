/*
 * The key file of the store and what is made with it: keyed hashes, so that the index reveals
 * neither Message-IDs nor addresses, and two stores under one key hold the same hashes.
 */
#ifndef BACKSIFT_STORE_KEY_H
#define BACKSIFT_STORE_KEY_H

#include <stdbool.h>

#include "base/error.h"
#include "base/span.h"

#define HASH_BYTES 16
/* Bytes of key_check's text with its NUL. */
#define KEY_CHECK_SIZE (2 * HASH_BYTES + 1)

/* What is hashed: a byte in front of the data, so that an ID and an address of the same spelling
 * have different hashes. Part of the store's content: never change. */
enum hash_kind {
    HASH_MESSAGE_ID = 'i',
    HASH_ADDRESS = 'a',
    HASH_ITEM = 'f',
    HASH_CHECK = 'c',
    HASH_SEAL = 's',
    HASH_PSEUDONYM = 'p'
};

struct key;

/* Reads a key file: 64 hex digits. NULL on error, of kind ERROR_CONFIG when group or others may
 * touch the file or its content is no key. *missing (not NULL) tells whether there is no such file;
 * then *e is not filled. The caller ends the key with key_free, which wipes it. */
struct key *key_read(const char *file, bool *missing, struct error *e);
void key_free(struct key *k);

/* Makes a key file of 32 random bytes (0600), and its folder (0700) when missing, both synced. It
 * appears whole or not at all. A file that stands there already stays as it is: true. */
bool key_create(const char *file, struct error *e);

/* The first HASH_BYTES bytes of HMAC-SHA256 (RFC 2104) of kind and data. */
void key_hash(struct key *k, enum hash_kind kind, struct span data, unsigned char out[HASH_BYTES]);

/* Bytes by which sealing makes its input longer: a nonce and a tag. */
#define SEAL_BYTES 28

/* Encrypts data so that only the same key opens it (ChaCha20-Poly1305, RFC 8439, under a random
 * nonce): data.n + SEAL_BYTES bytes into out. False when there are no random bytes. */
bool key_seal(struct key *k, struct span data, unsigned char *out);
/* The reverse: sealed.n - SEAL_BYTES bytes into out. False when it was not sealed by this key. */
bool key_unseal(struct key *k, struct span sealed, unsigned char *out);

/* A hash of a fixed text in hex: the same for the same key, and tells nothing else of it. */
void key_check(struct key *k, char out[KEY_CHECK_SIZE]);

#endif
