/*
 * The address of a host stands in the Received fields of what it sent, not in the journal: one
 * response of each is looked at. Nothing here can fail a digest: no answer is none.
 */
#include "cmd/digest_blocklists.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/limits.h"
#include "cmd/refile.h"
#include "evidence/sending_host.h"
#include "mailbox/maildir.h"
#include "message/message.h"

/* Lines "TIME LISTING NAME" of questions answered before, the latest last. */
#define NOTE_ANSWERS "blocklist-answers"

struct asker {
    struct context *context;
    struct arena *arena;
    unixtime now;
    const char *note; /* what is kept */
    struct buf fresh; /* what is added to it */
    bool failed;      /* memory */
};

/* --- the addresses of hosts --- */

static const char *address_in(struct asker *a, struct maildir *md, const struct place *place)
{
    struct maildir_entry entry;
    struct error e = {0};
    struct span bytes;
    struct header header;
    struct sending_host host;
    size_t used;
    bool found = false;
    if (!maildir_find(md, a->arena, place->folder, place->file, &found, &entry, &e) || !found)
        return "";
    int fd = maildir_entry_open(md, &entry, &e);
    bool ok = fd >= 0 && context_read_fd(a->arena, fd, place->file, &bytes, &e);
    if (fd >= 0)
        close(fd);
    if (!ok || !header_parse(a->arena, bytes, 0, &header, &used) ||
        !sending_host_find(&header, a->context->config, &host))
        return "";
    const char *address = arena_string(a->arena, host.address);
    a->failed = a->failed || !address;
    return address ? address : "";
}

/* Hosts with an address, each address once. */
static size_t find_hosts(struct asker *a, const struct summary *s, struct blocklist_host *out)
{
    const struct config *c = a->context->config;
    struct error e = {0};
    struct maildir *md = maildir_open(c->maildir, c->layout, false, &e);
    const char *mailbox = refile_mailbox(a->arena, c->maildir);
    size_t count = 0;
    for (size_t i = 0; md && mailbox && i < s->forged_host_count && count < LIMIT_BLOCKLIST_HOSTS;
         i++) {
        const struct place *place = &s->forged_host_examples[i];
        if (strcmp(place->mailbox, mailbox) != 0)
            continue;
        const char *address = address_in(a, md, place);
        bool again = address[0] == '\0';
        for (size_t k = 0; k < count; k++)
            again = again || strcmp(out[k].address, address) == 0;
        if (!again)
            out[count++] =
                (struct blocklist_host){.host = s->forged_hosts[i].name, .address = address};
    }
    if (md)
        maildir_close(md);
    return count;
}

/* --- answers that are kept --- */

/* The latest line of a name decides, if it is young enough. */
static enum listing kept_answer(const struct asker *a, const char *name)
{
    struct span rest = span_of(a->note), line;
    enum listing found = LISTING_UNKNOWN;
    while (span_next_line(&rest, &line)) {
        size_t first = span_find_byte(line, ' ', 0), second = span_find_byte(line, ' ', first + 1);
        int64_t time = strtoll(line.p, NULL, 10);
        if (span_is(span_slice(line, second + 1, line.n), name) && time <= a->now &&
            time > a->now - LIMIT_BLOCKLIST_SECONDS && second == first + 2)
            found = line.p[first + 1] == 'y' ? LISTING_YES : LISTING_NO;
    }
    return found;
}

static void keep_answer(struct asker *a, const char *name, enum listing listing)
{
    if (listing != LISTING_UNKNOWN)
        buf_printf(&a->fresh, "%" PRId64 " %c %s\n", a->now, listing == LISTING_YES ? 'y' : 'n',
                   name);
}

/* The old lines that are still of use, then the new ones; of too many the first go. */
static void save_answers(struct asker *a)
{
    struct buf all = {0};
    struct span rest = span_of(a->note), line;
    struct error e = {0};
    size_t lines = 0;
    while (span_next_line(&rest, &line))
        if (strtoll(line.p, NULL, 10) > a->now - LIMIT_BLOCKLIST_SECONDS) {
            buf_add(&all, line);
            buf_add_byte(&all, '\n');
        }
    buf_add(&all, buf_span(&a->fresh));
    for (size_t i = 0; i < all.n; i++)
        lines += all.p[i] == '\n';
    const char *kept = buf_string(&all);
    for (; lines > LIMIT_BLOCKLIST_ANSWERS; lines--)
        kept = strchr(kept, '\n') + 1;
    if (a->fresh.n > 0 && !a->fresh.failed && !all.failed)
        store_note_set(a->context->store, NOTE_ANSWERS, kept, &e);
    buf_free(&all);
}

/* --- asking --- */

/* Where an answer goes. */
struct target {
    enum listing *listing;
    const char *name;
};

static void want(struct asker *a, struct target *targets, size_t *count, const char *zone,
                 const char *address, enum listing *listing)
{
    const char *name = blocklist_name(a->arena, address, zone);
    a->failed = a->failed || !name;
    *listing = name ? kept_answer(a, name) : LISTING_UNKNOWN;
    if (name && *listing == LISTING_UNKNOWN && *count < LIMIT_DNS_AT_ONCE)
        targets[(*count)++] = (struct target){listing, name};
}

static void ask_all(struct asker *a, const struct target *targets, size_t count)
{
    struct dns_addresses questions[LIMIT_DNS_AT_ONCE];
    for (size_t i = 0; i < count; i++)
        questions[i] = (struct dns_addresses){.name = targets[i].name};
    dns_find_addresses(questions, count, LIMIT_BLOCKLIST_MS);
    for (size_t i = 0; i < count; i++) {
        *targets[i].listing = blocklist_listing(&questions[i]);
        keep_answer(a, targets[i].name, *targets[i].listing);
    }
}

static bool ask_lists(struct asker *a, const struct blocklist_host *hosts, size_t host_count,
                      struct blocklists *out)
{
    const struct config_list *zones = &a->context->config->digest_blocklists;
    size_t zone_count = zones->count < LIMIT_BLOCKLISTS ? zones->count : LIMIT_BLOCKLISTS;
    struct target targets[LIMIT_DNS_AT_ONCE];
    enum listing everything[LIMIT_BLOCKLISTS] = {LISTING_UNKNOWN};
    size_t wanted = 0;
    out->items = arena_array(a->arena, zone_count, sizeof *out->items);
    for (size_t z = 0; out->items && z < zone_count; z++) {
        struct blocklist *list = &out->items[out->count++];
        list->zone = zones->items[z];
        list->hosts = arena_array(a->arena, host_count, sizeof *list->hosts);
        if (!list->hosts)
            return false;
        memcpy(list->hosts, hosts, host_count * sizeof *hosts);
        list->host_count = host_count;
        want(a, targets, &wanted, list->zone, BLOCKLIST_TEST_ADDRESS, &everything[z]);
        for (size_t i = 0; i < host_count; i++)
            want(a, targets, &wanted, list->zone, hosts[i].address, &list->hosts[i].listing);
    }
    ask_all(a, targets, wanted);
    for (size_t z = 0; z < out->count; z++)
        out->items[z].lists_everything = everything[z] == LISTING_YES;
    return out->items != NULL;
}

bool digest_blocklists(struct context *c, const struct summary *summary, struct arena *arena,
                       bool keep, struct blocklists *out, struct error *e)
{
    struct asker a = {.context = c, .arena = arena, .now = clock_now(), .note = ""};
    struct blocklist_host hosts[LIMIT_BLOCKLIST_HOSTS];
    struct error missing = {0};
    *out = (struct blocklists){0};
    if (c->config->digest_blocklists.count == 0 || !c->store)
        return true;
    size_t count = find_hosts(&a, summary, hosts);
    if (count == 0)
        return true;
    if (!store_note_get(c->store, arena, NOTE_ANSWERS, &a.note, &missing))
        a.note = "";
    bool ok = ask_lists(&a, hosts, count, out) && !a.failed;
    if (ok && keep)
        save_answers(&a);
    buf_free(&a.fresh);
    return ok || error_memory(e);
}
