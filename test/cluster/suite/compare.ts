import type { Measured } from './measure.ts';
import type { TrueUse, TrueWorkload } from './truth.ts';

const MINUTE_MS = 60_000;
const GIB = 2 ** 30;
const SECONDS_PER_HOUR = 3600;

/** Less is noise: a sleeping container, and the few pages of a shell. */
const LEAST_CORE_SECONDS = 0.5;
const LEAST_BYTE_SECONDS = GIB;

/** The rates that Burnwatch has by default: the node has no other price. */
const CPU_CORE_HOUR = 0.031611;
const RAM_GIB_HOUR = 0.004237;

/** An error without a right figure to divide by. */
const INVENTED = 1e6;

export const FIGURES = ['cpu', 'memory', 'reservedCpu', 'reservedMemory', 'cost'] as const;
export type Figure = (typeof FIGURES)[number];

/** One kind of workload: Burnwatch's figure ÷ the truth − 1, or null where there is nothing to compare. */
export interface Comparison {
  readonly name: string;
  readonly key: string;
  readonly errors: Readonly<Record<Figure, number | null>>;
  /** Burnwatch has a row of exactly this owner. */
  readonly isOwnerFound: boolean;
  readonly coverage: number | null;
  readonly findings: readonly string[];
}

/** Compares what Burnwatch says of a workload with the truth. */
export function compare(name: string, truth: TrueWorkload, measured: Measured): Comparison {
  const rows = measured.rows.filter(
    ({ namespace, workload }) =>
      workload !== undefined && `${namespace}/${workload.kind}/${workload.name}` === truth.key,
  );
  const hours = (field: 'cpuCoreHours' | 'ramGiBHours', container?: string): number =>
    rows
      .filter((row) => container === undefined || row.container === container)
      .reduce((sum, row) => sum + row[field], 0);
  const containers = Object.entries(truth.containers);
  const users = containers.filter(([, use]) => use.reservedCpuCoreSeconds === 0);
  const use = (figure: keyof TrueUse): number =>
    users.reduce((sum, [, one]) => sum + one[figure], 0);
  const measuredUse = (field: 'cpuCoreHours' | 'ramGiBHours'): number =>
    users.reduce((sum, [container]) => sum + hours(field, container), 0);
  const isUsed = use('cpuCoreSeconds') >= LEAST_CORE_SECONDS;
  // An idle workload is charged what it reserves.
  const idleCpu = hours('cpuCoreHours') - measuredUse('cpuCoreHours');
  const idleMemory = hours('ramGiBHours') - measuredUse('ramGiBHours');
  const money =
    (truth.chargedCpuCoreSeconds / SECONDS_PER_HOUR) * CPU_CORE_HOUR +
    (truth.chargedMemoryByteSeconds / SECONDS_PER_HOUR / GIB) * RAM_GIB_HOUR;
  return {
    name,
    key: truth.key,
    errors: {
      cpu: isUsed
        ? error(measuredUse('cpuCoreHours') * SECONDS_PER_HOUR, use('cpuCoreSeconds'))
        : null,
      memory:
        use('memoryByteSeconds') >= LEAST_BYTE_SECONDS
          ? error(measuredUse('ramGiBHours') * SECONDS_PER_HOUR * GIB, use('memoryByteSeconds'))
          : null,
      reservedCpu: error(idleCpu * SECONDS_PER_HOUR, truth.reservedCpuCoreSeconds),
      reservedMemory: error(idleMemory * SECONDS_PER_HOUR * GIB, truth.reservedMemoryByteSeconds),
      cost: error(
        rows.reduce((sum, row) => sum + row.cpuCost + row.ramCost, 0),
        money,
      ),
    },
    isOwnerFound: rows.length > 0 || truth.chargedCpuCoreSeconds === 0,
    coverage:
      rows.length === 0 ? null : rows.reduce((sum, row) => sum + row.coverage, 0) / rows.length,
    findings: measured.findings
      .filter(
        ({ namespace, workload }) =>
          workload && `${namespace}/${workload.kind}/${workload.name}` === truth.key,
      )
      .map(({ kind, severity, firstSeen }) => {
        const minutes = Math.round((Date.parse(firstSeen) - truth.startedMs) / MINUTE_MS);
        return `${kind} (${severity}) after ${minutes} min`;
      }),
  };
}

/** Null where both are nothing, or the truth is not known. */
function error(got: number, right: number): number | null {
  if (!Number.isFinite(right)) return null;
  if (right > 0) return got / right - 1;
  return got > 0 ? INVENTED : null;
}

/** The comparisons as a table of Markdown, in percent. */
export function comparisonTable(comparisons: readonly Comparison[]): string {
  const head = [
    'kind',
    'CPU',
    'memory',
    'reserved CPU',
    'reserved memory',
    'cost',
    'owner',
    'coverage',
    'findings',
  ];
  const lines = comparisons.map(({ name, errors, isOwnerFound, coverage, findings }) => [
    name,
    ...FIGURES.map((figure) => percent(errors[figure])),
    isOwnerFound ? 'yes' : 'no',
    coverage === null ? '' : coverage.toFixed(2),
    [...new Set(findings)].join(', '),
  ]);
  return [head, head.map(() => '---'), ...lines]
    .map((cells) => `| ${cells.join(' | ')} |`)
    .join('\n');
}

function percent(value: number | null): string {
  if (value === null) return '';
  return Number.isFinite(value)
    ? `${value >= 0 ? '+' : ''}${(100 * value).toFixed(1)} %`
    : 'invented';
}
