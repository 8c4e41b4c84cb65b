#!/bin/sh
# `npm run test:packages`: sets up what is missing, builds and packs what others can install, and uses it
# as they would.
set -eu
cd "$(dirname "$0")/.."
sh scripts/setup.sh
PATH="$PWD/node_modules/.bin:$PATH"
export PATH
exec node scripts/packages/check-packages.ts
