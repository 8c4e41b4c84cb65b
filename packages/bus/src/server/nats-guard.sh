#!/bin/sh
# Becomes the program given, and ends it when standard input ends: usage: nats-guard.sh PROGRAM [ARGUMENT]...
#
# Standard input is a pipe whose other end the supervisor holds; when that process is gone, however it went, the pipe
# ends. The program keeps this process's id, so signals and its exit need no one in between; the watcher is its child.
graceSeconds=5
exec 3<&0 </dev/null
program=$$

# Whether the program still runs; its id alone may have been given to another process.
if [ -r /proc/self/stat ]; then
  # As long as it runs it is the watcher's parent. No `ps`: small systems have none.
  is_running() {
    read -r _pid _name _state parent _rest </proc/self/stat
    [ "$parent" = "$program" ]
  }
else
  started=$(ps -o lstart= -p "$program")
  is_running() { [ "$(ps -o lstart= -p "$program")" = "$started" ]; }
fi

(
  exec >/dev/null 2>&1
  cd /
  # A signal to the whole group must not leave the program without its watcher.
  trap '' HUP INT TERM
  while read -r _line <&3; do :; done
  is_running || exit 0
  kill -TERM "$program"
  waited=0
  while is_running; do
    [ "$waited" -lt "$graceSeconds" ] || { kill -KILL "$program"; exit 0; }
    sleep 1
    waited=$((waited + 1))
  done
) &

exec "$@" 3<&-
