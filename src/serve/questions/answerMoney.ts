import { rowParts, UNALLOCATED } from '../../store/costTable.ts';
import { withOtherHistories } from '../../cost/fleet.ts';
import { openHistoryReader } from '../../engines/openHistory.ts';
import { readBudgets, type BudgetStatus } from '../../cost/budgets/readBudgets.ts';
import { readUnitCosts, type UnitCost } from '../../cost/unitCosts/readUnitCosts.ts';
import { compareCosts, type ComparedRow } from '../../cost/report/compareCosts.ts';
import { pricesOfHistory, type PricesReport } from '../../cost/report/pricesReport.ts';
import { sumKnown } from '../../model/reading.ts';
import type { WorkloadRef } from '../../model/workload.ts';
import { formatTime, WEEK_MS, type Span } from '../../model/time.ts';
import { isVisible, type AnswerContext, type Whose } from './answerContext.ts';

/**
 * Budgets of these namespaces; those of owners only for who sees every namespace, those over all clusters only for who
 * sees all of them.
 */
export async function answerBudgets(
  { namespaces, seesAllClusters }: Whose & { readonly seesAllClusters: boolean },
  context: AnswerContext,
): Promise<readonly BudgetStatus[]> {
  const { reader, config, perWindow } = context;
  const { pricing, budgets } = config();
  const isOwn = isVisible({ namespaces });
  const all = await perWindow('budgets', () =>
    withOtherHistories(config(), openHistoryReader, (others) =>
      readBudgets(reader, pricing, budgets, others),
    ),
  );
  return all.filter(
    ({ namespace, across }) => isOwn(namespace ?? null) && (across !== true || seesAllClusters),
  );
}

/** What an owner's workloads cost, beside the period before. */
export interface OwnerCosts {
  /** Null: what has no owner. */
  readonly owner: string | null;
  readonly totalCost: number;
  readonly previousCost: number;
  readonly change: number | null;
  readonly workloads: readonly {
    readonly namespace: string;
    readonly workload: WorkloadRef;
    readonly totalCost: number;
  }[];
}

export interface OwnersReport {
  readonly currency: string;
  readonly window: { readonly start: string; readonly end: string };
  /** The dearest first. */
  readonly owners: readonly OwnerCosts[];
}

/** Who owns what, by the costs of the last seven days. */
export async function answerOwners(
  { namespaces }: Whose,
  context: AnswerContext,
): Promise<OwnersReport | null> {
  const { reader, config, perWindow } = context;
  const { pricing, cluster } = config();
  const { watermark } = await reader.status();
  if (watermark === null) return null;
  const span: Span = { from: watermark - WEEK_MS, to: watermark };
  return perWindow(`owners ${JSON.stringify(namespaces)}`, async () => {
    const query = { ...span, by: ['owner' as const, 'workload' as const], namespaces };
    // Shared and fixed costs have no owner: every figure is what the owner's own workloads cost.
    const request = { cluster, query, overheads: 'show' as const };
    const { rows, currency, window } = await compareCosts(reader, pricing, request);
    const byOwner = Map.groupBy(rows.filter(isOfWorkload), (row) => rowParts(row)[0] ?? '');
    const owners = Array.from(byOwner, ([owner, own]) => ownerCosts(owner, own));
    return { currency, window, owners: owners.sort((a, b) => b.totalCost - a.totalCost) };
  });
}

interface WorkloadRow extends ComparedRow {
  readonly namespace: string;
  readonly workload: WorkloadRef;
}

function isOfWorkload(row: ComparedRow): row is WorkloadRow {
  return row.namespace !== undefined && row.workload !== undefined;
}

function ownerCosts(owner: string, rows: readonly WorkloadRow[]): OwnerCosts {
  const total = (of: (row: WorkloadRow) => number) => rows.reduce((sum, row) => sum + of(row), 0);
  return {
    owner: owner === UNALLOCATED ? null : owner,
    totalCost: total(({ totalCost }) => totalCost),
    previousCost: total(({ previousCost }) => previousCost),
    change: sumKnown(rows.map(({ change }) => change)),
    workloads: rows.map(({ namespace, workload, totalCost }) => ({
      namespace,
      workload,
      totalCost,
    })),
  };
}

export interface UnitCostsReport {
  readonly currency: string;
  readonly window: { readonly start: string; readonly end: string };
  readonly unitCosts: readonly UnitCost[];
}

/** Unit costs of a span; for who sees some namespaces, those of costs of these alone. */
export async function answerUnitCosts(
  { namespaces, ...span }: Whose & Span,
  { reader, config }: AnswerContext,
): Promise<UnitCostsReport> {
  const { unitCosts, pricing } = config();
  const isOwn = isVisible({ namespaces });
  const visible = unitCosts.filter(
    (one) => namespaces === null || (one.namespaces.length > 0 && one.namespaces.every(isOwn)),
  );
  const { window, unitCosts: read } = await readUnitCosts(reader, visible, span);
  return {
    currency: pricing.currency,
    window: { start: formatTime(window.from), end: formatTime(window.to) },
    unitCosts: read,
  };
}

/** The prices that the newest windows were recorded with; callers check that every namespace is seen. */
export async function answerPrices(_: Whose, context: AnswerContext): Promise<PricesReport> {
  const { reader, config, perWindow } = context;
  const { pricing } = config();
  const none = { lists: [], problems: [] };
  return perWindow('prices', async () => pricesOfHistory(await reader.nodes(), pricing, none));
}
