#!/bin/sh
# Installs nats-server where it is missing and SHOAL_NATS_SERVER names none.
set -eu
[ -n "${SHOAL_NATS_SERVER:-}" ] && [ -x "$SHOAL_NATS_SERVER" ] && exit 0
exec sh "$(dirname "$0")/install-program.sh" nats-server nats-server https://github.com/nats-io/nats-server/releases
