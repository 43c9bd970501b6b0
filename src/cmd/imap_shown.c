/*
 * A table of what the journal has, made once for a mailbox: looking through the journal for each
 * response would take its square. The server's own number for a message (X-GM-MSGID) is not kept in
 * the journal; time of arrival and findings, with the Message-ID among them, tell as much.
 */
#include "cmd/imap_shown.h"

#include <string.h>

#include <nettle/sha2.h>

#include "base/limits.h"

#define BUCKETS 4096

struct filed {
    const struct filed *next;
    unixtime arrival, time;
    unsigned char digest[SHA256_DIGEST_SIZE];
    const char *file, *folder;
};

struct imap_shown {
    struct arena *arena; /* holds this, too */
    const char *account;
    const struct filed *buckets[BUCKETS];
};

static size_t digest_of(struct span findings, unsigned char *digest)
{
    struct sha256_ctx sha;
    sha256_init(&sha);
    sha256_update(&sha, findings.n, (const uint8_t *)findings.p);
    sha256_digest(&sha, SHA256_DIGEST_SIZE, digest);
    return (digest[0] * 256u + digest[1]) % BUCKETS;
}

/* What has no room is not known, and gets a second event. */
static bool add(void *context, const struct journal_event *event)
{
    struct imap_shown *shown = context;
    if (strcmp(event->mailbox, shown->account) != 0)
        return true;
    struct filed *filed = arena_alloc(shown->arena, sizeof *filed);
    const char *file = arena_string(shown->arena, span_of(event->file));
    const char *folder = arena_string(shown->arena, span_of(event->folder));
    if (!filed || !file || !folder)
        return false;
    *filed = (struct filed){
        .arrival = event->arrival, .time = event->time, .file = file, .folder = folder};
    size_t bucket = digest_of(event->findings, filed->digest);
    filed->next = shown->buckets[bucket];
    shown->buckets[bucket] = filed;
    return true;
}

struct imap_shown *imap_shown_load(struct imap_run *r, unixtime since, struct error *e)
{
    struct arena *arena = arena_new(LIMIT_ARENA);
    struct imap_shown *shown = arena ? arena_alloc(arena, sizeof *shown) : NULL;
    if (!shown) {
        arena_free(arena);
        error_memory(e);
        return NULL;
    }
    *shown = (struct imap_shown){.arena = arena, .account = r->name};
    bool may_be = imap_can(&r->session, "X-GM-EXT-1") && r->account->mailboxes.count > 1;
    if (!may_be || journal_each(r->context.store, since, clock_now() + 1, add, shown, e))
        return shown;
    imap_shown_free(shown);
    return NULL;
}

void imap_shown_free(struct imap_shown *shown)
{
    if (shown)
        arena_free(shown->arena);
}

const char *imap_shown_folder(const struct imap_shown *shown, const char *file, unixtime arrival,
                              struct span findings, unixtime filed_since)
{
    unsigned char digest[SHA256_DIGEST_SIZE];
    const struct filed *f = shown->buckets[digest_of(findings, digest)];
    for (; f; f = f->next)
        if (f->arrival == arrival && f->time >= filed_since &&
            memcmp(f->digest, digest, sizeof digest) == 0 && strcmp(f->file, file) != 0)
            return f->folder;
    return NULL;
}
