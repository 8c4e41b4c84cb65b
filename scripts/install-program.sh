#!/bin/sh
# `install-program.sh PROGRAM PACKAGE WHERE`: installs a program where it is missing: as root on Debian or Ubuntu from
# their package, without starting or enabling the service that comes with it. Elsewhere says in one line what to do,
# and exits with 3.
set -eu
program=$1
package=$2
where=$3

command -v "$program" >/dev/null 2>&1 && exit 0
[ -x "/usr/sbin/$program" ] && exit 0

if ! command -v apt-get >/dev/null 2>&1; then
  echo "missing-dependency: $program is needed; install it from $where" >&2
  exit 3
fi
if [ "$(id -u)" != 0 ]; then
  echo "missing-dependency: $program is needed; install it with: sudo apt-get install $package" >&2
  exit 3
fi

# The service of a package would take a port of the machine; what is needed here is the program.
# Debian asks policy-rc.d before it starts a service; 101 means no.
policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ]; then
  trap 'rm -f "$policy"' EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM
  printf '#!/bin/sh\nexit 101\n' >"$policy"
  chmod 755 "$policy"
fi

echo "shoal: installing $program" >&2
export DEBIAN_FRONTEND=noninteractive
install="apt-get install -y -q --no-install-recommends $package"
$install 1>&2 || { apt-get update -q 1>&2 && $install 1>&2; } || {
  echo "missing-dependency: $program could not be installed; try: apt-get update && apt-get install $package" >&2
  exit 3
}
if [ -d /run/systemd/system ]; then systemctl disable --now "$package.service" 1>&2 || true; fi
