import type { UnitCostConfig } from '../../collect/unitCosts.ts';
import type { WindowCosts } from '../../model/cost.ts';
import { costNano, nodeNano, sumNano } from '../../model/costParts.ts';
import type { Nano } from '../../model/money.ts';
import type { Snapshot } from '../../model/snapshot.ts';
import { DAY_MS, floorTo, HOUR_MS, SECOND_MS, type TimeMs } from '../../model/time.ts';
import { jsonCodec, type DetectorState } from '../../store/stateCodec.ts';

/** Units and cost of the windows of an hour in which the units were known. */
export interface UnitHour {
  readonly units: number;
  readonly nano: Nano;
  readonly ms: number;
}

/** The hours of a UTC day; null where nothing was known. */
export interface UnitDay {
  readonly name: string;
  readonly day: TimeMs;
  readonly hours: readonly (UnitHour | null)[];
}

/** State is kept beside the detectors': windows add up to hours in the transaction that seals them. */
export const UNIT_COSTS = { name: 'unit-costs', version: 1, codec: jsonCodec<UnitDay>() } as const;

const KEPT_MS = 400 * DAY_MS;

/** Adds what a window cost, and how many units it served, to their hours. */
export function addUnits(
  rows: DetectorState<UnitDay>,
  { window, units = {} }: Pick<Snapshot, 'window' | 'units'>,
  costs: WindowCosts,
  unitCosts: readonly Pick<UnitCostConfig, 'name' | 'namespaces'>[],
): void {
  const day = floorTo(window.start, DAY_MS);
  const hour = (floorTo(window.start, HOUR_MS) - day) / HOUR_MS;
  const ms = window.end - window.start;
  for (const { name, namespaces } of unitCosts) {
    const rate = Object.hasOwn(units, name) ? (units[name] ?? null) : null;
    if (rate === null) continue;
    const key = `${day} ${name}`;
    const before = rows.get(key) ?? { name, day, hours: Array.from({ length: 24 }, () => null) };
    const sum = before.hours[hour] ?? { units: 0, nano: 0, ms: 0 };
    const added = {
      units: sum.units + (rate * ms) / SECOND_MS,
      nano: sum.nano + costOf(costs, namespaces),
      ms: sum.ms + ms,
    };
    rows.set(key, { ...before, hours: before.hours.with(hour, added) });
  }
  if (window.end % DAY_MS !== 0) return;
  for (const [key, { day: old }] of Array.from(rows.entries()))
    if (old < window.end - KEPT_MS) rows.delete(key);
}

/** What some namespaces cost; with none everything, idle included: what the nodes cost and what stands beside them. */
function costOf(
  { allocations, nodes, unattached }: WindowCosts,
  namespaces: readonly string[],
): Nano {
  const isWanted = (namespace: string) => namespaces.length === 0 || namespaces.includes(namespace);
  const beside = sumNano(unattached, ({ namespace, nano }) => (isWanted(namespace) ? nano : 0));
  if (namespaces.length > 0)
    return (
      beside + sumNano(allocations, (row) => (isWanted(row.pod.namespace) ? costNano(row) : 0))
    );
  const apart = sumNano(allocations, (row) => costNano(row) - nodeNano(row));
  return sumNano(nodes, nodeNano) + apart + beside;
}
