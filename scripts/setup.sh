#!/bin/sh
# Brings a checkout to where it can run: npm packages, nats-server, generated contract code.
# Does nothing where nothing is missing. Everything it has to say goes to stderr.
# Exit code 3: a program is missing that only the person at the machine can install.
set -eu
cd "$(dirname "$0")/.."

if ! command -v npm >/dev/null 2>&1; then
  echo 'missing-dependency: npm is needed, with Node.js 20 or newer; on Debian or Ubuntu: apt-get install nodejs npm' >&2
  exit 3
fi

if ! node scripts/is-installed.js; then
  echo 'shoal: installing npm packages' >&2
  # No script of a dependency is needed, and npm before 11 knows no list of those that may run.
  npm ci --ignore-scripts --loglevel=error 1>&2
  # npm 10 forgets to link the program of an optional package.
  for program in node_modules/node-*/bin/node; do
    if [ -x "$program" ] && [ ! -e node_modules/.bin/node ]; then
      ln -s "../${program#node_modules/}" node_modules/.bin/node
    fi
  done
fi

# From here on the project's own Node, where npm has one for this platform.
hash -r
PATH="$PWD/node_modules/.bin:$PATH"
export PATH
if ! node -e 'process.exit(Number(process.versions.node.split(".")[0]) >= 24 ? 0 : 1)'; then
  echo "missing-dependency: Node.js 24 or newer is needed on this platform, found $(node -v)" >&2
  exit 3
fi

sh scripts/install-nats-server.sh

generated=packages/proto/gen/shoal.binpb
if [ ! -f "$generated" ] || [ -n "$(find packages/proto/shoal packages/proto/buf.gen.yaml -newer "$generated" -type f)" ]; then
  npm run --silent prepare 1>&2
fi

# An install takes it away. Without it everything works, only slower.
compiled=node_modules/.cache/shoal-compile
if [ ! -d "$compiled" ]; then
  NODE_COMPILE_CACHE="$PWD/$compiled" node scripts/warm-up.js
fi
