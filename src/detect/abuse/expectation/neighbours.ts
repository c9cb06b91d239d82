import { hash } from '../../../model/hash.ts';
import { sumKnown } from '../../../model/reading.ts';
import { DAY_HOURS, DAY_MS, HOUR_MS, type TimeMs } from '../../../model/time.ts';
import { containerKey } from '../../../model/workload.ts';
import { learntHours, REMEMBERED_MS, valuesAt, type HourRing } from '../../usual/hourRing.ts';
import type { Subject } from '../subjects/subject.ts';
import { isUnderAlarm, ringOf, rowOf, type Rows } from '../state/state.ts';
import { wholeMeans } from './baseline.ts';

/** Of each image the workload that uses most, by the hash of its repository: the peer of a new one that runs it. */
export type Peers = ReadonlyMap<number, { readonly key: string; readonly cores: number }>;

/** Only what has been known for a day vouches for an image: a new miner must not become its own peer. */
export function peersIn(rows: Rows, now: TimeMs): Peers {
  const busiest = new Map<number, { key: string; cores: number }>();
  for (const [key, row] of rows.entries()) {
    if (row.row !== 'track' || !key.startsWith('c/') || isUnderAlarm(row)) continue;
    const { repo, smoothCores, firstSeen, repoSince } = row;
    const isKnown = now - Math.max(firstSeen, repoSince) >= DAY_MS;
    if (isKnown && smoothCores > (busiest.get(repo)?.cores ?? -1))
      busiest.set(repo, { key, cores: smoothCores });
  }
  return busiest;
}

export function peerRing({ key, repository }: Subject, peers: Peers, rows: Rows): HourRing | null {
  const peer = repository === null ? undefined : peers.get(hash(repository))?.key;
  return peer === undefined || peer === key ? null : ringOf(rows, peer);
}

/** The containers beside a new one that were known so long before it came, ms: what came with it vouches for nothing. */
export function knownCoLocated(
  { key, kind, members: [first] }: Subject,
  rows: Rows,
  now: TimeMs,
  before: number,
): readonly { readonly key: string; readonly cores: number | null }[] {
  const came = rowOf(rows, key, 'track')?.firstSeen ?? now;
  if (kind !== 'cpu' || first === undefined || now - came > REMEMBERED_MS) return [];
  const { namespace, workload, containers } = first.pod;
  return containers.flatMap(({ name, init, cpuUsageCores }) => {
    if (init || name === first.container.name) return [];
    const beside = `c/${containerKey(namespace, workload, name)}`;
    const track = rowOf(rows, beside, 'track');
    const isKnown = track !== null && came - Math.max(track.firstSeen, track.repoSince) >= before;
    return isKnown ? [{ key: beside, cores: cpuUsageCores }] : [];
  });
}

/** Traffic goes above its hour's average, and a core-second's bytes above their day's, by about so much. */
const MARGIN = 1.5;

/** Bytes a second that the pod's network carries without this container, by the others' day or pods without it; else 0. */
export function coLocatedTraffic(subject: Subject, rows: Rows, now: TimeMs): number {
  const carried = knownCoLocated(subject, rows, now, HOUR_MS).map(({ key, cores }) => {
    const ring = ringOf(rows, key);
    if (ring === null) return 0;
    const day = learntHours(ring, ring.newest, Infinity).slice(-DAY_HOURS);
    const nets = valuesAt(ring, 'net', day);
    const used = sumKnown(day.map(wholeMeans(ring))) ?? 0;
    return Math.max(0, ...nets, used > 0 ? ((cores ?? 0) * (sumKnown(nets) ?? 0)) / used : 0);
  });
  return MARGIN * Math.max(subject.netWithout ?? 0, ...carried);
}
