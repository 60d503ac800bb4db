#!/bin/sh
# Starts LanLedger in the container of Home Assistant's app. The Supervisor gives /data, and the options in it, to root: this
# hands them to the image's user, and with it the rest of the start.
set -eu
chown -R lanledger:lanledger /data
exec setpriv --reuid=lanledger --regid=lanledger --clear-groups sh /opt/lanledger/container.sh home-assistant
