/*
 * Reading declared sources without a bound of time: the runs that do so are not waited for by a
 * mail system.
 */
#include "cmd/refresh.h"

#include "sources/pending_gap.h"
#include "sources/source.h"

void refresh_all(struct context *c, void (*failed)(void *context, const struct error *e),
                 void *context)
{
    const struct config *config = c->config;
    struct error e = {0};
    if (!pending_gap_store(c->store, config, &e))
        failed(context, &e);
    for (size_t i = 0; i < config->sources.count; i++) {
        struct source_progress progress = {0};
        const char *name = config->sources.items[i];
        const struct source_kind *kind = source_kind_of(name, &e);
        e = (struct error){0};
        if (kind && kind->is_local && !source_run(c->store, config, name, 0, &progress, &e))
            failed(context, &e);
    }
}
