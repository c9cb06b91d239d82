import { HOUR_MS, SECOND_MS, type TimeMs } from '../../model/time.ts';
import type { QueryId, RawId } from '../prometheus/queries.ts';

/** The values that are possible; what lies outside is a forgery or a broken exporter's. */
export interface Bounds {
  readonly least: number;
  readonly most: number;
}

export interface RawBounds extends Bounds {
  /** A counter that grows faster, per second, is none. */
  readonly fastest?: number;
}

const upTo = (most: number): Bounds => ({ least: 0, most });

/** No machine, of any provider, has a thousandth of these. Sums over all of them stay exact (below 2^53). */
const MOST_CORES = 100_000;
const MOST_RAM_BYTES = 2 ** 50;
/** Volumes and quotas are larger than machines. */
const MOST_BYTES = Number.MAX_SAFE_INTEGER;
const MOST_COUNT = 1_000_000;
/** Four times the fastest link of a machine, in bytes per second. */
const FASTEST = 1e11;
/** In units of the currency an hour: no machine, whatever the currency, costs it. */
const HIGHEST_PRICE = 1e6;
/** 2014: Kubernetes is not older. */
const OLDEST_SECONDS = 1_388_534_400;
/** Clocks of nodes differ, but not by more. */
const CLOCK_SECONDS = HOUR_MS / SECOND_MS;
const LONGEST_COUNTER_SECONDS = 1e13;
/** cAdvisor reads counters up to this long before it is scraped, so that growth may seem faster than it was. */
export const JITTER_MS: TimeMs = 30 * SECOND_MS;

/** What the values of a query may be. @param atSeconds the end of the window, for what is a time itself. */
type BoundsOf = (labels: Readonly<Record<string, string>>, atSeconds: number) => Bounds;

const always =
  (bounds: Bounds): BoundsOf =>
  () =>
    bounds;
const count = always(upTo(MOST_COUNT));
const bytes: RawBounds = { ...upTo(MOST_BYTES), fastest: FASTEST };

const CORES = upTo(MOST_CORES);
const RAM = upTo(MOST_RAM_BYTES);
const BYTES = upTo(MOST_BYTES);

const resource: BoundsOf = ({ resource: name }) => {
  if (name === 'cpu') return CORES;
  // Devices are counted, huge pages and ephemeral storage are bytes.
  return name === 'memory' ? RAM : BYTES;
};

/** A node has at least something of what every node has. */
const capacity: BoundsOf = (labels, at) => {
  const bounds = resource(labels, at);
  const isSure = labels['resource'] === 'cpu' || labels['resource'] === 'memory';
  return isSure ? { ...bounds, least: Number.MIN_VALUE } : bounds;
};

/** What a time that is stated until then may be, in Unix seconds. */
export function birthBounds(atSeconds: number): Bounds {
  return { least: OLDEST_SECONDS, most: atSeconds + CLOCK_SECONDS };
}

const birth: BoundsOf = (_, atSeconds) => birthBounds(atSeconds);

/** A missing entry is a query whose values are never calculated with. */
export const QUERY_BOUNDS: Readonly<Partial<Record<QueryId, BoundsOf>>> = {
  throttled: always(upTo(2)),
  gpuUtilisation: always(upTo(101)),
  gpuTensor: always(upTo(101)),
  flows: always(BYTES),
  podCreated: birth,
  created: birth,
  birthdays: birth,
  podPhase: count,
  requests: resource,
  limits: resource,
  initRequests: resource,
  containerInfo: count,
  running: count,
  restarts: count,
  nodeInfo: count,
  nodeCapacity: capacity,
  nodeAllocatable: resource,
  nodePrices: always(upTo(HIGHEST_PRICE)),
  volumePrices: always(upTo(HIGHEST_PRICE)),
  autoscalerReplicas: count,
  autoscalerTargets: count,
  quotas: always(BYTES),
  limitRanges: always(BYTES),
  claimInfo: count,
  claimBytes: always(BYTES),
  claimPhase: count,
  podOverhead: always(BYTES),
  scheduled: resource,
  offerings: always(upTo(HIGHEST_PRICE)),
  volumeBytes: always(BYTES),
  loadBalancers: count,
};

export const RAW_BOUNDS: Readonly<Partial<Record<RawId, RawBounds>>> = {
  cpu: upTo(LONGEST_COUNTER_SECONDS),
  ram: RAM,
  diskRead: bytes,
  diskWrite: bytes,
  networkReceive: bytes,
  networkTransmit: bytes,
  egress: bytes,
};
