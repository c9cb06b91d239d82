import { html } from 'hono/html';
import type { BudgetStatus } from '../../../cost/budgets/readBudgets.ts';
import type { FindingsPage } from '../../questions/answerFindings.ts';
import type { Overview } from '../../questions/answerOverview.ts';
import type { PageContext } from '../context.ts';
import type { Tile } from '../table.ts';
import { freedTile } from '../advice/freedTile.ts';
import { formatMoney, formatShare, formatDuration } from '../../../model/text/units.ts';

/** Money may be a window old; findings are what they are now. */
export interface OverviewView extends Overview {
  readonly urgent: FindingsPage;
}

/** What a price basis means, said wherever money is. */
export const BASIS = {
  list: 'Estimated at list prices.',
  contracted: 'Estimated at contracted prices.',
  effective: 'Scaled to the imported bill where there is one.',
} as const;

/** The figures at the top of the overview; what is unknown has no tile, or says so. */
export function overviewTiles(view: OverviewView, page: PageContext): readonly Tile[] {
  return [
    monthTile(view.month, page),
    ...idleTile(view, page),
    efficiencyTile(view),
    findingsTile(view),
    ...savingsTile(view, page),
    dataTile(view, page),
  ];
}

function monthTile(month: BudgetStatus | null, { currency }: PageContext): Tile {
  if (month === null) return { title: 'Spent this month', value: 'unknown', sub: 'no history yet' };
  const { forecast } = month;
  const money = (value: number) => formatMoney(value, currency);
  return {
    title: `Spent in ${monthText(month.month)}`,
    value: money(month.spent),
    sub:
      forecast === null
        ? 'forecast: three whole days are needed'
        : html`forecast <strong>${money(forecast.expected)}</strong> (80%: ${money(forecast.low)} to
            ${money(forecast.high)})${forecast.unseen > 0 ? `; ${money(forecast.unseen)} of it before the history began` : ''}`,
  };
}

function monthText(month: string): string {
  const [year, number] = month.split('-').map(Number);
  return new Date(Date.UTC(year ?? 1970, (number ?? 1) - 1)).toLocaleString('en-GB', {
    month: 'long',
    timeZone: 'UTC',
  });
}

function idleTile({ week, idleDays }: Overview, { currency }: PageContext): readonly Tile[] {
  if (week === null || idleDays === null) return [];
  const share = week.nodesCost > 0 ? week.idle.totalCost / week.nodesCost : null;
  return [
    {
      title: 'Idle, last 7 days',
      value: formatShare(share),
      sub: `${formatMoney(week.idle.totalCost, currency)} of ${formatMoney(week.nodesCost, currency)} that nodes cost`,
    },
  ];
}

function efficiencyTile({ week }: Overview): Tile {
  const rows = week?.rows ?? [];
  const cost = rows.reduce((sum, { cpuCost, ramCost }) => sum + cpuCost + ramCost, 0);
  const used = rows.reduce(
    // What uses more than it asked for must not make up for what wastes.
    (sum, { cpuCost, ramCost, efficiency }) => sum + (cpuCost + ramCost) * Math.min(1, efficiency),
    0,
  );
  return {
    title: 'Efficiency, last 7 days',
    value: formatShare(cost > 0 ? used / cost : null),
    sub: 'of what is requested is used, weighted by cost',
  };
}

function findingsTile({ urgent: { counts: findings } }: OverviewView): Tile {
  const { critical, warning, info } = findings.bySeverity;
  const parts = [
    critical > 0 ? html`<span class="badge critical">${critical} critical</span>` : '',
    warning > 0 ? html`<span class="badge warning">${warning} warning</span>` : '',
    info > 0 ? html`<span class="badge info">${info} info</span>` : '',
  ];
  return {
    title: 'Open findings',
    value: String(findings.open),
    sub: html`${parts} ${findings.acknowledged > 0 ? `${findings.acknowledged} decided` : ''}`,
    href: '/findings',
  };
}

function savingsTile({ savings }: Overview, { currency }: PageContext): readonly Tile[] {
  if (savings === null) return [];
  const { perMonth: savingPerMonth, containers: total } = savings;
  return [{ ...freedTile({ savingPerMonth, total }, currency), href: '/recommendations' }];
}

function dataTile({ windows, watermark, windowMs }: Overview, { now, clock }: PageContext): Tile {
  const expected = Math.round(86_400_000 / windowMs);
  const sum = windows.reduce((total, { coverage }) => total + coverage, 0);
  const incomplete = windows.filter(({ complete }) => !complete).length;
  const lag = watermark === null ? null : now - watermark;
  return {
    title: 'Data, last 24 h',
    value: formatShare(windows.length === 0 ? null : sum / Math.max(expected, windows.length)),
    sub:
      lag !== null && lag > 4 * windowMs
        ? html`<span class="badge warning">${formatDuration(lag)} behind</span> nothing newer than
            ${clock.at(watermark ?? 0)}`
        : incomplete === 0
          ? 'of the samples were seen; up to date'
          : `of the samples were seen; ${incomplete} windows lack some`,
    href: '/system',
  };
}
