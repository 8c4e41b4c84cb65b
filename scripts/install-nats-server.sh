#!/bin/sh
# Installs nats-server where it is missing: as root on Debian or Ubuntu from their package, without starting
# or enabling the service that comes with it. Elsewhere says in one line what to do, and exits with 3.
set -eu

[ -n "${SHOAL_NATS_SERVER:-}" ] && [ -x "$SHOAL_NATS_SERVER" ] && exit 0
command -v nats-server >/dev/null 2>&1 && exit 0
[ -x /usr/sbin/nats-server ] && exit 0

if ! command -v apt-get >/dev/null 2>&1; then
  echo 'missing-dependency: nats-server is needed; install it from https://github.com/nats-io/nats-server/releases' >&2
  exit 3
fi
if [ "$(id -u)" != 0 ]; then
  echo 'missing-dependency: nats-server is needed; install it with: sudo apt-get install nats-server' >&2
  exit 3
fi

# A device starts its own nats-server; the one of the package would take port 4222 of the machine.
# Debian asks policy-rc.d before it starts a service; 101 means no.
policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ]; then
  trap 'rm -f "$policy"' EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM
  printf '#!/bin/sh\nexit 101\n' >"$policy"
  chmod 755 "$policy"
fi

echo 'shoal: installing nats-server' >&2
export DEBIAN_FRONTEND=noninteractive
install='apt-get install -y -q --no-install-recommends nats-server'
$install 1>&2 || { apt-get update -q 1>&2 && $install 1>&2; } || {
  echo 'missing-dependency: nats-server could not be installed; try: apt-get update && apt-get install nats-server' >&2
  exit 3
}
if [ -d /run/systemd/system ]; then systemctl disable --now nats-server.service 1>&2 || true; fi
