#!/bin/sh
# `npm run check`: the fast part of `npm test` (types, lint, unit tests), for while you work.
set -eu
cd "$(dirname "$0")/.."
sh scripts/setup.sh
PATH="$PWD/node_modules/.bin:$PATH"
export PATH
export TURBO_TELEMETRY_DISABLED=1
exec turbo run typecheck lint test:core test:unit --concurrency=2 --ui=stream
