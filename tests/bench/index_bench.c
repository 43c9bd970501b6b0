/*
 * The outbound index with COUNT made-up sent messages of three recipients to two messages: how fast
 * it is filled (in transactions as `record` makes them) and asked, and how large it is, beside LMDB
 * with the same keys. Messages are numbered; their order is that of their making, as in a log.
 *
 *   index_bench COUNT LMDB-FOLDER
 */
#include <lmdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/arena.h"
#include "base/limits.h"
#include "config/config.h"
#include "store/key.h"
#include "store/sent_load.h"
#include "store/store.h"

#define LOOKUPS 200000
#define OPENS   500

struct bench {
    struct config *config;
    long count;
    int64_t entries;
};

static double seconds_since(int64_t start_us)
{
    return (double)(clock_monotonic_us() - start_us) / 1e6;
}

/* Of this process: what others do on the machine does not count. */
static double cpu_seconds(void)
{
    return (double)clock() / CLOCKS_PER_SEC;
}

static bool fail(const struct error *e)
{
    fprintf(stderr, "index_bench: %s\n", e->text);
    return false;
}

static void make_id(char out[64], long n)
{
    snprintf(out, 64, "bench-%ld@example.org", n);
}

static void make_recipient(char out[64], long n, int which)
{
    snprintf(out, 64, "customer-%ld-%d@example.net", n, which);
}

static int recipients_of(long n)
{
    return n % 2 ? 2 : 1;
}

static unixtime time_of(long n)
{
    return 1700000000 + n;
}

/* Spreads 0, 1, 2... over all messages. */
static long scatter(long i, long count)
{
    return (long)((uint64_t)i * 2654435761u % (uint64_t)count);
}

/* --- the store --- */

static bool add(struct sent_load *l, long n, struct error *e)
{
    char id[64], to[2][64];
    const char *recipients[] = {to[0], to[1]};
    make_id(id, n);
    make_recipient(to[0], n, 0);
    make_recipient(to[1], n, 1);
    struct sent m = {id, recipients, (size_t)recipients_of(n), "me@example.org", time_of(n)};
    return sent_load_add(l, &m, e);
}

/* As sources do. */
static bool fill(struct store *s, long count, struct error *e)
{
    struct sent_load *l = sent_load_new(s, "stdin");
    int64_t items;
    bool ok = l != NULL;
    for (long n = 0; ok && n < count; n++)
        ok = add(l, n, e) && (!sent_load_is_full(l) || sent_load_write(l, &items, e));
    ok = ok && sent_load_write(l, &items, e) && store_note_set(s, "bench", "done", e);
    sent_load_free(l);
    return ok;
}

/* Every second is not there. */
static bool find(struct store *s, long i, long count, struct error *e)
{
    char id[64];
    unixtime when;
    make_id(id, i % 2 ? scatter(i, count) : count + i);
    enum lookup found = store_find_id(s, id, &when, e);
    return found == (i % 2 ? LOOKUP_YES : LOOKUP_NO) || error_set(e, ERROR_DATA, "wrong: %s", id);
}

static bool bench_fill(struct bench *b, struct error *e)
{
    struct arena *arena = arena_new(100000);
    struct index_stats stats;
    int64_t start = clock_monotonic_us();
    double cpu = cpu_seconds();
    struct store *s = store_open(b->config, STORE_WRITE, 10000, e);
    bool ok = s && fill(s, b->count, e);
    store_close(s); /* carries the log over into the file */
    double took = seconds_since(start);
    cpu = cpu_seconds() - cpu;
    s = ok ? store_open(b->config, STORE_READ, 1000, e) : NULL;
    ok = s && store_stats(s, arena, &stats, e);
    store_close(s);
    if (ok) {
        b->entries = stats.ids + stats.recipients;
        printf("store  load %9.0f messages/s (%.0f a CPU second), %9.0f entries/s; %.1f bytes an "
               "entry\n",
               (double)b->count / took, (double)b->count / cpu, (double)b->entries / took,
               (double)stats.bytes / (double)b->entries);
    }
    arena_free(arena);
    return ok;
}

static bool bench_find(struct bench *b, struct error *e)
{
    struct store *s = store_open(b->config, STORE_READ, 1000, e);
    bool ok = s != NULL;
    int64_t start = clock_monotonic_us();
    for (long i = 0; ok && i < LOOKUPS; i++)
        ok = find(s, i, b->count, e);
    double took = seconds_since(start);
    store_close(s);
    start = clock_monotonic_us();
    for (long i = 0; ok && i < OPENS; i++) {
        ok = (s = store_open(b->config, STORE_READ, 1000, e)) && find(s, i, b->count, e);
        store_close(s);
    }
    if (ok)
        printf("store  %9.0f lookups/s; open, look up and close %.0f us\n", LOOKUPS / took,
               seconds_since(start) / OPENS * 1e6);
    return ok;
}

/* --- LMDB --- */

struct lmdb {
    MDB_env *env;
    MDB_dbi ids, recipients;
    MDB_txn *txn;
};

static bool lmdb_good(int code, struct error *e)
{
    return code == 0 || error_set(e, ERROR_DATA, "LMDB: %s", mdb_strerror(code));
}

static bool lmdb_open(struct lmdb *l, const char *folder, struct error *e)
{
    *l = (struct lmdb){.env = NULL};
    return lmdb_good(mdb_env_create(&l->env), e) && lmdb_good(mdb_env_set_maxdbs(l->env, 2), e) &&
           lmdb_good(mdb_env_set_mapsize(l->env, (size_t)16 << 30), e) &&
           lmdb_good(mdb_env_open(l->env, folder, 0, 0600), e) &&
           lmdb_good(mdb_txn_begin(l->env, NULL, 0, &l->txn), e) &&
           lmdb_good(mdb_dbi_open(l->txn, "ids", MDB_CREATE, &l->ids), e) &&
           lmdb_good(mdb_dbi_open(l->txn, "recipients", MDB_CREATE, &l->recipients), e);
}

/* A key of either table with its value, as LMDB is given them. */
struct row {
    unsigned char key[24];
    unixtime time;
};

/* Rows gathered, as many bytes of them as the store gathers: LMDB too is faster in order. */
struct batch {
    struct row *ids, *recipients;
    size_t id_count, recipient_count;
};
#define BATCH_ROWS (LIMIT_LOAD / sizeof(struct row) / 5)

static void gather(struct batch *b, struct key *key, long n)
{
    unsigned char to[HASH_BYTES];
    char text[64];
    struct row *id = &b->ids[b->id_count++];
    make_id(text, n);
    key_hash(key, HASH_MESSAGE_ID, span_of(text), id->key);
    id->time = time_of(n);
    for (int i = 0; i < recipients_of(n); i++) {
        struct row *row = &b->recipients[b->recipient_count++];
        make_recipient(text, n, i);
        key_hash(key, HASH_ADDRESS, span_of(text), to);
        memcpy(row->key, to, 8);
        memset(row->key + 8, 7, 4); /* the sender, always the same */
        memcpy(row->key + 12, id->key + 10, 6);
        row->time = time_of(n);
    }
}

static int compare(const void *a, const void *b)
{
    return memcmp(a, b, 18);
}

static bool lmdb_put_all(struct lmdb *l, MDB_dbi table, struct row *rows, size_t count, size_t n,
                         struct error *e)
{
    qsort(rows, count, sizeof *rows, compare);
    for (size_t i = 0; i < count; i++) {
        MDB_val k = {n, rows[i].key}, v = {sizeof rows[i].time, &rows[i].time};
        if (!lmdb_good(mdb_put(l->txn, table, &k, &v, 0), e))
            return false;
    }
    return true;
}

static bool lmdb_write(struct lmdb *l, struct batch *b, struct error *e)
{
    bool ok = lmdb_put_all(l, l->ids, b->ids, b->id_count, HASH_BYTES, e) &&
              lmdb_put_all(l, l->recipients, b->recipients, b->recipient_count, 18, e) &&
              lmdb_good(mdb_txn_commit(l->txn), e) &&
              lmdb_good(mdb_txn_begin(l->env, NULL, 0, &l->txn), e);
    b->id_count = b->recipient_count = 0;
    return ok;
}

static bool lmdb_fill(struct lmdb *l, struct key *key, long count, struct error *e)
{
    struct batch b = {.ids = calloc(2 * BATCH_ROWS, sizeof(struct row)),
                      .recipients = calloc(4 * BATCH_ROWS, sizeof(struct row))};
    bool ok = b.ids && b.recipients;
    for (long n = 0; ok && n < count; n++) {
        gather(&b, key, n);
        if (b.id_count == 2 * BATCH_ROWS || n == count - 1)
            ok = lmdb_write(l, &b, e);
    }
    free(b.ids);
    free(b.recipients);
    if (!ok)
        return false;
    mdb_txn_abort(l->txn);
    return lmdb_good(mdb_txn_begin(l->env, NULL, MDB_RDONLY, &l->txn), e);
}

static bool lmdb_find(struct lmdb *l, struct key *key, long i, long count, struct error *e)
{
    unsigned char id[HASH_BYTES];
    char text[64];
    make_id(text, i % 2 ? scatter(i, count) : count + i);
    key_hash(key, HASH_MESSAGE_ID, span_of(text), id);
    MDB_val k = {HASH_BYTES, id}, v;
    int code = mdb_get(l->txn, l->ids, &k, &v);
    return code == (i % 2 ? 0 : MDB_NOTFOUND) || lmdb_good(code, e);
}

static bool bench_lmdb(const struct bench *b, const char *folder, struct error *e)
{
    struct lmdb l;
    MDB_envinfo info;
    bool missing;
    struct key *key = key_read(b->config->key_file, &missing, e);
    int64_t start = clock_monotonic_us();
    double cpu = cpu_seconds();
    bool ok = key && lmdb_open(&l, folder, e) && lmdb_fill(&l, key, b->count, e);
    double fill_took = seconds_since(start), fill_cpu = cpu_seconds() - cpu;
    start = clock_monotonic_us();
    for (long i = 0; ok && i < LOOKUPS; i++)
        ok = lmdb_find(&l, key, i, b->count, e);
    if (ok && lmdb_good(mdb_env_info(l.env, &info), e)) {
        double bytes = (double)(info.me_last_pgno + 1) * 4096;
        printf("LMDB   load %9.0f messages/s (%.0f a CPU second), %9.0f entries/s; %.1f bytes an "
               "entry\n",
               (double)b->count / fill_took, (double)b->count / fill_cpu,
               (double)b->entries / fill_took, bytes / (double)b->entries);
        printf("LMDB   %9.0f lookups/s\n", LOOKUPS / seconds_since(start));
    }
    key_free(key);
    return ok;
}

int main(int argc, char **argv)
{
    struct error e = {0};
    struct paths paths;
    struct arena *arena = arena_new(LIMIT_ARENA);
    struct bench b = {.count = argc == 3 ? atol(argv[1]) : 0};
    bool ok = b.count > 0 && arena && paths_find(arena, CALLER_USER, NULL, &paths, &e) &&
              (b.config = config_read(&paths, false, &e)) && bench_fill(&b, &e) &&
              bench_find(&b, &e) && bench_lmdb(&b, argv[2], &e);
    if (!ok)
        fail(&e);
    if (b.config)
        config_free(b.config);
    arena_free(arena);
    return ok ? 0 : 1;
}
