import {
  fieldColumns,
  figures,
  jsonText,
  renderCsv,
  renderTable,
  type Column,
  type Terminal,
} from '../../../model/text/table.ts';
import { RESOURCE_FIELDS } from '../../../model/resources.ts';
import type { Savings } from '../../../cost/savings/estimateSavings.ts';
import type { ContainerAdvice } from './adviceForm.ts';
import type { AdviceReport } from './readAdvice.ts';
import { memoryQuantity, cpuQuantity } from '../../../model/text/quantity.ts';
import {
  formatAmount,
  formatBytes,
  formatCores,
  formatMoney,
  formatShare,
} from '../../../model/text/units.ts';

/** Recommendations as `recommend -o json` and the API give them. Cores, bytes, units of currency a month. */
function adviceJson(advice: ContainerAdvice): object {
  const { namespace, workload, container, behind, replicas, current, proposed, risk } = advice;
  return {
    namespace,
    workload,
    container,
    confidence: behind.confidence,
    withheld: advice.withheld,
    days: behind.days,
    coverage: behind.coverage,
    replicas,
    current,
    proposed,
    savingPerMonth: advice.savingPerMonth,
    risk,
    throttledShare: advice.throttledShare,
    oomKills: advice.memory?.oomKills ?? null,
    basis: {
      cpuPooled: advice.cpu?.pooled ?? null,
      cpuHottestPod: advice.cpu?.hottest ?? null,
      cpuBusiestHour: advice.cpu?.busiestHour ?? null,
      ramPeakBytes: advice.memory?.peak ?? null,
    },
    minReplicas: advice.minReplicas,
    managedBy: advice.managedBy,
    notes: advice.notes,
  };
}

const COLUMNS: readonly Column<ContainerAdvice>[] = [
  { title: 'NAMESPACE', value: ({ namespace }) => namespace, maxWidth: 30 },
  { title: 'WORKLOAD', value: ({ workload }) => `${workload.kind}/${workload.name}`, maxWidth: 48 },
  { title: 'CONTAINER', value: ({ container }) => container, maxWidth: 30 },
  { title: 'CPU', value: (one) => change(one, 'cpuRequestCores', cpuQuantity), whole: true },
  { title: 'MEMORY', value: (one) => change(one, 'ramRequestBytes', memoryQuantity), whole: true },
  { title: 'LIMITS', value: limits, whole: true, optional: true },
  figures('SAVES/MONTH', ({ savingPerMonth }) =>
    savingPerMonth === null ? '?' : formatAmount(savingPerMonth),
  ),
  {
    ...figures('EXCEEDED', ({ risk }) => `${formatShare(risk.cpu)} / ${formatShare(risk.ram)}`),
    optional: true,
  },
  { title: 'CONFIDENCE', value: ({ behind }) => behind.confidence, optional: true },
  { ...figures('DAYS', ({ behind }) => behind.days.toFixed(1)), optional: true },
  { title: 'NOTES', value: ({ notes }) => notes.join('; ') },
];

const CSV_COLUMNS: readonly Column<ContainerAdvice>[] = [
  { title: 'namespace', value: ({ namespace }) => namespace },
  { title: 'kind', value: ({ workload }) => workload.kind },
  { title: 'workload', value: ({ workload }) => workload.name },
  { title: 'container', value: ({ container }) => container },
  ...RESOURCE_FIELDS.flatMap((field): readonly Column<ContainerAdvice>[] => [
    { title: field, value: ({ current }) => current[field] },
    {
      title: `proposed${field[0]!.toUpperCase()}${field.slice(1)}`,
      value: ({ proposed }) => proposed[field],
    },
  ]),
  ...fieldColumns(['replicas', 'savingPerMonth']),
  { title: 'cpuExceededShare', value: ({ risk }) => risk.cpu },
  { title: 'ramExceededShare', value: ({ risk }) => risk.ram },
  { title: 'confidence', value: ({ behind }) => behind.confidence },
  { title: 'days', value: ({ behind }) => behind.days },
  { title: 'coverage', value: ({ behind }) => behind.coverage },
  { title: 'notes', value: ({ notes }) => notes.join('; ') },
];

/** Prints a report as a table, JSON or CSV. */
export function renderAdvice(
  { advices, savings }: AdviceReport,
  currency: string,
  format: 'table' | 'json' | 'csv',
  terminal: Terminal | null = null,
): string {
  if (format === 'json') {
    const rows = advices.map(adviceJson);
    return jsonText({ currency, recommendations: rows, savings });
  }
  if (format === 'csv') return renderCsv(advices, CSV_COLUMNS);
  if (advices.length === 0) return 'Nothing to recommend.\n';
  const table = renderTable(advices, COLUMNS, terminal);
  return savings === null ? table : `${table}\n${savingsText(savings, currency)}\n`;
}

/** Requests first, which are certain; money only as far as nodes go away. */
function savingsText(savings: Savings, currency: string): string {
  const { freedCpuCores, freedRamBytes, requestsFreedPerMonth, removableAfter } = savings;
  const isMore = requestsFreedPerMonth < 0;
  const sign = isMore ? -1 : 1;
  const amounts = `${formatCores(sign * freedCpuCores)}, ${formatBytes(sign * freedRamBytes)}`;
  const worth = `${formatMoney(sign * requestsFreedPerMonth, currency)} a month at their nodes' prices`;
  if (isMore) return `Requests missing: ${amounts}, ${worth}.`;
  const nodes = removableAfter.length;
  const bill =
    nodes === 0
      ? 'no node can be removed, so the bill does not change'
      : `the bill falls by up to ${formatMoney(savings.moneyPerMonth, currency)} once ${nodes} more ${nodes === 1 ? 'node is' : 'nodes are'} removed`;
  return `Requests freed: ${amounts}, ${worth}; ${bill}.`;
}

function change(
  { current, proposed }: ContainerAdvice,
  key: keyof ContainerAdvice['current'],
  format: (value: number) => string,
): string {
  const before = current[key];
  const after = proposed[key];
  // A request of nothing is none.
  const text = before === null || before === 0 ? '-' : format(before);
  return after === null || format(after) === text ? text : `${text} -> ${format(after)}`;
}

function limits(advice: ContainerAdvice): string {
  const cpu = change(advice, 'cpuLimitCores', cpuQuantity);
  return `${cpu} / ${change(advice, 'ramLimitBytes', memoryQuantity)}`;
}
