/*
 * The outbound index. Everything goes in and is asked for by keyed hashes of normal forms.
 */
#include <string.h>

#include "base/limits.h"
#include "store/normal_form.h"
#include "store/store_private.h"

/* Bytes of an ID or address that count: beyond any limit of RFC 5321 and 5322, and little enough
 * that the scratch memory always holds its forms. A value without a normal form is thus never
 * confused with a lack of memory. */
#define COUNTED_BYTES ((size_t)4096)

/* A hash, or part of one; n is 0 when there is none. */
struct hash {
    unsigned char bytes[HASH_BYTES];
    size_t n;
};

static struct value value_hash(const struct hash *h, size_t n)
{
    return value_blob(h->bytes, n < h->n ? n : h->n);
}

/* The hash without its first bytes: independent of them, as an ID's tail in sent_to. */
static struct value value_tail(const struct hash *h, size_t n)
{
    return h->n == 0 ? value_blob(NULL, 0) : value_blob(h->bytes + HASH_BYTES - n, n);
}

static struct span counted(const char *text)
{
    return span_slice(span_of(text), 0, COUNTED_BYTES);
}

static struct hash hash_of(struct store *s, enum hash_kind kind, const char *normal)
{
    struct hash h = {.n = 0};
    if (normal) {
        key_hash(s->key, kind, span_of(normal), h.bytes);
        h.n = HASH_BYTES;
    }
    return h;
}

static struct hash hash_id(struct store *s, const char *message_id)
{
    arena_reset(s->scratch);
    return hash_of(s, HASH_MESSAGE_ID, normal_message_id(s->scratch, counted(message_id)));
}

static struct hash hash_sender(struct store *s, const char *address)
{
    arena_reset(s->scratch);
    return hash_of(s, HASH_ADDRESS, plain_address(s->scratch, counted(address)));
}

/* The forms under which a recipient is kept and looked up: the normal one and, where it differs,
 * the plain one. */
struct forms {
    struct hash hash[2];
    size_t count;
};

static struct forms forms_of(struct store *s, const char *address)
{
    struct forms f = {.count = 0};
    arena_reset(s->scratch);
    const char *normal = normal_address(s->scratch, counted(address));
    const char *plain = plain_address(s->scratch, counted(address));
    if (normal)
        f.hash[f.count++] = hash_of(s, HASH_ADDRESS, normal);
    if (normal && plain && strcmp(normal, plain) != 0)
        f.hash[f.count++] = hash_of(s, HASH_ADDRESS, plain);
    return f;
}

/* --- adding --- */

static bool count_day(struct store *s, const char *source, unixtime time, struct error *e)
{
    const struct value parameters[] = {value_int(time / SECONDS_PER_DAY), value_text(source)};
    return store_run(s, SENT_DAY_COUNT, parameters, 2, NULL, e);
}

static bool add_nameless(struct store *s, const char *source, unixtime time, struct error *e)
{
    const struct value parameters[] = {value_int(time), value_text(source)};
    int64_t added;
    return store_run(s, NAMELESS_ADD, parameters, 2, &added, e) &&
           (added == 0 || count_day(s, source, time, e));
}

static bool add_id(struct store *s, const char *source, const struct hash *id, unixtime time,
                   struct error *e)
{
    const struct value add[] = {value_hash(id, HASH_BYTES), value_int(time)};
    const struct value later[] = {add[1], add[0]};
    int64_t added;
    if (!store_run(s, SENT_ID_ADD, add, 2, &added, e))
        return false;
    return added > 0 ? count_day(s, source, time, e)
                     : store_run(s, SENT_ID_LATER, later, 2, NULL, e);
}

static bool add_recipients(struct store *s, const struct sent *m, const struct hash *id,
                           unixtime time, struct error *e)
{
    struct hash sender = hash_sender(s, m->sender);
    for (size_t i = 0; i < m->recipient_count; i++) {
        struct forms f = forms_of(s, m->recipients[i]);
        for (size_t k = 0; k < f.count; k++) {
            const struct value parameters[] = {value_hash(&f.hash[k], RECIPIENT_BYTES),
                                               value_hash(&sender, SENDER_BYTES),
                                               value_tail(id, ID_TAIL_BYTES), value_int(time)};
            if (!store_run(s, SENT_TO_ADD, parameters, 4, NULL, e))
                return false;
        }
    }
    return true;
}

bool store_add_sent(struct store *s, const char *source, const struct sent *m, struct error *e)
{
    struct write w;
    unixtime now = clock_now(), time = m->time < now ? m->time : now;
    struct hash id = hash_id(s, m->message_id);
    if (!write_start(s, DURABLE, &w, e))
        return false;
    bool ok = (id.n > 0 ? add_id(s, source, &id, time, e) : add_nameless(s, source, time, e)) &&
              add_recipients(s, m, &id, time, e);
    return write_end(s, &w, ok, e);
}

bool store_add_relayed(struct store *s, const char *message_id, unixtime time, struct error *e)
{
    struct write w;
    unixtime now = clock_now();
    struct hash id = hash_id(s, message_id);
    const struct value parameters[] = {value_hash(&id, HASH_BYTES),
                                       value_int(time < now ? time : now)};
    if (id.n == 0)
        return true;
    return write_start(s, DURABLE, &w, e) &&
           write_end(s, &w, store_run(s, RELAYED_ADD, parameters, 2, NULL, e), e);
}

/* --- looking up --- */

enum lookup store_find_id(struct store *s, const char *message_id, unixtime *when, struct error *e)
{
    struct hash id = hash_id(s, message_id);
    const struct value parameters[] = {value_hash(&id, HASH_BYTES)};
    return id.n == 0 ? LOOKUP_NO : store_ask(s, FIND_ID, parameters, 1, when, e);
}

/* Asks for each form of the recipient, with a second parameter unless it is NULL; the latest time
 * counts. */
static enum lookup find_recipient(struct store *s, enum statement statement, const char *address,
                                  const struct value *second, unixtime *when, struct error *e)
{
    struct forms f = forms_of(s, address);
    enum lookup found = LOOKUP_NO;
    for (size_t i = 0; i < f.count; i++) {
        struct value parameters[2] = {value_hash(&f.hash[i], RECIPIENT_BYTES)};
        if (second)
            parameters[1] = *second;
        unixtime time = 0;
        enum lookup one = store_ask(s, statement, parameters, second ? 2 : 1, &time, e);
        if (one == LOOKUP_ERROR)
            return one;
        if (one == LOOKUP_YES && (found == LOOKUP_NO || time > *when))
            *when = time;
        found = one == LOOKUP_YES ? one : found;
    }
    return found;
}

enum lookup store_find_recipient(struct store *s, const char *address, unixtime *when,
                                 struct error *e)
{
    return find_recipient(s, FIND_RECIPIENT, address, NULL, when, e);
}

enum lookup store_find_pair(struct store *s, const char *sender, const char *recipient,
                            unixtime *when, struct error *e)
{
    struct hash hash = hash_sender(s, sender);
    struct value second = value_hash(&hash, SENDER_BYTES);
    return hash.n == 0 ? LOOKUP_NO : find_recipient(s, FIND_PAIR, recipient, &second, when, e);
}

enum lookup store_find_id_recipient(struct store *s, const char *message_id, const char *recipient,
                                    struct error *e)
{
    unixtime when;
    struct hash id = hash_id(s, message_id);
    struct value second = value_tail(&id, ID_TAIL_BYTES);
    return id.n == 0 ? LOOKUP_NO
                     : find_recipient(s, FIND_ID_RECIPIENT, recipient, &second, &when, e);
}

enum lookup store_has_sent(struct store *s, struct error *e)
{
    int64_t one;
    return store_ask(s, FIND_ANY_SENT, NULL, 0, &one, e);
}

enum lookup store_has_nameless(struct store *s, unixtime from, unixtime to, struct error *e)
{
    const struct value parameters[] = {value_int(from), value_int(to)};
    int64_t time;
    return store_ask(s, FIND_NAMELESS, parameters, 2, &time, e);
}

enum lookup store_find_relayed(struct store *s, const char *message_id, unixtime *when,
                               struct error *e)
{
    struct hash id = hash_id(s, message_id);
    const struct value parameters[] = {value_hash(&id, HASH_BYTES)};
    return id.n == 0 ? LOOKUP_NO : store_ask(s, FIND_RELAYED, parameters, 1, when, e);
}

/* --- strays --- */

static bool ask_count(struct store *s, enum statement statement, const struct value *parameters,
                      size_t count, int *out, struct error *e)
{
    int64_t number = 0;
    enum lookup found = store_ask(s, statement, parameters, count, &number, e);
    *out = (int)number;
    return found != LOOKUP_ERROR;
}

bool store_count_stray(struct store *s, const char *message_id, int *count, struct error *e)
{
    struct hash id = hash_id(s, message_id);
    const struct value parameters[] = {value_hash(&id, HASH_BYTES), value_int(clock_now())};
    struct write w;
    *count = 0;
    if (id.n == 0)
        return true;
    if (!write_start(s, ORDERED, &w, e))
        return false;
    bool ok = ask_count(s, STRAY_COUNT, parameters, 2, count, e);
    return write_end(s, &w, ok, e);
}

bool store_strays(struct store *s, const char *message_id, int *count, struct error *e)
{
    struct hash id = hash_id(s, message_id);
    const struct value parameters[] = {value_hash(&id, HASH_BYTES)};
    *count = 0;
    return id.n == 0 || ask_count(s, STRAY_GET, parameters, 1, count, e);
}
