import { nodeNano } from '../../model/costParts.ts';
import type { CostTable, NodeCostRow } from '../../store/costTable.ts';
import type { Nano } from '../../model/money.ts';
import { addReason, inWholeNanos, type Parts, type SeenHours, logMean } from './decompose.ts';

/** What the nodes cost beyond what was allocated. */
export function idleNano({ idle }: CostTable): Nano {
  return nodeNano(idle);
}

/**
 * Why idle changed, by kind of node: hours seen × nodes (in cores) × price, split as in `decompose`, less
 * what more of it was allocated.
 */
export function idleParts(
  before: CostTable,
  now: CostTable,
  seen: SeenHours,
  nodeKind: (node: string | null) => string,
): ReadonlyMap<string, Parts> {
  const old = byKind(before.nodes ?? [], nodeKind);
  const recent = byKind(now.nodes ?? [], nodeKind);
  const parts = new Map<string, Parts>();
  for (const kind of new Set([...old.keys(), ...recent.keys()])) {
    parts.set(kind, kindParts(old.get(kind) ?? NONE, recent.get(kind) ?? NONE, seen));
  }
  const allocated = (table: CostTable): Nano => table.nodesNano - idleNano(table);
  const change: Parts = new Map();
  addReason(change, 'allocated', allocated(before) - allocated(now));
  parts.set('', change);
  return parts;
}

interface KindCost {
  readonly nano: Nano;
  readonly coreHours: number;
}

const NONE: KindCost = { nano: 0, coreHours: 0 };

function byKind(
  nodes: readonly NodeCostRow[],
  nodeKind: (node: string | null) => string,
): ReadonlyMap<string, KindCost> {
  const kinds = new Map<string, KindCost>();
  for (const node of nodes) {
    const kind = nodeKind(node.node);
    const { nano, coreHours } = kinds.get(kind) ?? NONE;
    kinds.set(kind, {
      nano: nano + nodeNano(node),
      coreHours: coreHours + node.cpuCoreHours,
    });
  }
  return kinds;
}

function kindParts(before: KindCost, now: KindCost, seen: SeenHours): Parts {
  const parts: Parts = new Map();
  const change = now.nano - before.nano;
  const isNew = before.coreHours <= 0 || now.coreHours <= 0;
  if (isNew) addReason(parts, 'nodes', change);
  else if (before.nano <= 0 || now.nano <= 0) addReason(parts, 'node-prices', change);
  else {
    const weight = logMean(before.nano, now.nano);
    const hours = seen.before > 0 && seen.now > 0 ? weight * Math.log(seen.now / seen.before) : 0;
    const cores = weight * Math.log(now.coreHours / before.coreHours) - hours;
    addReason(parts, 'hours', hours);
    addReason(parts, 'nodes', cores);
    addReason(parts, 'node-prices', change - hours - cores);
  }
  return inWholeNanos(parts, change);
}
