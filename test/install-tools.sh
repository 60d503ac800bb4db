#!/bin/sh
# Installs what the tests need beside Node: Debian packages, where this is Debian and we are root.
# Without them the tests that need them are skipped, each with its reason.
set -eu

missing=""
need() { # command package
  command -v "$1" >/dev/null 2>&1 || missing="$missing $2"
}
need ip iproute2
need apparmor_parser apparmor
need nft nftables
need ethtool ethtool
need tcpdump tcpdump
need mosquitto mosquitto
need openssl openssl
need promtool prometheus
need chromium chromium
test -e /usr/include/pcap.h || missing="$missing libpcap-dev"

if [ -n "$missing" ]; then
  if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    echo "Installing$missing"
    apt-get update -qq
    # shellcheck disable=SC2086 -- a list of packages
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing >/dev/null
    # What the packages start would occupy ports, that of the built-in broker among them.
    for each in mosquitto prometheus prometheus-node-exporter; do
      service "$each" stop >/dev/null 2>&1 || true
    done
  else
    echo "Not installed (run as root on Debian to have it done):$missing"
  fi
fi

# The optional driver is built against libpcap's headers, which may have come just now.
if [ -e /usr/include/pcap.h ] && ! node -e "require('cap')" >/dev/null 2>&1; then
  npm install --no-audit --no-fund --silent || true
  npm rebuild cap --silent || echo "The package cap cannot be built here: the driver libpcap is not tested."
fi
