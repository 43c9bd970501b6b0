/*
 * Character references of HTML: private to message/.
 */
#ifndef BACKSIFT_MESSAGE_HTML_ENTITY_H
#define BACKSIFT_MESSAGE_HTML_ENTITY_H

#include <stddef.h>

#include "base/span.h"

/* The length of the reference that s, which begins with "&", holds; its code point in *cp. 0 when
 * it holds none that is known. */
size_t html_entity(struct span s, unsigned *cp);

#endif
