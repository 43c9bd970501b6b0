/*
 * The connection. Everything is sent without blocking and waited for with poll(2), because libpq
 * itself waits for as long as the server or the network pleases, and mail does not.
 */
#include "store/postgresql/postgresql.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"

#define SCHEME "postgresql:"
/* Seconds that the process lives which asks the server to stop. */
#define CANCEL_SECONDS 5

/* --- errors --- */

/* The first line of what libpq or the server says. */
static void first_line(const char *text, char out[512])
{
    snprintf(out, 512, "%.*s", (int)strcspn(text ? text : "", "\n"), text ? text : "");
}

static bool is_lost(struct connection *c, enum error_kind kind, const char *what, struct error *e)
{
    char why[512];
    first_line(PQerrorMessage(c->pg), why);
    error_set(&c->lost, kind,
              "the index in PostgreSQL: %s%s%s; look at the server and at [index] url", what,
              *why ? ": " : "", why);
    if (e)
        *e = c->lost;
    return false;
}

/* The kind of error of a SQLSTATE (PostgreSQL's manual, appendix A). */
static enum error_kind kind_of(const char *state)
{
    static const char *const lasting[] = {
        "42",    /* no such table, no permission */
        "28",    /* wrong password */
        "3D",    /* no such database */
        "3F",    /* no such schema */
        "25006", /* a server for reading only */
        "XX001", /* damaged data */
        "XX002", /* damaged index */
    };
    for (size_t i = 0; state && i < sizeof lasting / sizeof *lasting; i++)
        if (strncmp(state, lasting[i], strlen(lasting[i])) == 0)
            return ERROR_CONFIG;
    return ERROR_RETRY;
}

static const char *advice_for(const char *state)
{
    if (state && strcmp(state, "42501") == 0)
        return "; grant the user what backsift-postgresql(7) says";
    if (state && strncmp(state, "53", 2) == 0)
        return "; the server lacks disk, memory or connections";
    if (state && strncmp(state, "XX00", 4) == 0)
        return "; the data is damaged: restore the database from a backup";
    return "";
}

static void take_error(const PGresult *result, struct error *e)
{
    char why[512];
    const char *state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
    const char *message = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
    first_line(message ? message : PQresultErrorMessage(result), why);
    error_set(e, kind_of(state), "the index in PostgreSQL: %s%s", why, advice_for(state));
}

/* --- waiting --- */

/* False when the time is over. */
static bool wait_for(PGconn *pg, short events, int64_t deadline_us)
{
    for (;;) {
        struct pollfd p = {.fd = PQsocket(pg), .events = events};
        int64_t left = deadline_us - clock_monotonic_us();
        int ready = left > 0 ? poll(&p, 1, (int)(left / 1000) + 1) : 0;
        if (ready > 0 || (ready < 0 && errno != EINTR))
            return true;
        if (left <= 0)
            return false;
    }
}

/* Asks the server to stop what it does for us. PQcancel waits for the server without a limit, so a
 * process of its own does it, which nobody waits for. */
static void ask_to_stop(PGconn *pg)
{
    PGcancel *cancel = PQgetCancel(pg);
    pid_t child = cancel ? fork() : -1;
    if (child == 0) {
        char why[256];
        if (fork() != 0)
            _exit(0);
        signal(SIGALRM, SIG_DFL);
        alarm(CANCEL_SECONDS);
        PQcancel(cancel, why, sizeof why);
        _exit(0);
    }
    while (child > 0 && waitpid(child, NULL, 0) < 0 && errno == EINTR) {
    }
    PQfreeCancel(cancel);
}

static bool out_of_time(struct connection *c, int wait_ms, struct error *e)
{
    char what[64];
    ask_to_stop(c->pg);
    snprintf(what, sizeof what, "no answer within %d ms", wait_ms);
    error_set(&c->lost, ERROR_RETRY,
              "the index in PostgreSQL: %s; it hangs, or others hold it locked", what);
    *e = c->lost;
    return false;
}

/* Until the next result can be taken without blocking. */
static bool until_ready(struct connection *c, int64_t deadline_us, int wait_ms, struct error *e)
{
    for (;;) {
        int unsent = PQflush(c->pg);
        if (unsent < 0)
            return is_lost(c, ERROR_RETRY, "the connection broke", e);
        if (unsent == 0 && !PQisBusy(c->pg))
            return true;
        if (!wait_for(c->pg, unsent ? POLLIN | POLLOUT : POLLIN, deadline_us))
            return out_of_time(c, wait_ms, e);
        if (!PQconsumeInput(c->pg))
            return is_lost(c, ERROR_RETRY, "the connection broke", e);
    }
}

static bool is_good(const PGresult *result)
{
    ExecStatusType status = PQresultStatus(result);
    return status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK;
}

PGresult *postgresql_wait(struct connection *c, int sent, int wait_ms, struct error *e)
{
    int64_t deadline_us = clock_monotonic_us() + (int64_t)wait_ms * 1000;
    PGresult *last = NULL, *result;
    struct error failed = {0};
    if (!sent) {
        is_lost(c, ERROR_RETRY, "cannot send", e);
        return NULL;
    }
    while (until_ready(c, deadline_us, wait_ms, e) && (result = PQgetResult(c->pg))) {
        if (!is_good(result) && !failed.kind)
            take_error(result, &failed);
        PQclear(last);
        last = result;
    }
    if (PQstatus(c->pg) != CONNECTION_OK && !c->lost.kind)
        is_lost(c, ERROR_RETRY, "the connection broke", e);
    if (c->lost.kind || failed.kind || !last) {
        if (!c->lost.kind)
            *e = failed;
        PQclear(last);
        return NULL;
    }
    return last;
}

PGresult *postgresql_query(struct connection *c, const char *sql, int wait_ms, struct error *e)
{
    if (c->lost.kind) {
        *e = c->lost;
        return NULL;
    }
    return postgresql_wait(c, PQsendQuery(c->pg, sql), wait_ms, e);
}

bool postgresql_run(struct connection *c, const char *sql, struct error *e)
{
    PGresult *result = postgresql_query(c, sql, c->wait_ms, e);
    PQclear(result);
    return result != NULL;
}

/* --- opening --- */

static void ignore_notice(void *context, const PGresult *result)
{
    (void)context;
    (void)result;
}

static bool refused(struct connection *c, struct error *e)
{
    bool password = PQconnectionNeedsPassword(c->pg) || PQconnectionUsedPassword(c->pg);
    return is_lost(c, password ? ERROR_CONFIG : ERROR_RETRY, "cannot connect", e);
}

static bool connect_in_time(struct connection *c, struct error *e)
{
    int64_t deadline_us = clock_monotonic_us() + (int64_t)c->wait_ms * 1000;
    PostgresPollingStatusType state = PGRES_POLLING_WRITING;
    if (PQstatus(c->pg) == CONNECTION_BAD)
        return refused(c, e);
    while (state == PGRES_POLLING_READING || state == PGRES_POLLING_WRITING) {
        if (!wait_for(c->pg, state == PGRES_POLLING_READING ? POLLIN : POLLOUT, deadline_us))
            return error_set(e, ERROR_RETRY,
                             "the index in PostgreSQL: no connection within %d ms: is the server "
                             "up and the network whole?",
                             c->wait_ms);
        state = PQconnectPoll(c->pg);
    }
    return state == PGRES_POLLING_OK || refused(c, e);
}

/* postgresql://... is libpq's own form of a connection string; behind the scheme alone stand
 * "key=value" words, or nothing, where the environment or a service file says it all. */
static PGconn *connect_start(const char *url)
{
    const char *words = url + strlen(SCHEME);
    const char *const keys[] = {"dbname", "fallback_application_name", NULL};
    const char *const values[] = {strncmp(words, "//", 2) == 0 ? url : words, "backsift", NULL};
    /* An empty word is no connection string, and names no database. */
    bool nothing = *words == '\0';
    return PQconnectStartParams(keys + nothing, values + nothing, 1);
}

struct connection *postgresql_open(const char *url, enum store_access access, int wait_ms,
                                   struct error *e)
{
    struct connection *c = calloc(1, sizeof *c);
    (void)access; /* the server knows who may write; the store writes nothing when reading */
    if (!c || !(c->pg = connect_start(url))) {
        free(c);
        error_memory(e);
        return NULL;
    }
    c->wait_ms = wait_ms;
    PQsetNoticeReceiver(c->pg, ignore_notice, NULL);
    if (connect_in_time(c, e) && PQsetnonblocking(c->pg, 1) == 0)
        return c;
    postgresql_close(c);
    return NULL;
}

void postgresql_close(struct connection *c)
{
    for (size_t i = 0; i < STATEMENT_COUNT; i++)
        PQclear(c->running[i].result);
    PQfinish(c->pg);
    free(c);
}
