import { CollectError } from '../collector.ts';
import type { Batch } from '../prometheus/batch.ts';
import { CLUSTER_LABELS } from '../prometheus/queries.ts';
import { compare, label } from './series.ts';

/**
 * Refuses a store that holds several clusters: pods of the same name would be mixed up and every cost
 * would be wrong. Told by labels in use for it, and by kube-system's birthdays, which no two clusters share.
 *
 * @throws CollectError `several-clusters`, naming the labels to choose by.
 */
export function refuseSeveralClusters(batch: Batch): void {
  for (const name of CLUSTER_LABELS) {
    const values = distinct(batch.answers.clusters.series.map((series) => label(series, name)));
    if (values.length > 1 && !isRenamed(batch, name, values)) throw several(name, values);
  }
  const born = new Map<number, Readonly<Record<string, string>>>();
  for (const series of batch.answers.birthdays.series) {
    const time = series.values.find((value) => !Number.isNaN(value));
    if (time !== undefined) born.set(time, series.labels);
  }
  if (born.size < 2) return;
  const labels = [...born.values()];
  const telling = Object.keys(labels[0] ?? {}).find(
    (name) =>
      !['instance', 'pod', 'endpoint', 'service', 'job'].includes(name) &&
      distinct(labels.map((one) => one[name] ?? '')).length === born.size,
  );
  throw several(
    telling ?? null,
    telling === undefined ? [] : distinct(labels.map((one) => one[telling] ?? '')),
  );
}

/**
 * One cluster under several names: external labels were changed, or two replicas write under names of their
 * own. Every name then has the very same kube-system; its series are copies, of which each window has one.
 */
function isRenamed(batch: Batch, name: string, values: readonly string[]): boolean {
  const births = new Map<string, Set<number>>();
  for (const series of batch.answers.birthdays.series) {
    const value = label(series, name);
    const times = births.get(value) ?? new Set();
    births.set(value, times);
    for (const time of series.values) if (!Number.isNaN(time)) times.add(time);
  }
  const all = new Set(values.flatMap((value) => [...(births.get(value) ?? [])]));
  return all.size === 1 && values.every((value) => births.get(value)?.size === 1);
}

function several(name: string | null, values: readonly string[]): CollectError {
  const shown = values.slice(0, 5).map((value) => JSON.stringify(value));
  const choice =
    name === null
      ? 'no label tells them apart: ask each cluster’s own Prometheus'
      : `choose one with prometheus.matchers, for example ${name}=${shown[0] ?? '""'} (${name} has ${shown.join(', ')}${values.length > 5 ? ', …' : ''})`;
  return new CollectError(
    'several-clusters',
    `the store holds several clusters, and one Burnwatch watches one; ${choice}`,
    false,
  );
}

function distinct(values: readonly string[]): readonly string[] {
  return [...new Set(values)].filter((value) => value !== '').sort(compare);
}
