#!/bin/bash
# Runs as the first process of the cluster's own mount, network, process, IPC, host name and control group namespaces:
# nothing that happens below is seen outside, and all of it ends with this process.
set -euo pipefail
folder=$1
shift

mount --make-rshared /
mount -t proc proc /proc
controllers=$(awk '/ - cgroup / {print $5}' /proc/self/mountinfo | sed 's#.*/##')
mount -t sysfs sysfs /sys

# The control groups, with the cluster's own as their root.
mount -t tmpfs -o mode=755 tmpfs /sys/fs/cgroup
for controller in $controllers; do
  options=$controller
  [ "$controller" = systemd ] && options=none,name=systemd
  mkdir "/sys/fs/cgroup/$controller"
  mount -t cgroup -o "$options" cgroup "/sys/fs/cgroup/$controller"
done

# What the programs write at fixed places.
for path in /run /var/log; do mount -t tmpfs tmpfs "$path"; done
mkdir -p "$folder/var-lib/volumes/1" "$folder/var-lib/volumes/2"
mount --bind "$folder/var-lib" /var/lib
mkdir -p /run/containerd /run/cni

# The kubelet sets these for the whole machine: it shall find its values and write nothing.
shadow() {
  mkdir -p "$folder/sysctl"
  local file="$folder/sysctl/${1//\//.}"
  [ -e "/proc/sys/$1" ] || return 0
  echo "$2" >"$file"
  mount --bind "$file" "/proc/sys/$1"
}
shadow vm/overcommit_memory 1
shadow vm/panic_on_oom 0
shadow kernel/panic 10
shadow kernel/panic_on_oops 1
shadow kernel/keys/root_maxkeys 1000000
shadow kernel/keys/root_maxbytes 25000000

hostname "$BURNWATCH_NODE_NAME"
ip link set lo up
ip address add "$BURNWATCH_API_SERVICE_IP/32" dev lo
ip link add pods0 type bridge
ip address add "$BURNWATCH_NODE_IP/24" dev pods0
ip link set pods0 up
ip route add default dev pods0

# As the first process, bash also collects the processes that others leave.
"$@" &
child=$!
trap 'kill -TERM $child' TERM INT
while kill -0 $child 2>/dev/null; do wait $child || true; done
