import type { EgressSample, PodSample } from '../../model/snapshot.ts';
import type { Batch } from '../prometheus/batch.ts';
import { at, label } from './series.ts';

type Destination = keyof EgressSample;

/** Billable egress by `NAMESPACE/POD` and destination, as OpenCost's network exporter counts it. */
export type EgressTable = ReadonlyMap<string, Partial<Record<Destination, Float64Array>>>;

/** Sorts a batch's egress series to the pods that sent it; traffic inside a zone is free and left out. */
export function buildEgressTable(batch: Batch): EgressTable {
  const table = new Map<string, Partial<Record<Destination, Float64Array>>>();
  for (const series of batch.answers.egress.series) {
    const pod = label(series, 'pod_name') || label(series, 'pod');
    const destination = destinationOf(
      label(series, 'internet'),
      label(series, 'same_zone') || label(series, 'sameZone'),
      label(series, 'same_region') || label(series, 'sameRegion'),
    );
    if (pod === '' || destination === null) continue;
    const key = `${label(series, 'namespace')}/${pod}`;
    const entry = table.get(key) ?? {};
    table.set(key, { ...entry, [destination]: sum(entry[destination], series.values) });
  }
  return table;
}

/** Gives pods their egress of a window. Of two pods of one name the first has it: it is billed once. */
export function withEgress(
  pods: readonly PodSample[],
  table: EgressTable,
  point: number,
): readonly PodSample[] {
  if (table.size === 0) return pods;
  const given = new Set<string>();
  return pods.map((pod) => {
    const key = `${pod.namespace}/${pod.name}`;
    const entry = table.get(key);
    if (entry === undefined || given.has(key)) return pod;
    given.add(key);
    const egress: EgressSample = {
      zoneBytesPerSecond: at(entry.zoneBytesPerSecond, point),
      regionBytesPerSecond: at(entry.regionBytesPerSecond, point),
      internetBytesPerSecond: at(entry.internetBytesPerSecond, point),
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

function sum(known: Float64Array | undefined, more: Float64Array): Float64Array {
  if (known === undefined) return more;
  return known.map((value, point) => {
    const added = more[point] ?? Number.NaN;
    if (Number.isNaN(value)) return added;
    return Number.isNaN(added) ? value : value + added;
  });
}
