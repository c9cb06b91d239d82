import type { EgressSample, PodSample } from '../../model/snapshot.ts';
import { SECOND_MS, type Window } from '../../model/time.ts';
import { growthOf } from '../measure/counter.ts';
import type { LifeFacts } from '../measure/growth.ts';
import type { Batch } from '../prometheus/batch.ts';
import type { RawSeries } from '../prometheus/rawSamples.ts';
import type { Counters } from './podEntry.ts';
import { at, label } from './series.ts';

type Destination = keyof EgressSample;

/** Billable egress by `NAMESPACE/POD` and destination, as OpenCost's network exporter counts it. */
export type EgressTable = ReadonlyMap<string, Partial<Record<Destination, Counters>>>;

/** Labels that say who scraped a series, and where; what differs in nothing else is a duplicate. */
const SCRAPE_LABELS = new Set([
  'job',
  'instance',
  'endpoint',
  'prometheus',
  'prometheus_replica',
  'replica',
]);

/** Sorts a batch's egress series to the pods that sent it; traffic inside a zone is free and left out. */
export function buildEgressTable(batch: Batch): EgressTable {
  const table = new Map<string, Partial<Record<Destination, Counters>>>();
  for (const series of batch.raw.egress.series) {
    const pod = label(series, 'pod_name') || label(series, 'pod');
    const destination = destinationOf(
      label(series, 'internet'),
      label(series, 'same_zone') || label(series, 'sameZone'),
      label(series, 'same_region') || label(series, 'sameRegion'),
    );
    if (pod === '' || destination === null) continue;
    const key = `${label(series, 'namespace')}/${pod}`;
    const entry = table.get(key) ?? {};
    table.set(key, entry);
    const source = { life: '', nested: false, samples: series, startedAt: null };
    (entry[destination] ??= []).push({ ...source, part: counterName(series) });
  }
  return table;
}

function counterName({ labels }: RawSeries): string {
  const own = Object.keys(labels).filter((name) => !SCRAPE_LABELS.has(name));
  return JSON.stringify(labels, own.sort());
}

/**
 * Gives pods what Retina saw them send in a window: across zones, and to addresses outside. Destinations inside a zone are
 * free, and pods of a cluster are in one region.
 */
export function withFlows(
  pods: readonly PodSample[],
  { answers }: Batch,
  point: number,
  window: Window,
): readonly PodSample[] {
  const sent = new Map<string, Record<'zone' | 'internet', number>>();
  for (const series of answers.flows.series) {
    const bytes = at(series.values, point);
    const pod = label(series, 'source_podname') || label(series, 'source_pod');
    if (bytes === null || pod === '' || pod === 'unknown') continue;
    const key = `${label(series, 'source_namespace')}/${pod}`;
    const sums = sent.get(key) ?? { zone: 0, internet: 0 };
    sent.set(key, sums);
    if (label(series, 'destination') === 'internet') sums.internet += bytes;
    else if (label(series, 'source_zone') !== label(series, 'destination_zone')) sums.zone += bytes;
  }
  if (sent.size === 0) return pods;
  const seconds = (window.end - window.start) / SECOND_MS;
  const given = new Set<string>();
  return pods.map((pod) => {
    const key = `${pod.namespace}/${pod.name}`;
    const sums = sent.get(key);
    if (sums === undefined || given.has(key) || pod.hostNetwork === true) return pod;
    given.add(key);
    const egress: EgressSample = {
      zoneBytesPerSecond: sums.zone / seconds,
      regionBytesPerSecond: null,
      internetBytesPerSecond: sums.internet / seconds,
    };
    return { ...pod, egress };
  });
}

/** Gives pods their egress of a window. Of two pods of one name the first has it: it is billed once. */
export function withEgress(
  pods: readonly PodSample[],
  table: EgressTable,
  window: Window,
  facts: Pick<LifeFacts, 'aheadMs' | 'intervalMs'>,
): readonly PodSample[] {
  if (table.size === 0) return pods;
  const given = new Set<string>();
  return pods.map((pod) => {
    const key = `${pod.namespace}/${pod.name}`;
    const entry = table.get(key);
    if (entry === undefined || given.has(key)) return pod;
    given.add(key);
    const life = { ...facts, createdAt: pod.createdAt, endedAt: null };
    const sent = (destination: Destination): number | null => {
      const bytes = growthOf(entry[destination] ?? [], window, life);
      return bytes === null ? null : bytes / ((window.end - window.start) / SECOND_MS);
    };
    const egress: EgressSample = {
      zoneBytesPerSecond: sent('zoneBytesPerSecond'),
      regionBytesPerSecond: sent('regionBytesPerSecond'),
      internetBytesPerSecond: sent('internetBytesPerSecond'),
    };
    const isKnown = Object.values(egress).some((reading) => reading !== null);
    return isKnown ? { ...pod, egress } : pod;
  });
}

/** As OpenCost reads them: across zones of a region, across regions, to the internet. */
function destinationOf(internet: string, sameZone: string, sameRegion: string): Destination | null {
  if (internet === 'true') return 'internetBytesPerSecond';
  if (sameZone === 'true') return null;
  return sameRegion === 'true' ? 'zoneBytesPerSecond' : 'regionBytesPerSecond';
}
