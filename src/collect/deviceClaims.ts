import type { DeviceClaim, PublishedDevices } from '../model/clusterObjects.ts';
import { claimedDevice } from '../model/devices.ts';
import type { Amounts } from '../model/podHold.ts';
import type { Snapshot } from '../model/snapshot.ts';

/** What a source tells of dynamic resource allocation. */
export interface DeviceClaims {
  readonly claims: readonly DeviceClaim[];
  readonly slices: readonly PublishedDevices[];
}

/**
 * Gives nodes the devices that drivers publish for them, and pods their share of those that their claims hold: a device
 * that several pods hold at once is shared evenly, one that is handed over belongs to each for its time.
 */
export function withDeviceClaims(snapshot: Snapshot, { claims, slices }: DeviceClaims): Snapshot {
  const published = publishedByNode(slices);
  const held = new Map(snapshot.pods.map(({ uid, heldShare }) => [uid, heldShare]));
  const claimed = new Map<string, Record<string, number>>();
  for (const { device, uids } of holdersOf(claims)) {
    const together = [...uids].reduce((sum, uid) => sum + (held.get(uid) ?? 0), 0);
    for (const uid of uids) {
      if (!held.has(uid)) continue;
      const amounts = claimed.get(uid) ?? {};
      claimed.set(uid, amounts);
      amounts[device] = (amounts[device] ?? 0) + 1 / Math.max(1, together);
    }
  }
  return {
    ...snapshot,
    nodes: snapshot.nodes.map((node) => {
      const more = published.get(node.name);
      return more === undefined ? node : { ...node, devices: { ...node.devices, ...more } };
    }),
    pods: snapshot.pods.map((pod) => {
      const own = claimed.get(pod.uid);
      return own === undefined ? pod : { ...pod, claimed: own };
    }),
  };
}

function publishedByNode(slices: readonly PublishedDevices[]): ReadonlyMap<string, Amounts> {
  const byNode = new Map<string, Record<string, number>>();
  for (const { node, driver, devices } of slices) {
    const amounts = byNode.get(node) ?? {};
    byNode.set(node, amounts);
    for (const device of devices) amounts[claimedDevice(driver, device)] = 1;
  }
  return byNode;
}

interface HeldDevice {
  readonly device: string;
  readonly uids: Set<string>;
}

/** Who holds each device: one may be in several claims, and a claim may be of several pods. */
function holdersOf(claims: readonly DeviceClaim[]): Iterable<HeldDevice> {
  const holders = new Map<string, HeldDevice>();
  for (const { devices, podUids } of claims)
    for (const { driver, pool, device } of devices) {
      const key = JSON.stringify([driver, pool, device]);
      const holder = holders.get(key) ?? { device: claimedDevice(driver, device), uids: new Set() };
      holders.set(key, holder);
      for (const uid of podUids) holder.uids.add(uid);
    }
  return holders.values();
}
