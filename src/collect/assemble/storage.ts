import type { Reading } from '../../model/reading.ts';
import type { LoadBalancerSample, PodSample, VolumeSample } from '../../model/snapshot.ts';
import type { Batch } from '../prometheus/batch.ts';
import { seenShare } from './presence.ts';
import { at, compare, countAt, label, overlay, timeAt } from './series.ts';
import type { Statement } from './series.ts';
import type { WindowFacts } from './windowFacts.ts';

/** All that a batch holds of one persistent volume claim. */
interface ClaimEntry {
  readonly namespace: string;
  readonly claim: string;
  readonly info: Statement<{ storageClass: string | null; volume: string | null }>[];
  bytes: Float64Array | undefined;
  bound: Float64Array | undefined;
  readonly mounts: Statement<{ pod: string; uid: string }>[];
}

/** All that a batch holds of one persistent volume. */
interface VolumeEntry {
  readonly name: string;
  bytes: Float64Array | undefined;
  /** Samples at which it existed, in whatever phase. */
  existed: Float64Array | undefined;
  created: Float64Array | undefined;
  readonly info: Statement<{ storageClass: string | null; driver: string | null }>[];
  readonly claims: Statement<{ namespace: string; claim: string }>[];
}

export interface StorageTable {
  readonly volumes: ReadonlyMap<string, VolumeEntry>;
  readonly claims: readonly ClaimEntry[];
  /** Volume → price per GiB-hour. */
  readonly prices: ReadonlyMap<string, Float64Array>;
  readonly loadBalancers: readonly Statement<{ namespace: string; name: string }>[];
}

/** Sorts a batch's series to the claims and services that they are about. */
export function buildStorageTable(batch: Batch): StorageTable {
  const { answers } = batch;
  const claims = new Map<string, ClaimEntry>();
  const claimOf = (namespace: string, claim: string): ClaimEntry => {
    const key = `${namespace}/${claim}`;
    let entry = claims.get(key);
    if (entry === undefined) {
      entry = { namespace, claim, info: [], bytes: undefined, bound: undefined, mounts: [] };
      claims.set(key, entry);
    }
    return entry;
  };
  const each = (query: 'claimInfo' | 'claimBytes' | 'claimPhase' | 'claimMounts') =>
    answers[query].series.map((series) => ({
      series,
      claim: claimOf(label(series, 'namespace'), label(series, 'persistentvolumeclaim')),
    }));
  for (const { series, claim } of each('claimInfo')) {
    const [storageClass, volume] = [label(series, 'storageclass'), label(series, 'volumename')];
    const value = { storageClass: storageClass || null, volume: volume || null };
    claim.info.push({ value, values: series.values });
  }
  for (const { series, claim } of each('claimBytes')) {
    claim.bytes = overlay(claim.bytes, series.values);
  }
  for (const { series, claim } of each('claimPhase')) {
    claim.bound = overlay(claim.bound, series.values);
  }
  for (const { series, claim } of each('claimMounts')) {
    const value = { pod: label(series, 'pod'), uid: label(series, 'uid') };
    claim.mounts.push({ value, values: series.values });
  }
  const volumes = new Map<string, VolumeEntry>();
  const eachVolume = (
    query: 'created' | 'volumeBytes' | 'volumePhase' | 'volumeInfo' | 'volumeClaim',
  ) =>
    answers[query].series.flatMap((series) => {
      const name = label(series, 'persistentvolume');
      if (name === '') return [];
      let volume = volumes.get(name);
      if (volume === undefined) {
        volume = newVolume(name);
        volumes.set(name, volume);
      }
      return [{ series, volume }];
    });
  for (const { series, volume } of eachVolume('volumeBytes'))
    volume.bytes = overlay(volume.bytes, series.values);
  for (const { series, volume } of eachVolume('volumePhase'))
    volume.existed = overlay(volume.existed, series.values);
  for (const { series, volume } of eachVolume('created'))
    volume.created = overlay(volume.created, series.values);
  for (const { series, volume } of eachVolume('volumeInfo')) {
    const [storageClass, driver] = [label(series, 'storageclass'), label(series, 'csi_driver')];
    const value = { storageClass: storageClass || null, driver: driver || null };
    volume.info.push({ value, values: series.values });
  }
  for (const { series, volume } of eachVolume('volumeClaim')) {
    const value = { namespace: label(series, 'claim_namespace'), claim: label(series, 'name') };
    volume.claims.push({ value, values: series.values });
  }
  const prices = new Map<string, Float64Array>();
  for (const series of answers.volumePrices.series) {
    const volume = label(series, 'volumename') || label(series, 'persistentvolume');
    prices.set(volume, overlay(prices.get(volume), series.values));
  }
  return {
    claims: [...claims.entries()].sort((a, b) => compare(a[0], b[0])).map(([, claim]) => claim),
    volumes,
    prices,
    loadBalancers: answers.loadBalancers.series
      .map((series) => ({
        value: { namespace: label(series, 'namespace'), name: label(series, 'service') },
        values: series.values,
      }))
      .sort((a, b) =>
        compare(`${a.value.namespace}/${a.value.name}`, `${b.value.namespace}/${b.value.name}`),
      ),
  };
}

function newVolume(name: string): VolumeEntry {
  return { name, bytes: undefined, existed: undefined, created: undefined, info: [], claims: [] };
}

/** The claims of one window, and the volumes that no claim holds any more or yet. A pod mounts one only while it is part of the window. */
export function volumesAt(
  table: StorageTable,
  { point, window, kubeSamples, scrapes }: WindowFacts,
  pods: readonly PodSample[],
): readonly VolumeSample[] {
  const uids = new Map(pods.map((pod) => [`${pod.namespace}/${pod.name}`, pod.uid]));
  const alive = new Set(pods.map((pod) => pod.uid));
  const volumes: VolumeSample[] = [];
  const claimed = new Map<string, number>();
  for (const entry of table.claims) {
    const bytes = at(entry.bytes, point);
    const info = entry.info.find(({ values }) => countAt(values, point) > 0);
    if (bytes === null && info === undefined) continue;
    const volume = info?.value.volume ?? null;
    const entryOfVolume = volume === null ? undefined : table.volumes.get(volume);
    const facts = entryOfVolume === undefined ? null : factsAt(entryOfVolume, point);
    const bornAt = timeAt(entryOfVolume?.created, point);
    const bound =
      kubeSamples === 0
        ? 1
        : seenShare(boundSamples(entry, point) ?? kubeSamples, bornAt, window, scrapes);
    if (volume !== null) claimed.set(volume, (claimed.get(volume) ?? 0) + bound);
    volumes.push({
      namespace: entry.namespace,
      claim: entry.claim,
      storageClass: info?.value.storageClass ?? facts?.storageClass ?? null,
      ...(facts?.driver && { driver: facts.driver }),
      volume,
      // A claim may be smaller than the volume that it is bound to: the volume is paid for.
      bytes: facts?.bytes ?? bytes,
      mountedBy: mountedBy(entry, point, alive, uids),
      boundShare: bound,
      exportedPriceGiBHour: volume === null ? null : at(table.prices.get(volume), point),
    });
  }
  for (const entry of table.volumes.values()) {
    const existed = at(entry.existed, point);
    if (existed === null || kubeSamples === 0) continue;
    const there = seenShare(existed, timeAt(entry.created, point), window, scrapes);
    const left = there - (claimed.get(entry.name) ?? 0);
    if (left <= 1e-9) continue;
    const { bytes, storageClass, driver } = factsAt(entry, point);
    const owner = entry.claims.find(({ values }) => at(values, point) !== null)?.value;
    volumes.push({
      namespace: owner?.namespace || UNCLAIMED,
      claim: owner?.claim || entry.name,
      storageClass,
      ...(driver !== null && { driver }),
      volume: entry.name,
      bytes,
      mountedBy: [],
      boundShare: left,
      exportedPriceGiBHour: at(table.prices.get(entry.name), point),
    });
  }
  return volumes.sort((a, b) => compare(`${a.namespace}/${a.claim}`, `${b.namespace}/${b.claim}`));
}

/** The namespace of volumes that no claim ever held, as OpenCost calls it. */
const UNCLAIMED = '__unmounted__';

function factsAt(
  entry: VolumeEntry,
  point: number,
): {
  readonly bytes: Reading;
  readonly storageClass: string | null;
  readonly driver: string | null;
} {
  const info = entry.info.find(({ values }) => at(values, point) !== null)?.value;
  return {
    bytes: at(entry.bytes, point),
    storageClass: info?.storageClass ?? null,
    driver: info?.driver ?? null,
  };
}

function mountedBy(
  entry: ClaimEntry,
  point: number,
  alive: ReadonlySet<string>,
  uids: ReadonlyMap<string, string>,
): readonly string[] {
  const mounting = new Set<string>();
  for (const { value, values } of entry.mounts) {
    if (at(values, point) === null) continue;
    const uid = value.uid === '' ? uids.get(`${entry.namespace}/${value.pod}`) : value.uid;
    if (uid !== undefined && alive.has(uid)) mounting.add(uid);
  }
  return [...mounting].sort(compare);
}

/** Without the phase, a claim counts as bound while it exists; null where neither is told. */
function boundSamples(entry: ClaimEntry, point: number): Reading {
  const existed = Math.max(0, ...entry.info.map(({ values }) => countAt(values, point)));
  return at(entry.bound, point) ?? (existed === 0 ? null : existed);
}

/** The load balancers of one window, sorted. */
export function loadBalancersAt(
  table: StorageTable,
  point: number,
  kubeSamples: number,
): readonly LoadBalancerSample[] {
  const found: LoadBalancerSample[] = [];
  for (const { value, values } of table.loadBalancers) {
    const samples = countAt(values, point);
    if (samples === 0) continue;
    found.push({ ...value, upShare: kubeSamples === 0 ? 1 : Math.min(1, samples / kubeSamples) });
  }
  return found;
}
