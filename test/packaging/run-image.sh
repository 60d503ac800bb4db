#!/bin/bash
# test/packaging/run-image.sh IMAGE NAMESPACE RIGHTS DATA TARGET [NAME=VALUE...] -- ARGUMENTS
# Runs what image.js built as Docker would: as its user, with these rights at most (such as +net_raw), the root file system read-only,
# DATA of this machine at TARGET, in this network namespace. NNP=--no-new-privs forbids file capabilities, NOTMP=1 leaves out /tmp.
set -eu
root=$1 namespace=$2 rights=$3 data=$4 target=$5
shift 5
environment=()
while [ "$1" != -- ]; do
  environment+=("$1")
  shift
done
shift
mkdir -p "$root$target"
exec ip netns exec "$namespace" unshare --mount --pid --fork --propagation private bash -ec '
  root=$1 rights=$2 data=$3 target=$4
  shift 4
  mount --bind "$root" "$root"
  mount --bind "$data" "$root$target"
  mount -t proc proc "$root/proc"
  mount -t sysfs sysfs "$root/sys" -o ro
  mount --rbind /dev "$root/dev"
  [ -n "${NOTMP:-}" ] || mount -t tmpfs tmpfs "$root/tmp"
  mount -o remount,bind,ro "$root"
  cd "$root"
  pivot_root . mnt
  umount -l /mnt
  exec setpriv --reuid 8777 --regid 8777 --clear-groups --bounding-set="-all,$rights" --inh-caps=-all --ambient-caps=-all ${NNP:-} \
    env -i PATH=/usr/local/bin:/usr/bin:/bin NODE_ENV=production DATA_STORE=/data \
      NODE_OPTIONS=--max-semi-space-size=2 "$@"
' bash "$root" "$rights" "$data" "$target" "${environment[@]}" sh /opt/lanledger/container.sh "$@"
