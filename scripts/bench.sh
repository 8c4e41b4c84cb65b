#!/bin/sh
# `npm run bench`: sets up what is missing, then measures. See bench/README.md.
set -eu
cd "$(dirname "$0")/.."
sh scripts/setup.sh
PATH="$PWD/node_modules/.bin:$PATH"
export PATH
exec node bench/src/main.ts "$@"
