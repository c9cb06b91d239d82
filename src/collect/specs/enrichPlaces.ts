import type { Amounts } from '../../model/podHold.ts';
import type { NamespaceFacts, NodeSample, Snapshot } from '../../model/snapshot.ts';
import type { TimeMs } from '../../model/time.ts';
import type { Inventory } from './inventory.ts';
import { mergeLabels } from './mergeLabels.ts';

/** Nodes of the snapshot with the labels and sizes that the inventory knows of them. */
export function enrichNodes(snapshot: Snapshot, inventory: Inventory): readonly NodeSample[] {
  const nodes = new Map(inventory.objects.nodes.map((node) => [node.name, node]));
  return snapshot.nodes.map((node) => {
    const object = nodes.get(node.name);
    if (object === undefined || isYounger(object.createdAt, snapshot)) return node;
    return {
      ...node,
      cpuCores: node.cpuCores ?? object.cpuCores,
      ramBytes: node.ramBytes ?? object.ramBytes,
      ...(node.devices === undefined && hasAny(object.devices) && { devices: object.devices }),
      allocatableCpuCores: node.allocatableCpuCores ?? object.allocatableCpuCores,
      allocatableRamBytes: node.allocatableRamBytes ?? object.allocatableRamBytes,
      labels: mergeLabels(node.labels, object.labels),
      providerId: node.providerId ?? object.providerId,
      ...(node.osImage === undefined && object.osImage && { osImage: object.osImage }),
    };
  });
}

/** Namespaces of the snapshot with the labels and annotations that the inventory knows of them. */
export function enrichNamespaces(
  snapshot: Snapshot,
  inventory: Inventory,
): ReadonlyMap<string, NamespaceFacts> {
  const enriched = new Map<string, NamespaceFacts>();
  for (const [name, facts] of snapshot.namespaces) {
    const record = inventory.namespaces.get(name);
    enriched.set(
      name,
      record === undefined || isYounger(record.createdAt, snapshot)
        ? facts
        : {
            name,
            labels: mergeLabels(facts.labels, record.labels),
            annotations: mergeLabels(facts.annotations, record.annotations),
          },
    );
  }
  return enriched;
}

function hasAny(devices: Amounts): boolean {
  return Object.keys(devices).length > 0;
}

/** Something made after the window is another one of the same name. */
function isYounger(createdAt: TimeMs | null, { window }: Snapshot): boolean {
  return createdAt !== null && createdAt > window.end;
}
