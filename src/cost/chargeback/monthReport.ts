import { fromNano, toNano, type Nano } from '../../model/money.ts';
import { monthName, nextMonth, type TimeMs } from '../../model/time.ts';
import type { BillStore } from '../../store/bills.ts';
import { rowParts, UNALLOCATED } from '../../store/costTable.ts';
import type { HistoryReader } from '../../store/history.ts';
import type { PricingConfig } from '../config.ts';
import { splitNano } from '../exact.ts';
import { readCosts } from '../report/readCosts.ts';

/** What a month is charged to: an owner's part of a namespace, or what is nobody's. */
export interface ChargeLine {
  /** `idle`: what nodes cost beyond what was allocated. `correction`: a later bill of an earlier month. */
  readonly kind: 'usage' | 'idle' | 'correction';
  /** Null: nobody owns it. */
  readonly owner: string | null;
  readonly namespace: string | null;
  readonly nano: Nano;
  /** Of a correction: the month that it corrects (`2026-09`) and the bill that it came by. */
  readonly corrects?: string;
  readonly source?: string;
}

/** A month as it is charged; its lines add up to `totalNano` exactly. */
export interface MonthReport {
  readonly cluster: string;
  /** `2026-10`, in UTC as bills are. */
  readonly month: string;
  readonly currency: string;
  readonly basis: PricingConfig['basis'];
  /** True: this is final. */
  readonly isClosed: boolean;
  /** Share of the month that was seen, 0..1. */
  readonly coverage: number;
  readonly lines: readonly ChargeLine[];
  readonly totalNano: Nano;
}

/** What is read of a month, and where it is kept. */
export interface MonthSource {
  readonly reader: HistoryReader;
  readonly bills: Pick<BillStore, 'frozenMonth' | 'corrections'>;
  readonly pricing: PricingConfig;
  readonly cluster: string;
}

/** The month's own costs as they are now, with shared and fixed costs spread as configured. */
async function readMonth(
  { reader, pricing, cluster }: Pick<MonthSource, 'reader' | 'pricing' | 'cluster'>,
  month: TimeMs,
): Promise<MonthReport> {
  const query = { from: month, to: nextMonth(month), by: DIMENSIONS, namespaces: null };
  const report = await readCosts(reader, pricing, { cluster, query });
  const own = report.rows.map((row): ChargeLine => {
    const [owner, namespace] = rowParts(row).map((part) => (part === UNALLOCATED ? null : part));
    const named = { owner: owner || null, namespace: namespace || null };
    return { kind: 'usage', ...named, nano: toNano(row.totalCost) };
  });
  const idle = toNano(report.idle.totalCost);
  const lines = [...own, { kind: 'idle' as const, owner: null, namespace: null, nano: idle }];
  return {
    cluster,
    month: monthName(month),
    currency: report.currency,
    basis: report.priceBasis,
    isClosed: false,
    coverage: report.coverage,
    lines,
    totalNano: sum(lines),
  };
}

const DIMENSIONS = ['owner', 'namespace'] as const;

/** The text that a closed month is kept as. */
export async function freezeMonth(
  source: Pick<MonthSource, 'reader' | 'pricing' | 'cluster'>,
  month: TimeMs,
): Promise<{ readonly month: TimeMs; readonly frozen: string }> {
  return { month, frozen: JSON.stringify({ ...(await readMonth(source, month)), isClosed: true }) };
}

/**
 * A month as it is charged: as it was frozen once it is closed, else as it stands. Corrections of earlier months that
 * came during it are lines of their own, spread over the teams as that month was.
 */
export async function chargedMonth(source: MonthSource, month: TimeMs): Promise<MonthReport> {
  const frozen = await source.bills.frozenMonth(month);
  const report =
    frozen === null ? await readMonth(source, month) : (JSON.parse(frozen) as MonthReport);
  const corrections: ChargeLine[] = [];
  for (const one of await source.bills.corrections(month, nextMonth(month))) {
    const text = await source.bills.frozenMonth(one.month);
    const corrected = text === null ? null : (JSON.parse(text) as MonthReport);
    // Prices from a list were charged, not the bill: nothing of it is to be corrected.
    if (corrected?.basis !== 'effective') continue;
    const weights = corrected.lines.map(({ nano }) => Math.max(0, nano));
    const parts = splitNano(one.nano, weights);
    corrected.lines.forEach(({ owner, namespace }, index) => {
      const nano = parts[index] ?? 0;
      if (nano !== 0)
        corrections.push({
          kind: 'correction',
          owner,
          namespace,
          nano,
          corrects: corrected.month,
          source: one.source,
        });
    });
  }
  const lines = [...report.lines, ...corrections];
  return { ...report, lines, totalNano: sum(lines) };
}

function sum(lines: readonly ChargeLine[]): Nano {
  return lines.reduce((total, { nano }) => total + nano, 0);
}

/** What a line's money is, in units of the currency. */
export function amountOf({ nano }: Pick<ChargeLine, 'nano'>): number {
  return fromNano(nano);
}
