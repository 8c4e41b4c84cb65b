#!/bin/sh
# `npm start`: sets up what is missing, then becomes the main job. stdout belongs to the job alone.
set -eu
# npm runs this in the root of the project; a relative PATH means the folder that npm was called in.
caller=${INIT_CWD:-$PWD}
cd "$(dirname "$0")/.."
root=$PWD
sh scripts/setup.sh
PATH="$root/node_modules/.bin:$PATH"
export PATH
cd "$caller"
# exec: a signal to npm must reach the job itself, not a shell in between.
exec node "$root/packages/cli/src/main.ts" demo "$@"
