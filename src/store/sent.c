/*
 * The outbound index. Everything goes in and is asked for by keyed hashes of normal forms.
 */
#include "store/sent_rows.h"

/* --- adding --- */

static bool count_if_new(struct store *s, const char *source, unixtime time, bool is_new,
                         struct error *e)
{
    return !is_new || day_row_count(s, source, time / SECONDS_PER_DAY, 1, e);
}

static bool add_recipients(struct store *s, const struct sent *m, const struct hash *id,
                           unixtime time, struct error *e)
{
    struct hash sender = hash_sender(s, m->sender);
    for (size_t i = 0; i < m->recipient_count; i++) {
        struct hash_forms f = hash_recipient(s, m->recipients[i]);
        for (size_t k = 0; k < f.count; k++) {
            struct recipient_row row = recipient_row_of(&f.hash[k], &sender, id, time);
            if (!recipient_row_put(s, &row, e))
                return false;
        }
    }
    return true;
}

bool store_add_sent(struct store *s, const char *source, const struct sent *m, struct error *e)
{
    struct write w;
    bool is_new = false;
    unixtime now = clock_now(), time = m->time < now ? m->time : now;
    struct hash id = hash_message_id(s, m->message_id);
    struct id_row row = id_row_of(&id, time);
    if (!write_start(s, DURABLE, &w, e))
        return false;
    bool ok = (id.n > 0 ? id_row_put(s, &row, &is_new, e)
                        : nameless_row_put(s, source, time, &is_new, e)) &&
              count_if_new(s, source, time, is_new, e) && add_recipients(s, m, &id, time, e);
    return write_end(s, &w, ok, e);
}

bool store_add_relayed(struct store *s, const char *message_id, unixtime time, struct error *e)
{
    struct write w;
    unixtime now = clock_now();
    struct hash id = hash_message_id(s, message_id);
    struct id_row row = id_row_of(&id, time < now ? time : now);
    if (id.n == 0)
        return true;
    return write_start(s, DURABLE, &w, e) && write_end(s, &w, relayed_row_put(s, &row, e), e);
}

/* --- looking up --- */

enum lookup store_find_id(struct store *s, const char *message_id, unixtime *when, struct error *e)
{
    struct hash id = hash_message_id(s, message_id);
    const struct value parameters[] = {hash_start(&id, HASH_BYTES)};
    return id.n == 0 ? LOOKUP_NO : store_ask(s, FIND_ID, parameters, 1, when, e);
}

/* Asks for each form of the recipient, with a second parameter unless it is NULL; the latest time
 * counts. */
static enum lookup find_recipient(struct store *s, enum statement statement, const char *address,
                                  const struct value *second, unixtime *when, struct error *e)
{
    struct hash_forms f = hash_recipient(s, address);
    enum lookup found = LOOKUP_NO;
    for (size_t i = 0; i < f.count; i++) {
        struct value parameters[2] = {hash_start(&f.hash[i], RECIPIENT_BYTES)};
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
    struct value second = hash_start(&hash, SENDER_BYTES);
    return hash.n == 0 ? LOOKUP_NO : find_recipient(s, FIND_PAIR, recipient, &second, when, e);
}

enum lookup store_find_id_recipient(struct store *s, const char *message_id, const char *recipient,
                                    struct error *e)
{
    unixtime when;
    struct hash id = hash_message_id(s, message_id);
    struct value second = hash_tail(&id, ID_TAIL_BYTES);
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
    struct hash id = hash_message_id(s, message_id);
    const struct value parameters[] = {hash_start(&id, HASH_BYTES)};
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
    struct hash id = hash_message_id(s, message_id);
    const struct value parameters[] = {hash_start(&id, HASH_BYTES), value_int(clock_now())};
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
    struct hash id = hash_message_id(s, message_id);
    const struct value parameters[] = {hash_start(&id, HASH_BYTES)};
    *count = 0;
    return id.n == 0 || ask_count(s, STRAY_GET, parameters, 1, count, e);
}
