/**
 * The pod's UID in a cgroup path, in any of the forms of the kubelet's drivers:
 * `/kubepods/burstable/pod6a7d…-…/<container>`,
 * `/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod6a7d…_….slice/cri-containerd-<id>.scope`,
 * `/kubelet.slice/kubelet-kubepods.slice/…` (kind). Null when the path does not hold one.
 *
 * A static pod's cgroup has the hash of its file (32 digits without dashes) instead of the UID that the
 * API shows: that is no UID, and null too.
 */
export function podUidOf(cgroup: string | undefined): string | null {
  if (cgroup === undefined) return null;
  const match = POD.exec(cgroup);
  return match === null ? null : (match[1] as string).replaceAll('_', '-');
}

const POD =
  /pod([0-9a-f]{8}[-_][0-9a-f]{4}[-_][0-9a-f]{4}[-_][0-9a-f]{4}[-_][0-9a-f]{12})(?![0-9a-f])/;
