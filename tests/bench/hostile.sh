#!/bin/sh
# The processor time of hostile messages: the limit is 200 ms for each.
set -eu
: "${BUILD:?}"
cd "$(dirname "$0")/../.."
exec "$BUILD/bench/hostile"
