#!/bin/sh
# gRPC for Python, which the Python example is tested with: as root on Debian or Ubuntu from their packages. Elsewhere
# says in one line what to install; the test of the example is skipped then, and nothing else needs it.
set -eu
packages='python3-grpcio python3-grpc-tools'
hint="the Python example is not tested: install $packages"

[ -x /usr/bin/python3 ] && /usr/bin/python3 -c 'import grpc, grpc_tools' 2>/dev/null && exit 0
if ! command -v apt-get >/dev/null 2>&1 || [ "$(id -u)" != 0 ]; then
  echo "shoal: $hint" >&2
  exit 0
fi
echo "shoal: installing $packages" >&2
export DEBIAN_FRONTEND=noninteractive
install="apt-get install -y -q --no-install-recommends $packages"
$install 1>&2 || { apt-get update -q 1>&2 && $install 1>&2; } || echo "shoal: $hint" >&2
