/*
 * Errors to numbers. See exit_code.h.
 */
#include "cmd/exit_code.h"

int exit_code_of(const struct error *e)
{
    switch (e->kind) {
    case ERROR_NONE:
        return EXIT_DONE;
    case ERROR_USAGE:
        return EXIT_USAGE;
    case ERROR_CONFIG:
        return EXIT_CONFIG;
    case ERROR_DATA:
    case ERROR_REFUSED:
        return EXIT_DATA;
    case ERROR_RETRY:
        return EXIT_RETRY;
    }
    return EXIT_RETRY;
}

int exit_code_for_mail_system(const struct error *e)
{
    return e->kind == ERROR_NONE ? EXIT_DONE : EXIT_RETRY;
}
