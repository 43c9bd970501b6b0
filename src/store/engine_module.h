/*
 * Engines that need a library which most sites have no use for live in modules: shared objects
 * beside the program, loaded only when the configuration asks for them.
 */
#ifndef BACKSIFT_STORE_ENGINE_MODULE_H
#define BACKSIFT_STORE_ENGINE_MODULE_H

#include "base/error.h"
#include "store/engine.h"

/* What a module exports under the name ENGINE_MODULE_SYMBOL. */
struct engine_module {
    const char *version; /* BACKSIFT_VERSION as it was built with; another is refused */
    const struct engine *engine;
};
#define ENGINE_MODULE_SYMBOL "backsift_engine_module"

/* The engine of the module backsift-NAME.so, which stays loaded until the process ends: from the
 * folder of the program (a build tree), else from where modules are installed. NULL with *e of kind
 * ERROR_CONFIG when it is not there, or belongs to another version. */
const struct engine *engine_module_load(const char *name, struct error *e);

#endif
