#!/bin/sh
# `npm run test:packages`: sets up what is missing, builds what others can install, and uses it as they would.
set -eu
cd "$(dirname "$0")/.."
sh scripts/setup.sh
PATH="$PWD/node_modules/.bin:$PATH"
export PATH
export TURBO_TELEMETRY_DISABLED=1
exec turbo run check:packages --ui=stream
