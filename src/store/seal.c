/*
 * Sealing: what a source must carry from run to run in clear words is kept encrypted, with a key
 * made from the key file's, so that the store alone reveals nothing of it.
 */
#include <errno.h>
#include <string.h>
#include <sys/random.h>

#include <nettle/base64.h>
#include <nettle/chacha-poly1305.h>

#include "store/store_private.h"

#define NONCE CHACHA_POLY1305_NONCE_SIZE
#define TAG   CHACHA_POLY1305_DIGEST_SIZE

_Static_assert(SEAL_BYTES == NONCE + TAG, "a nonce and a tag");

/* 32 bytes of key from two hashes of different texts. */
static void start(struct key *k, struct chacha_poly1305_ctx *ctx, const unsigned char *nonce)
{
    unsigned char key[CHACHA_POLY1305_KEY_SIZE];
    key_hash(k, HASH_SEAL, span_of("first half"), key);
    key_hash(k, HASH_SEAL, span_of("second half"), key + HASH_BYTES);
    chacha_poly1305_set_key(ctx, key);
    chacha_poly1305_set_nonce(ctx, nonce);
    explicit_bzero(key, sizeof key);
}

bool key_seal(struct key *k, struct span data, unsigned char *out)
{
    struct chacha_poly1305_ctx ctx;
    if (getrandom(out, NONCE, 0) != NONCE)
        return false;
    start(k, &ctx, out);
    chacha_poly1305_encrypt(&ctx, data.n, out + NONCE, (const uint8_t *)data.p);
    chacha_poly1305_digest(&ctx, TAG, out + NONCE + data.n);
    explicit_bzero(&ctx, sizeof ctx);
    return true;
}

bool key_unseal(struct key *k, struct span sealed, unsigned char *out)
{
    struct chacha_poly1305_ctx ctx;
    unsigned char tag[TAG], differ = 0;
    if (sealed.n < SEAL_BYTES)
        return false;
    const unsigned char *p = (const unsigned char *)sealed.p;
    size_t n = sealed.n - SEAL_BYTES;
    start(k, &ctx, p);
    chacha_poly1305_decrypt(&ctx, n, out, p + NONCE);
    chacha_poly1305_digest(&ctx, TAG, tag);
    explicit_bzero(&ctx, sizeof ctx);
    for (size_t i = 0; i < TAG; i++)
        differ |= (unsigned char)(tag[i] ^ p[NONCE + n + i]);
    return differ == 0;
}

static int hex_value(char c)
{
    return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

const char *store_seal(struct store *s, struct arena *arena, struct span text, struct error *e)
{
    size_t n = text.n + SEAL_BYTES;
    unsigned char *sealed = arena_alloc(arena, n);
    char *hex = arena_alloc(arena, 2 * n + 1);
    if (!sealed || !hex) {
        error_memory(e);
        return NULL;
    }
    if (!key_seal(s->key, text, sealed)) {
        error_system(e, ERROR_RETRY, errno, "no random bytes");
        return NULL;
    }
    for (size_t i = 0; i < n; i++) {
        hex[2 * i] = "0123456789abcdef"[sealed[i] >> 4];
        hex[2 * i + 1] = "0123456789abcdef"[sealed[i] & 15];
    }
    return hex;
}

const char *store_unseal(struct store *s, struct arena *arena, const char *sealed, struct error *e)
{
    size_t n = strlen(sealed) / 2;
    char *bytes = arena_alloc(arena, n + 1);
    char *text = arena_alloc(arena, n + 1);
    if (!bytes || !text) {
        error_memory(e);
        return NULL;
    }
    for (size_t i = 0; i < n; i++) {
        int high = hex_value(sealed[2 * i]), low = hex_value(sealed[2 * i + 1]);
        if (high < 0 || low < 0)
            return "";
        bytes[i] = (char)(high * 16 + low);
    }
    if (!key_unseal(s->key, (struct span){bytes, n}, (unsigned char *)text))
        return "";
    text[n - SEAL_BYTES] = '\0';
    return text;
}

/* Base64 of RFC 4648 5, which needs no quoting in an address, without padding. */
const char *store_pseudonym(struct store *s, struct arena *arena, struct span text)
{
    unsigned char hash[HASH_BYTES];
    char word[BASE64_ENCODE_RAW_LENGTH(HASH_BYTES)];
    key_hash(s->key, HASH_PSEUDONYM, text, hash);
    base64_encode_raw(word, HASH_BYTES, hash);
    size_t n = sizeof word;
    while (n > 0 && word[n - 1] == '=')
        n--;
    for (size_t i = 0; i < n; i++)
        word[i] = word[i] == '+' ? '-' : word[i] == '/' ? '_' : word[i];
    return arena_string(arena, (struct span){word, n});
}
