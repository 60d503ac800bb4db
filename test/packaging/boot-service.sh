#!/bin/bash
# test/packaging/boot-service.sh ROOT NAMESPACE
# Boots the systemd of a Debian root, in this network namespace: the unit runs there as it does on a Raspberry Pi, but for MemoryMax
# where the kernel's memory controller is mounted elsewhere. Enter it with "nsenter -t PID -m -p -n -C -u -i".
set -eu
root=$1 namespace=$2
group=$(findmnt -n -o TARGET -t cgroup2 | head -1)/lanledger-test
mkdir -p "$group"
echo $$ >"$group/cgroup.procs"
exec ip netns exec "$namespace" env -i container=lxc PATH=/usr/sbin:/usr/bin:/sbin:/bin \
  unshare --mount --pid --cgroup --uts --ipc --fork --propagation private bash -ec '
  root=$1
  mount --bind "$root" "$root"
  mount -t proc proc "$root/proc"
  mount -t sysfs sysfs "$root/sys"
  mount -t cgroup2 none "$root/sys/fs/cgroup"
  for directory in run tmp dev; do mount -t tmpfs tmpfs "$root/$directory"; done
  while read -r name major minor; do mknod -m 666 "$root/dev/$name" c "$major" "$minor"; done <<NODES
null 1 3
zero 1 5
full 1 7
random 1 8
urandom 1 9
tty 5 0
NODES
  mkdir "$root/dev/pts" "$root/dev/shm"
  mount -t devpts devpts "$root/dev/pts" -o newinstance,ptmxmode=0666
  mount -t tmpfs tmpfs "$root/dev/shm"
  ln -s pts/ptmx "$root/dev/ptmx"
  ln -s /proc/self/fd "$root/dev/fd"
  cd "$root"
  pivot_root . mnt
  umount -l /mnt
  exec /lib/systemd/systemd --system </dev/null
' bash "$root"
