#!/bin/sh
# `npm test`: sets up what is missing, then types, lint, and all tests; those with real processes last.
set -eu
cd "$(dirname "$0")/.."
sh scripts/setup.sh
# promtool reads the numbers of a device as Prometheus does.
sh scripts/install-program.sh promtool prometheus https://prometheus.io/download
# The Python example runs with what the system has.
sh scripts/install-python-grpc.sh
PATH="$PWD/node_modules/.bin:$PATH"
export PATH
export TURBO_TELEMETRY_DISABLED=1
exec turbo run typecheck lint test:core test:unit test:e2e --concurrency=2 --ui=stream
