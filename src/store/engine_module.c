/*
 * Loading an engine. The folder of the program comes first, so that a build tree is tested with its
 * own modules; no variable of the environment has a say, as deliveries run for others.
 */
#include "store/engine_module.h"

#include <dlfcn.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static bool beside_program(const char *name, char *path, size_t size)
{
    char program[PATH_MAX];
    ssize_t n = readlink("/proc/self/exe", program, sizeof program - 1);
    program[n > 0 ? n : 0] = '\0';
    char *slash = strrchr(program, '/');
    if (!slash)
        return false;
    *slash = '\0';
    return (size_t)snprintf(path, size, "%s/backsift-%s.so", program, name) < size &&
           access(path, F_OK) == 0;
}

const struct engine *engine_module_load(const char *name, struct error *e)
{
    char path[PATH_MAX];
    if (!beside_program(name, path, sizeof path))
        snprintf(path, sizeof path, "%s/backsift-%s.so", BACKSIFT_LIBEXEC, name);
    void *handle = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (!handle) {
        error_set(e, ERROR_CONFIG, "the module for %s: cannot be loaded: %s: install it", name,
                  dlerror());
        return NULL;
    }
    const struct engine_module *module = dlsym(handle, ENGINE_MODULE_SYMBOL);
    if (module && strcmp(module->version, BACKSIFT_VERSION) == 0)
        return module->engine;
    error_set(e, ERROR_CONFIG, "the module %s belongs to backsift %s, this is %s: install it anew",
              path, module ? module->version : "(unknown)", BACKSIFT_VERSION);
    return NULL;
}
