import { emptyRow, type CostRow, type CostTable } from '../../store/costTable.ts';
import { toNano, type Nano } from '../../model/money.ts';
import { HOURS_PER_MONTH, windowHours, type Window } from '../../model/time.ts';
import { splitNano } from '../exact.ts';
import { DOLLARS, type PricingConfig, type SharedSplit } from '../config.ts';
import { GIB } from '../nodes.ts';
import {
  costNano,
  COST_PARTS,
  makeParts,
  NO_NODE_PARTS,
  NODE_PARTS,
  RESOURCE_HOURS,
  subtractParts,
  sumNano,
  type NodeParts,
} from '../../model/costParts.ts';

/** A row with what it carries of others' cost. */
export interface SharedRow {
  readonly cost: CostRow;
  /** Its part of the shared namespaces and fixed fees. */
  readonly sharedNano: Nano;
  readonly idleNano: NodeParts;
}

/** Carries shared cost when there is no row that could. */
export const SHARED_KEY = '__shared__';
/** The fixed fees where they are a row of their own. */
export const FIXED_KEY = '__fixed__';

/** Shared namespaces stay rows like others, and the fixed fees become one. */
export function showOverheads(rows: readonly CostRow[], fixed: Nano): readonly SharedRow[] {
  const own = rows.map((cost) => ({ cost, sharedNano: 0, idleNano: NO_NODE_PARTS }));
  if (fixed === 0) return own;
  return [...own, { cost: emptyRow(FIXED_KEY), sharedNano: fixed, idleNano: NO_NODE_PARTS }];
}

/** Fixed fees (control plane, support) belong to the contracted bases; a month has 730 hours. */
export function fixedNano(pricing: PricingConfig, window: Window): Nano {
  if (pricing.basis === 'list') return 0;
  const monthly = pricing.fixed.reduce((sum, fee) => sum + fee.monthly, 0);
  return toNano((monthly * windowHours(window)) / HOURS_PER_MONTH);
}

/**
 * Takes the shared namespaces' cost out of the rows they are in and spreads it, with the fixed fees,
 * over what is left: `evenly`, `weighted` by each row's own cost, or by the `usage` of CPU and memory, whatever was reserved.
 */
export function shareOverheads(
  rows: readonly CostRow[],
  overheads: {
    readonly shared: readonly CostRow[];
    readonly fixedNano: Nano;
    readonly split: SharedSplit;
  },
): readonly SharedRow[] {
  const shared = new Map(overheads.shared.map((row) => [row.key, row]));
  const own = rows
    .map((row) => {
      const part = shared.get(row.key);
      return part === undefined ? row : subtract(row, part);
    })
    .filter((row): row is CostRow => row !== null);
  const toShare = overheads.fixedNano + sumNano(overheads.shared, costNano);
  if (toShare === 0) return own.map((cost) => ({ cost, sharedNano: 0, idleNano: NO_NODE_PARTS }));
  const carriers = own.length > 0 ? own : [emptyRow(SHARED_KEY)];
  const parts = splitNano(toShare, weightsOf(carriers, overheads.split));
  return carriers.map((cost, index) => ({
    cost,
    sharedNano: parts[index] ?? 0,
    idleNano: NO_NODE_PARTS,
  }));
}

/** GiB of memory that weigh as much as a core: the ratio of OpenCost's default prices. */
const GIB_PER_CORE = DOLLARS.cpuCoreHour / DOLLARS.ramGiBHour;

function weightsOf(rows: readonly CostRow[], split: SharedSplit): readonly number[] {
  if (split === 'evenly') return rows.map(() => 1);
  const used = rows.map(
    ({ cpuUsageCoreHours, ramUsageByteHours }) =>
      cpuUsageCoreHours * GIB_PER_CORE + ramUsageByteHours / GIB,
  );
  // Where no use was seen, cost is the best that is known of it.
  const isSeen = split === 'usage' && used.some((amount) => amount > 0);
  return isSeen ? used : rows.map(costNano);
}

/** Spreads idle over the rows, each resource by what the rows cost of it; where none does, it stays apart. */
export function shareIdle(
  rows: readonly SharedRow[],
  idle: CostTable['idle'],
  mode: 'separate' | 'share',
): { readonly rows: readonly SharedRow[]; readonly idle: CostTable['idle'] } {
  if (mode === 'separate') return { rows, idle };
  const { shares, rest } = splitIdle(
    idle,
    rows.map(({ cost }) => cost),
  );
  return { rows: rows.map((row, index) => ({ ...row, idleNano: shares[index]! })), idle: rest };
}

/** Splits idle by what each carrier costs of a resource; `rest` is what none of them can carry. */
export function splitIdle(
  idle: NodeParts,
  carriers: readonly NodeParts[],
): { readonly shares: readonly NodeParts[]; readonly rest: NodeParts } {
  const shares = carriers.map(() => ({ ...NO_NODE_PARTS }));
  const rest = { ...NO_NODE_PARTS };
  for (const part of NODE_PARTS) {
    const weights = carriers.map((carrier) => carrier[part]);
    if (!weights.some((weight) => weight > 0)) rest[part] = idle[part];
    else
      for (const [index, nano] of splitNano(idle[part], weights).entries())
        shares[index]![part] = nano;
  }
  return { shares, rest };
}

/** What is left of a row without the shared namespaces' part; null when nothing is. */
function subtract(row: CostRow, part: CostRow): CostRow | null {
  const rest = {
    ...row,
    ...makeParts(RESOURCE_HOURS, (hours) => less(row[hours], part[hours])),
    ...subtractParts(COST_PARTS, row, part),
  };
  return costNano(rest) === 0 && rest.cpuCoreHours === 0 && rest.ramByteHours === 0 ? null : rest;
}

/** Difference of two sums of floating hours: what is left below a billionth of the whole is rounding. */
function less(whole: number, part: number): number {
  const rest = whole - part;
  return rest > whole * 1e-9 ? rest : 0;
}
