import type { DataProblem } from '../../model/snapshot.ts';
import { formatCount } from '../../model/text/units.ts';
import { oneLine } from '../prometheus/failures.ts';

/** A series that told what cannot be. */
export interface Refusal {
  readonly metric: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
  /** Why it cannot be, as the end of "…, but". */
  readonly because: string;
}

/** The labels that tell where a series comes from and what it claims to be about. */
const TELLING = [
  'job',
  'instance',
  'namespace',
  'pod',
  'pod_name',
  'container',
  'node',
  'resource',
  'persistentvolumeclaim',
  'persistentvolume',
  'volumename',
];

/** A series as a person looks it up, bounded: a hostile exporter chooses its labels. */
function seriesText(metric: string, labels: Readonly<Record<string, string>>): string {
  const shown = TELLING.flatMap((name) => {
    const value = labels[name] ?? '';
    return value === '' ? [] : [`${name}=${JSON.stringify(value.slice(0, 80))}`];
  });
  return oneLine(`${metric}{${shown.join(',')}}`);
}

/** One problem a metric, naming one of its series. */
export function refusalProblems(refusals: readonly Refusal[]): readonly DataProblem[] {
  return [...Map.groupBy(refusals, ({ metric }) => metric)]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([metric, all]) => {
      const named = all
        .map((one) => ({ ...one, text: seriesText(metric, one.labels) }))
        .reduce((a, b) => (b.text < a.text ? b : a));
      const series = new Set(all.map(({ labels }) => JSON.stringify(labels))).size;
      const more = series > 1 ? `; ${formatCount(series - 1)} more series of it are refused` : '';
      return {
        code: 'impossible-value',
        subject: metric,
        text: `${named.text} says ${Number(named.value.toPrecision(6))}, but ${named.because}: its value is not used${more}. Look at what exports it`,
      };
    });
}
