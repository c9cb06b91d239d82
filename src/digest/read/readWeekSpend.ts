import { fixedNano } from '../../cost/report/shareCosts.ts';
import { costNano } from '../../model/costParts.ts';
import { seriesOnBasis } from '../../cost/report/readCosts.ts';
import { nodeFacts } from '../../model/nodeFacts.ts';
import type { PricingConfig } from '../../cost/config.ts';
import { UNALLOCATED, type CostRow, type CostTable } from '../../store/costTable.ts';
import type { HistoryReader } from '../../store/history.ts';
import type { NodeRecord } from '../../store/workloads.ts';
import type { Nano } from '../../model/money.ts';
import type { TimeMs } from '../../model/time.ts';
import { type Amount, type DailySpend, type Spend } from '../../store/digests/digest.ts';
import { idleNano, idleParts } from '../spend/idleChange.ts';
import { ReasonSums } from '../spend/reasons.ts';
import { spendBy, type WeekContext } from '../spend/spendBy.ts';
import { spikeNano } from '../spend/spikes.ts';
import { sumRows, nameOfRow } from '../spend/sumRows.ts';
import type { SeenHours } from '../spend/decompose.ts';
import { midnights, type Week } from '../../store/digests/week.ts';
import { dailySpend } from '../spend/dailySpend.ts';

/** A question for what a week cost. */
export interface SpendRequest {
  readonly pricing: PricingConfig;
  readonly timezone: string;
  readonly week: Week;
  /** The week's end, or how far a running week has come. */
  readonly until: TimeMs;
  /** Null: there is nothing to compare with. */
  readonly before: Week | null;
  /** Hours of sealed windows with any data, in both weeks. */
  readonly seen: SeenHours;
  /** Owners where the history knows none. */
  ownerOf(namespace: string, workload: string): string | null;
}

/** What a week cost, to whom, and why it changed. */
export interface WeekSpend {
  readonly namespaces: readonly Spend[];
  readonly owners: readonly Spend[];
  readonly idle: Amount;
  readonly total: Amount;
  readonly days: DailySpend;
  /** Cost rows of the week and the week before, owners filled in. */
  readonly rows: readonly CostRow[];
  readonly rowsBefore: readonly CostRow[] | null;
  readonly coverage: number;
  readonly provisional: boolean;
  /** One owner's namespaces. */
  ofOwner(owner: string): readonly Spend[];
}

/** Reads the costs of a week and of the week before, from the history's days where it can. */
export async function readWeekSpend(
  reader: HistoryReader,
  request: SpendRequest,
): Promise<WeekSpend> {
  const { pricing, week, before, until } = request;
  const compared = before === null ? [] : [before.start, before.end];
  const boundaries = [...new Set([...compared, week.start, until])];
  const by = ['owner', 'container', 'node'] as const;
  const tables = await seriesOnBasis(reader, pricing, { boundaries, by, namespaces: null });
  const now = tables.at(-1)!;
  const old = before === null ? null : tables[0]!;
  const daily = await readDays(reader, request);
  const kinds = nodeKinds(await reader.nodes());
  const nodeKind = (node: string | null): string => kinds.get(node ?? '') ?? node ?? '';
  const withOwner = fillOwners(request.ownerOf);
  const rows = now.rows.map(withOwner);
  const rowsBefore = old?.rows.map(withOwner) ?? null;
  const context: WeekContext = {
    now: { rows, fixedNano: fixedNano(pricing, now.window) },
    before:
      old === null || rowsBefore === null
        ? null
        : { rows: rowsBefore, fixedNano: fixedNano(pricing, old.window) },
    seen: request.seen,
    sharedNamespaces: new Set(pricing.shared.namespaces),
    split: pricing.shared.split,
    nodeKind,
    spikeChange: spikesIn(daily, week),
  };
  const all = new ReasonSums();
  const namespaces = spendBy(namespaceOf, context, all);
  const idleSums = new ReasonSums();
  if (old !== null) {
    for (const [kind, parts] of idleParts(old, now, request.seen, nodeKind)) {
      idleSums.add(kind, parts);
      all.add(kind, parts);
    }
  }
  const idle = {
    nano: idleNano(now),
    beforeNano: old === null ? null : idleNano(old),
    reasons: idleSums.reasons(),
  };
  const sum = (of: (spend: Amount) => Nano | null): Nano =>
    [...namespaces, idle].reduce((total, spend) => total + (of(spend) ?? 0), 0);
  const bill = now.bill;
  return {
    namespaces,
    owners: spendBy(({ owner }) => owner ?? UNALLOCATED, context, new ReasonSums()),
    idle,
    total: {
      nano: sum(({ nano }) => nano),
      beforeNano: old === null ? null : sum(({ beforeNano }) => beforeNano),
      reasons: all.reasons(),
    },
    days: dailySpend(daily, week),
    rows,
    rowsBefore,
    coverage: now.coverage,
    provisional: now.provisional || bill?.whole === false,
    ofOwner: (owner) => spendBy(namespaceOf, ownedBy(context, owner), new ReasonSums()),
  };
}

function namespaceOf({ namespace }: CostRow): string {
  return namespace ?? '';
}

/** One owner's rows alone: their own cost, without anything that is spread. */
function ownedBy(context: WeekContext, owner: string): WeekContext {
  const { now, before, sharedNamespaces } = context;
  const his = (row: CostRow): boolean =>
    row.owner === owner && !sharedNamespaces.has(row.namespace ?? '');
  return {
    ...context,
    now: { rows: now.rows.filter(his), fixedNano: 0 },
    before: before === null ? null : { rows: before.rows.filter(his), fixedNano: 0 },
  };
}

/** Names of nodes change from week to week; what kind they are does not. */
function nodeKinds(nodes: readonly NodeRecord[]): ReadonlyMap<string, string> {
  return new Map(
    nodes.map((node) => {
      const { instanceType, capacityType, region } = nodeFacts(node);
      if (instanceType === null) return [node.name, node.name];
      const spot = capacityType === 'spot' ? ' spot' : '';
      return [node.name, `${instanceType}${spot}${region === null ? '' : ` ${region}`}`];
    }),
  );
}

function fillOwners(ownerOf: SpendRequest['ownerOf']): (row: CostRow) => CostRow {
  return (row) => {
    if (row.owner !== null || row.namespace === null) return row;
    return { ...row, owner: ownerOf(row.namespace, row.workload?.name ?? '') };
  };
}

/** What every workload cost on each local day of both weeks. */
async function readDays(
  reader: HistoryReader,
  { pricing, timezone, week, before }: SpendRequest,
): Promise<readonly CostTable[]> {
  const boundaries = midnights((before ?? week).start, week.end, timezone);
  return seriesOnBasis(reader, pricing, { boundaries, by: ['workload'], namespaces: null });
}

/** By how much more than in the week before each workload spiked. */
function spikesIn(days: readonly CostTable[], week: Week): (workload: string) => Nano {
  const weeks = { before: new Map<string, Nano[]>(), now: new Map<string, Nano[]>() };
  for (const { rows, window } of days) {
    const side = window.start < week.start ? weeks.before : weeks.now;
    for (const row of sumRows(rows, nameOfRow)) {
      const costs = side.get(row.key) ?? [];
      side.set(row.key, costs);
      costs.push(costNano(row));
    }
  }
  return (workload) =>
    spikeNano(weeks.now.get(workload) ?? []) - spikeNano(weeks.before.get(workload) ?? []);
}
