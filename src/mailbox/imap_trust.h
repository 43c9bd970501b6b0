/*
 * Whether the server at the other end of a TLS session is the one it should be, and what a person
 * needs to know where it is not.
 */
#ifndef BACKSIFT_MAILBOX_IMAP_TRUST_H
#define BACKSIFT_MAILBOX_IMAP_TRUST_H

#include <stdbool.h>
#include <stddef.h>

#include <gnutls/gnutls.h>

/* How the server proves who it is. */
struct imap_trust {
    const char *ca_file; /* PEM; NULL: the system's store */
    const char
        *fingerprint; /* SHA-256 of the certificate in hex, colons allowed; then neither chain
                         nor name are looked at (RFC 7469's idea of a pin); NULL: verify both */
};

/* Whether the certificate that the server has shown has that fingerprint, written as in struct
 * imap_trust. False when it has shown none. */
bool imap_trust_matches(gnutls_session_t tls, const char *fingerprint);

/* Why the verification of the server's certificate failed, one line of at most size bytes: the
 * words of GnuTLS and, where nobody who is trusted vouches for the certificate, whether it is
 * self-signed and the fingerprint it could be pinned by. */
void imap_trust_explain(gnutls_session_t tls, char *out, size_t size);

/* Whether host is a literal IPv4 or IPv6 address, which SNI must not carry (RFC 6066 3). */
bool imap_trust_is_address(const char *host);

#endif
