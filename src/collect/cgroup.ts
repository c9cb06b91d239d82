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

/** What a cgroup's path says of the container that it belongs to. */
export interface ContainerCgroup {
  /** The runtime's id of the container, however the path before it is spelt; empty where there is no path. */
  readonly life: string;
  /** A cgroup that the container made inside its own. */
  readonly nested: boolean;
}

/** Reads the container's part of a cgroup path: the one after the pod's. */
export function containerCgroup(path: string): ContainerCgroup {
  const parts = path.split(/[/:]/).filter((part) => part !== '' && part !== 'cri-containerd');
  const pod = parts.findLastIndex((part) => /(?:^|-)pod[0-9a-f]/.test(part));
  const own = pod < 0 ? path : (parts[pod + 1] ?? '');
  return {
    life: own
      .replace(/^(?:cri-containerd|containerd|docker|crio|libpod)-/, '')
      .replace(/\.scope$/, ''),
    nested: pod >= 0 && parts.length > pod + 2,
  };
}
