import { fromNano, type Nano } from '../../../model/money.ts';

/** What workloads (`KIND/NAME`) cost: nano-units in the hour that runs, units an hour where it is usual. */
export type WorkloadCosts = Readonly<Record<string, number>>;

/** More of a namespace are not kept apart: what makes a spike is among the dearest. */
const MOST_WORKLOADS = 40;
/** How much an ordinary hour changes what is usual: half of it is forgotten after seven hours. */
const LEARNS = 0.1;
/** A share of the rise that makes a workload its cause. */
const MOST = 0.5;

/** A workload that makes most of a rise; units an hour. */
export interface SpikeCause {
  readonly workload: string;
  readonly cost: number;
  readonly usual: number;
}

export function addCosts(before: WorkloadCosts, window: ReadonlyMap<string, Nano>): WorkloadCosts {
  const sums = new Map(Object.entries(before));
  for (const [workload, nano] of window) sums.set(workload, (sums.get(workload) ?? 0) + nano);
  return dearest(sums);
}

/** Learns an ordinary hour. */
export function learnUsual(usual: WorkloadCosts | undefined, hour: WorkloadCosts): WorkloadCosts {
  const known = new Map(Object.entries(usual ?? {}));
  const costs = new Map(Object.entries(hour));
  for (const workload of new Set([...known.keys(), ...costs.keys()])) {
    const cost = fromNano(costs.get(workload) ?? 0);
    const before = usual === undefined ? cost : (known.get(workload) ?? 0);
    known.set(workload, before + LEARNS * (cost - before));
  }
  return dearest(known);
}

/** The workload that most of the rise of an hour comes from; null where none stands out, or none is known. */
export function spikeCause(
  hour: WorkloadCosts,
  usual: WorkloadCosts | undefined,
): SpikeCause | null {
  if (usual === undefined) return null;
  const known = new Map(Object.entries(usual));
  const rises = Object.entries(hour).map(([workload, nano]) => {
    const cost = fromNano(nano);
    const before = known.get(workload) ?? 0;
    return { workload, cost, usual: before, rise: Math.max(0, cost - before) };
  });
  const all = rises.reduce((sum, { rise }) => sum + rise, 0);
  const [most] = rises.toSorted((a, b) => b.rise - a.rise || (a.workload < b.workload ? -1 : 1));
  if (most === undefined || most.rise <= 0 || most.rise < MOST * all) return null;
  return { workload: most.workload, cost: most.cost, usual: most.usual };
}

function dearest(costs: ReadonlyMap<string, number>): WorkloadCosts {
  const kept = [...costs].filter(([, cost]) => cost > 1e-6);
  if (kept.length > MOST_WORKLOADS) kept.sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
  return Object.fromEntries(kept.slice(0, MOST_WORKLOADS));
}
