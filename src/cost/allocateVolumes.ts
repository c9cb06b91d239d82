import type { UnattachedCost } from '../model/cost.ts';
import type { Nano } from '../model/money.ts';
import type { Snapshot, VolumeSample } from '../model/snapshot.ts';
import { windowHours } from '../model/time.ts';
import { nanoInWindow, splitNano } from './exact.ts';
import { GIB } from './nodes.ts';
import type { PricingConfig } from './config.ts';

/** A pod's part of volumes: their cost, and their size averaged over the window. */
export interface VolumePart {
  readonly nano: Nano;
  readonly bytes: number;
}

export interface VolumeCosts {
  /** Pod UID → its part of the volumes it mounts. */
  readonly byPod: ReadonlyMap<string, VolumePart>;
  readonly unattached: readonly UnattachedCost[];
}

export const NO_PART: VolumePart = { nano: 0, bytes: 0 };

/**
 * Persistent volumes cost claim size × price × hours bound. While pods hold the claim its cost is split over
 * them by the share of the window each held it; the rest of the time it is not mounted, and the cost
 * stays with the namespace. A claim of unknown size cannot be charged.
 */
export function allocateVolumes(snapshot: Snapshot, pricing: PricingConfig): VolumeCosts {
  const held = new Map(snapshot.pods.map((pod) => [pod.uid, pod]));
  const byPod = new Map<string, VolumePart>();
  const unattached: UnattachedCost[] = [];
  const hours = windowHours(snapshot.window);
  for (const volume of snapshot.volumes) {
    if (volume.bytes === null) continue;
    const price = priceOf(volume, pricing);
    const perShare = (volume.bytes / GIB) * price * hours;
    const total = nanoInWindow(perShare * volume.boundShare, snapshot.window);
    const mounts = volume.mountedBy
      .map((uid) => {
        const { heldShare: share = 0, heldFrom = null } = held.get(uid) ?? {};
        return { uid, share, heldFrom };
      })
      .filter((mount) => mount.share > 0);
    const mountedShare = Math.min(volume.boundShare, unionOf(mounts));
    const mounted = Math.min(total, nanoInWindow(perShare * mountedShare, snapshot.window));
    const parts = splitNano(
      mounted,
      mounts.map((mount) => mount.share),
    );
    const shares = mounts.reduce((sum, mount) => sum + mount.share, 0);
    for (const [index, mount] of mounts.entries()) {
      const before = byPod.get(mount.uid) ?? NO_PART;
      byPod.set(mount.uid, {
        nano: before.nano + (parts[index] ?? 0),
        bytes: before.bytes + (volume.bytes * mountedShare * mount.share) / shares,
      });
    }
    if (total > mounted) {
      unattached.push({
        namespace: volume.namespace,
        name: volume.claim,
        kind: 'volume',
        nano: total - mounted,
        bytes: volume.bytes * (volume.boundShare - mountedShare),
      });
    }
  }
  return { byPod, unattached };
}

/** The operator's price for the class or the driver, else an exporter's, else the flat one. */
function priceOf(volume: VolumeSample, { storageClasses, storageGiBHour }: PricingConfig): number {
  const named = [volume.storageClass, volume.driver].find(
    (name) => name !== null && name !== undefined && name in storageClasses,
  );
  return storageClasses[named ?? ''] ?? volume.exportedPriceGiBHour ?? storageGiBHour;
}

interface Mount {
  readonly share: number;
  readonly heldFrom: number | null;
}

/** Share of the window in which any of the pods held it: one pod may hand it over to the next. */
function unionOf(mounts: readonly Mount[]): number {
  const most = mounts.reduce((share, mount) => Math.max(share, mount.share), 0);
  const spans = mounts.map(
    ({ share, heldFrom }) => [heldFrom ?? 0, (heldFrom ?? 0) + share] as const,
  );
  let [union, until] = [0, 0];
  for (const [from, to] of spans.toSorted(([a], [b]) => a - b)) {
    union += Math.max(0, to - Math.max(from, until));
    until = Math.max(until, to);
  }
  return Math.min(1, Math.max(most, union));
}
