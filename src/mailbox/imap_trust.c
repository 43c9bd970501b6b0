/*
 * Fingerprints and the words for a refused certificate. See imap_trust.h. A fingerprint is offered
 * only where the issuer is what is missing: for an expired certificate, or one of another host, a
 * pin would be the wrong way out.
 */
#include "mailbox/imap_trust.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include <gnutls/x509.h>

enum { HEX_SIZE = 2 * 32 + 1 };

/* What the server says of itself; NULL before it has. */
static const gnutls_datum_t *own_certificate(gnutls_session_t tls)
{
    unsigned count = 0;
    const gnutls_datum_t *chain = gnutls_certificate_get_peers(tls, &count);
    return count > 0 ? chain : NULL;
}

static bool fingerprint_of(gnutls_session_t tls, char hex[HEX_SIZE])
{
    const gnutls_datum_t *own = own_certificate(tls);
    unsigned char digest[32];
    size_t n = sizeof digest;
    if (!own || gnutls_fingerprint(GNUTLS_DIG_SHA256, own, digest, &n) != 0)
        return false;
    for (size_t i = 0; i < n; i++)
        snprintf(hex + 2 * i, 3, "%02x", digest[i]);
    return true;
}

bool imap_trust_matches(gnutls_session_t tls, const char *want)
{
    char hex[HEX_SIZE];
    size_t k = 0;
    if (!fingerprint_of(tls, hex))
        return false;
    for (; *want; want++) {
        if (*want == ':')
            continue;
        if (k >= HEX_SIZE - 1 || tolower((unsigned char)*want) != hex[k])
            return false;
        k++;
    }
    return k == HEX_SIZE - 1;
}

static bool is_self_signed(gnutls_session_t tls)
{
    const gnutls_datum_t *own = own_certificate(tls);
    gnutls_x509_crt_t certificate;
    if (!own || gnutls_x509_crt_init(&certificate) != 0)
        return false;
    bool is = gnutls_x509_crt_import(certificate, own, GNUTLS_X509_FMT_DER) == 0 &&
              gnutls_x509_crt_check_issuer(certificate, certificate) == 1;
    gnutls_x509_crt_deinit(certificate);
    return is;
}

void imap_trust_explain(gnutls_session_t tls, char *out, size_t size)
{
    gnutls_datum_t words = {0};
    char hex[HEX_SIZE];
    unsigned status = gnutls_session_get_verify_cert_status(tls);
    const char *why = "its certificate cannot be verified ";
    if (gnutls_certificate_verification_status_print(status, GNUTLS_CRT_X509, &words, 0) == 0)
        why = (const char *)words.data;
    if ((status & GNUTLS_CERT_SIGNER_NOT_FOUND) && fingerprint_of(tls, hex))
        snprintf(out, size,
                 "%s%sIf its administrator tells you the same fingerprint, write "
                 "tls-fingerprint = %s",
                 why, is_self_signed(tls) ? "It is self-signed. " : "", hex);
    else
        snprintf(out, size, "%s", why);
    gnutls_free(words.data);
}

bool imap_trust_is_address(const char *host)
{
    struct in6_addr address;
    return inet_pton(AF_INET, host, &address) == 1 || inet_pton(AF_INET6, host, &address) == 1;
}
