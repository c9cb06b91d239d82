import type { UnattachedCost } from '../model/cost.ts';
import type { Nano } from '../model/money.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { windowHours } from '../model/time.ts';
import { nanoInWindow, splitNano } from './exact.ts';
import { GIB } from './nodes.ts';
import type { PricingConfig } from './sources/nodePriceSource.ts';

export interface VolumeCosts {
  /** Pod UID → its part of the volumes it mounts. */
  readonly byPod: ReadonlyMap<string, Nano>;
  readonly unattached: readonly UnattachedCost[];
}

/**
 * Persistent volumes cost claim size × price × hours bound. While pods hold the claim its cost is split over
 * them by the share of the window each held it; the rest of the time nobody mounts it, and the cost
 * stays with the namespace. A claim of unknown size cannot be charged.
 */
export function allocateVolumes(snapshot: Snapshot, pricing: PricingConfig): VolumeCosts {
  const held = new Map(snapshot.pods.map((pod) => [pod.uid, pod.heldShare]));
  const byPod = new Map<string, Nano>();
  const unattached: UnattachedCost[] = [];
  const hours = windowHours(snapshot.window);
  for (const volume of snapshot.volumes) {
    if (volume.bytes === null) continue;
    const price = volume.exportedPriceGiBHour ?? pricing.storageGiBHour;
    const perShare = (volume.bytes / GIB) * price * hours;
    const total = nanoInWindow(perShare * volume.boundShare, snapshot.window);
    const mounts = volume.mountedBy
      .map((uid) => ({ uid, share: held.get(uid) ?? 0 }))
      .filter((mount) => mount.share > 0);
    const mountedShare = Math.min(
      volume.boundShare,
      mounts.reduce((most, mount) => Math.max(most, mount.share), 0),
    );
    const mounted = Math.min(total, nanoInWindow(perShare * mountedShare, snapshot.window));
    const parts = splitNano(
      mounted,
      mounts.map((mount) => mount.share),
    );
    mounts.forEach((mount, index) => {
      byPod.set(mount.uid, (byPod.get(mount.uid) ?? 0) + (parts[index] ?? 0));
    });
    if (total > mounted) {
      const nano = total - mounted;
      unattached.push({ namespace: volume.namespace, name: volume.claim, kind: 'volume', nano });
    }
  }
  return { byPod, unattached };
}
