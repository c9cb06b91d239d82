import type { CostRow, CostTable } from '../../store/costTable.ts';
import type { Nano } from '../../model/money.ts';
import { toNano } from '../../model/money.ts';
import type { Window } from '../../model/time.ts';
import { HOURS_PER_MONTH, windowHours } from '../../model/time.ts';
import { splitNano } from '../exact.ts';
import type { PricingConfig } from '../sources/nodePriceSource.ts';
import { costNano, emptyRow } from './costRow.ts';

/** A row with what it carries of others' cost. */
export interface SharedRow {
  readonly cost: CostRow;
  /** Its part of the shared namespaces and fixed fees. */
  readonly sharedNano: Nano;
  readonly idleNano: { readonly cpu: Nano; readonly ram: Nano; readonly gpu: Nano };
}

/** Carries shared cost when there is no row that could. */
const SHARED_KEY = '__shared__';

const NO_IDLE = { cpu: 0, ram: 0, gpu: 0 };

/** Fixed fees (control plane, support) belong to the contracted bases; a month has 730 hours. */
export function fixedNano(pricing: PricingConfig, window: Window): Nano {
  if (pricing.basis === 'list') return 0;
  const monthly = pricing.fixed.reduce((sum, fee) => sum + fee.monthly, 0);
  return toNano((monthly * windowHours(window)) / HOURS_PER_MONTH);
}

/**
 * Takes the shared namespaces' cost out of the rows they are in and spreads it, with the fixed fees,
 * over what is left: `evenly`, or `weighted` by each row's own cost.
 */
export function shareOverheads(
  rows: readonly CostRow[],
  overheads: {
    readonly shared: readonly CostRow[];
    readonly fixedNano: Nano;
    readonly split: 'evenly' | 'weighted';
  },
): readonly SharedRow[] {
  const shared = new Map(overheads.shared.map((row) => [row.key, row]));
  const own = rows
    .map((row) => {
      const part = shared.get(row.key);
      return part === undefined ? row : subtract(row, part);
    })
    .filter((row): row is CostRow => row !== null);
  const toShare =
    overheads.fixedNano + overheads.shared.reduce((sum, row) => sum + costNano(row), 0);
  if (toShare === 0) return own.map((cost) => ({ cost, sharedNano: 0, idleNano: NO_IDLE }));
  const carriers = own.length > 0 ? own : [emptyRow(SHARED_KEY)];
  const weights = carriers.map((row) => (overheads.split === 'evenly' ? 1 : costNano(row)));
  const parts = splitNano(toShare, weights);
  return carriers.map((cost, index) => ({
    cost,
    sharedNano: parts[index] ?? 0,
    idleNano: NO_IDLE,
  }));
}

/** Spreads idle over the rows, each resource by what the rows cost of it; where none does, it stays apart. */
export function shareIdle(
  rows: readonly SharedRow[],
  idle: CostTable['idle'],
  mode: 'separate' | 'share',
): { readonly rows: readonly SharedRow[]; readonly idle: CostTable['idle'] } {
  if (mode === 'separate') return { rows, idle };
  const cpu = spread(idle.cpuNano, rows, 'cpuNano');
  const ram = spread(idle.ramNano, rows, 'ramNano');
  const gpu = spread(idle.gpuNano, rows, 'gpuNano');
  return {
    rows: rows.map((row, index) => ({
      ...row,
      idleNano: {
        cpu: cpu.parts[index] ?? 0,
        ram: ram.parts[index] ?? 0,
        gpu: gpu.parts[index] ?? 0,
      },
    })),
    idle: { cpuNano: cpu.rest, ramNano: ram.rest, gpuNano: gpu.rest },
  };
}

function spread(
  nano: Nano,
  rows: readonly SharedRow[],
  field: 'cpuNano' | 'ramNano' | 'gpuNano',
): { readonly parts: readonly Nano[]; readonly rest: Nano } {
  const weights = rows.map((row) => row.cost[field]);
  if (!weights.some((weight) => weight > 0)) return { parts: [], rest: nano };
  return { parts: splitNano(nano, weights), rest: 0 };
}

/** What is left of a row without the shared namespaces' part; null when nothing is. */
function subtract(row: CostRow, part: CostRow): CostRow | null {
  const rest = {
    ...row,
    cpuCoreHours: less(row.cpuCoreHours, part.cpuCoreHours),
    ramByteHours: less(row.ramByteHours, part.ramByteHours),
    gpuHours: less(row.gpuHours, part.gpuHours),
    cpuRequestCoreHours: less(row.cpuRequestCoreHours, part.cpuRequestCoreHours),
    cpuUsageCoreHours: less(row.cpuUsageCoreHours, part.cpuUsageCoreHours),
    ramRequestByteHours: less(row.ramRequestByteHours, part.ramRequestByteHours),
    ramUsageByteHours: less(row.ramUsageByteHours, part.ramUsageByteHours),
    cpuNano: row.cpuNano - part.cpuNano,
    ramNano: row.ramNano - part.ramNano,
    gpuNano: row.gpuNano - part.gpuNano,
    storageNano: row.storageNano - part.storageNano,
    networkNano: row.networkNano - part.networkNano,
    loadBalancerNano: row.loadBalancerNano - part.loadBalancerNano,
  };
  return costNano(rest) === 0 && rest.cpuCoreHours === 0 && rest.ramByteHours === 0 ? null : rest;
}

/** Difference of two sums of floating hours: what is left below a billionth of the whole is rounding. */
function less(whole: number, part: number): number {
  const rest = whole - part;
  return rest > whole * 1e-9 ? rest : 0;
}
