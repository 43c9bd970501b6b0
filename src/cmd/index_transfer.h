/*
 * What `index export` and `index import` agree on.
 */
#ifndef BACKSIFT_CMD_INDEX_TRANSFER_H
#define BACKSIFT_CMD_INDEX_TRANSFER_H

#include "store/transfer.h"

#define EXPORT_FORMAT  "backsift-index"
#define EXPORT_VERSION 1

#endif
