#!/bin/sh
# Starts LanLedger in a container, as whoever the container runs as, with the rights that it needs and the container has: packet
# sockets, and ports below 1024. Without the first LanLedger says itself what is missing. A program that it starts gets no more.
set -eu
for rights in +net_raw,+net_bind_service +net_raw; do
  if setpriv --inh-caps="$rights" --ambient-caps="$rights" true 2>/dev/null; then
    exec setpriv --no-new-privs --inh-caps="$rights" --ambient-caps="$rights" lanledger "$@"
  fi
done
exec lanledger "$@"
