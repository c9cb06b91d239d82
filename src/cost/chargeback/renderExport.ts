import { formatTime, nextMonth } from '../../model/time.ts';
import { fieldColumns, renderCsv, type Column } from '../../model/text/table.ts';
import { amountOf, type ChargeLine, type MonthReport } from './monthReport.ts';

export const EXPORT_FORMATS = ['csv', 'focus'] as const;
export type ExportFormat = (typeof EXPORT_FORMATS)[number];

/** What lines are put into one file by. */
export const EXPORT_TEAMS = ['owner', 'namespace'] as const;
export type ExportTeam = (typeof EXPORT_TEAMS)[number];

/** What nobody is charged for, in a file of its own: idle, and what has no owner. */
const NOBODY = '__unallocated__';

/** A month's lines by team, sorted; `__unallocated__` has what is nobody's, idle included. */
export function byTeam(
  { lines }: MonthReport,
  by: ExportTeam,
): ReadonlyMap<string, readonly ChargeLine[]> {
  const teams = Map.groupBy(lines, (line) => line[by] ?? NOBODY);
  return new Map([...teams].toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

/** Lines of a month as CSV: plain, or in FOCUS 1.2 as bills are. */
export function renderLines(
  report: MonthReport,
  lines: readonly ChargeLine[],
  format: ExportFormat,
): string {
  return renderCsv(lines, format === 'focus' ? focusColumns(report) : plainColumns(report));
}

function plainColumns({
  month,
  currency,
  basis,
  isClosed,
}: MonthReport): readonly Column<ChargeLine>[] {
  return [
    { title: 'month', value: () => month },
    ...fieldColumns(['kind', 'owner', 'namespace']),
    { title: 'cost', value: amountOf },
    { title: 'currency', value: () => currency },
    { title: 'basis', value: () => basis },
    { title: 'final', value: () => String(isClosed) },
    { title: 'corrects', value: ({ corrects = null }) => corrects },
    { title: 'bill', value: ({ source = null }) => source },
  ];
}

/** The mandatory columns of FOCUS 1.2 that have a meaning here; https://focus.finops.org/focus-specification/v1-2/ */
function focusColumns({ month, currency, cluster }: MonthReport): readonly Column<ChargeLine>[] {
  const period = periodOf(month);
  const corrected = ({ corrects }: ChargeLine) => periodOf(corrects ?? month);
  const tags = ({ owner, namespace }: ChargeLine): string =>
    JSON.stringify({
      cluster,
      ...(owner !== null && { owner }),
      ...(namespace !== null && { namespace }),
    });
  const money = ['BilledCost', 'ContractedCost', 'EffectiveCost', 'ListCost'] as const;
  return [
    { title: 'BillingAccountId', value: () => cluster },
    { title: 'BillingAccountName', value: () => cluster },
    { title: 'BillingCurrency', value: () => currency },
    { title: 'BillingPeriodStart', value: () => period.start },
    { title: 'BillingPeriodEnd', value: () => period.end },
    { title: 'ChargePeriodStart', value: (line) => corrected(line).start },
    { title: 'ChargePeriodEnd', value: (line) => corrected(line).end },
    { title: 'ChargeCategory', value: () => 'Usage' },
    { title: 'ChargeClass', value: ({ kind }) => (kind === 'correction' ? 'Correction' : '') },
    { title: 'ChargeDescription', value: describe },
    { title: 'ServiceName', value: () => 'Kubernetes' },
    { title: 'ServiceCategory', value: () => 'Compute' },
    { title: 'ProviderName', value: () => 'Burnwatch' },
    { title: 'PublisherName', value: () => 'Burnwatch' },
    { title: 'InvoiceIssuerName', value: () => 'Burnwatch' },
    { title: 'SubAccountId', value: ({ owner }) => owner ?? '' },
    { title: 'SubAccountName', value: ({ owner }) => owner ?? '' },
    {
      title: 'ResourceId',
      value: ({ namespace }) => (namespace === null ? '' : `${cluster}/${namespace}`),
    },
    { title: 'ResourceName', value: ({ namespace }) => namespace ?? '' },
    { title: 'ResourceType', value: ({ namespace }) => (namespace === null ? '' : 'Namespace') },
    ...money.map((title) => ({ title, value: amountOf })),
    { title: 'Tags', value: tags },
  ];
}

function periodOf(month: string): { readonly start: string; readonly end: string } {
  const start = Date.parse(`${month}-01T00:00:00Z`);
  return { start: formatTime(start), end: formatTime(nextMonth(start)) };
}

function describe({ kind, corrects, source }: ChargeLine): string {
  if (kind === 'correction') return `Correction of ${corrects ?? ''} by ${source ?? ''}`;
  return kind === 'idle' ? 'Idle nodes' : 'Share of nodes, volumes, load balancers and traffic';
}
