import { efficiencyOf, shownEfficiency } from '../../cost/report/efficiency.ts';
import type { SharedSplit } from '../../cost/config.ts';
import { shareOverheads, type SharedRow } from '../../cost/report/shareCosts.ts';
import { costNano } from '../../model/costParts.ts';
import type { CostRow } from '../../store/costTable.ts';
import type { Nano } from '../../model/money.ts';
import type { Spend } from '../../store/digests/digest.ts';
import { decompose, type Parts, type SeenHours } from './decompose.ts';
import { ReasonSums } from './reasons.ts';
import { carveSpikes } from './spikes.ts';
import { sumRows, nameOfRow } from './sumRows.ts';
import { workloadWeeks } from './workloadWeeks.ts';

/** One week's rows (by owner, container and node) and what is spread over them. */
export interface CostWeek {
  readonly rows: readonly CostRow[];
  readonly fixedNano: Nano;
}

/** How costs are compared and spread. */
export interface WeekContext {
  readonly now: CostWeek;
  /** Null: there is nothing to compare with. */
  readonly before: CostWeek | null;
  readonly seen: SeenHours;
  readonly sharedNamespaces: ReadonlySet<string>;
  readonly split: SharedSplit;
  nodeKind(node: string | null): string;
  /** By how much more than in the week before a workload (`namespace/Kind/name`) spiked, nano-units. */
  spikeChange(workload: string): Nano;
}

/**
 * What each namespace, or each owner, spent, with why it changed. Rows add up to what was spent without
 * idle; shared namespaces and fixed fees are spread as `costs` spreads them.
 *
 * @param all also gets every reason
 */
export function spendBy(
  keyOf: (row: CostRow) => string,
  context: WeekContext,
  all: ReasonSums,
): readonly Spend[] {
  const now = new Map(spreadRows(context.now, keyOf, context).map((row) => [row.cost.key, row]));
  const before =
    context.before === null
      ? null
      : new Map(spreadRows(context.before, keyOf, context).map((row) => [row.cost.key, row]));
  const reasons = before === null ? null : reasonsBy(keyOf, context, all);
  const keys = [...new Set([...now.keys(), ...(before?.keys() ?? [])])];
  return keys
    .map((key) => {
      const sums = reasons?.get(key) ?? new ReasonSums();
      const sharedChange = (now.get(key)?.sharedNano ?? 0) - (before?.get(key)?.sharedNano ?? 0);
      if (before !== null && sharedChange !== 0) {
        const parts: Parts = new Map([['shared', sharedChange]]);
        sums.add('', parts);
        all.add('', parts);
      }
      return toSpend(key, now.get(key), before === null ? null : before.get(key), sums);
    })
    .sort((a, b) => b.nano - a.nano || (a.key < b.key ? -1 : 1));
}

function spreadRows(
  { rows, fixedNano }: CostWeek,
  keyOf: (row: CostRow) => string,
  { sharedNamespaces, split }: WeekContext,
): readonly SharedRow[] {
  const shared = rows.filter(({ namespace }) => sharedNamespaces.has(namespace ?? ''));
  return shareOverheads(sumRows(rows, keyOf), { shared: sumRows(shared, keyOf), fixedNano, split });
}

function reasonsBy(
  keyOf: (row: CostRow) => string,
  context: WeekContext,
  all: ReasonSums,
): ReadonlyMap<string, ReasonSums> {
  const { sharedNamespaces, nodeKind, seen } = context;
  const own = ({ namespace }: CostRow): boolean => !sharedNamespaces.has(namespace ?? '');
  const group = (row: CostRow): string => JSON.stringify([keyOf(row), nameOfRow(row)]);
  const now = workloadWeeks(context.now.rows.filter(own), group, nodeKind);
  const before = workloadWeeks((context.before?.rows ?? []).filter(own), group, nodeKind);
  const sums = new Map<string, ReasonSums>();
  for (const group of new Set([...now.keys(), ...before.keys()])) {
    const [key = ''] = JSON.parse(group) as readonly string[];
    const recent = now.get(group) ?? null;
    const old = before.get(group) ?? null;
    const name = (recent ?? old)?.key ?? '';
    const parts = carveSpikes(decompose(old, recent, seen), context.spikeChange(name));
    const sum = sums.get(key) ?? new ReasonSums();
    sums.set(key, sum);
    sum.add(name, parts);
    all.add(name, parts);
  }
  return sums;
}

function toSpend(
  key: string,
  now: SharedRow | undefined,
  before: SharedRow | undefined | null,
  sums: ReasonSums,
): Spend {
  return {
    key,
    nano: nanoOf(now),
    beforeNano: before === null ? null : nanoOf(before),
    sharedNano: now?.sharedNano ?? 0,
    reasons: sums.reasons(),
    efficiency: efficiencyIn(now?.cost),
    efficiencyBefore: efficiencyIn(before?.cost),
    coverage: now?.cost.coverage ?? 1,
  };
}

function nanoOf(row: SharedRow | undefined): Nano {
  return row === undefined ? 0 : costNano(row.cost) + row.sharedNano;
}

/** Null where nothing was asked for: there is nothing to be efficient with. */
function efficiencyIn(row: CostRow | undefined): number | null {
  if (row === undefined || row.cpuRequestCoreHours + row.ramRequestByteHours === 0) return null;
  return shownEfficiency(efficiencyOf(row).efficiency);
}
