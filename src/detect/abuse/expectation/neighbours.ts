import { DAY_HOURS, DAY_MS, HOUR_MS, type TimeMs } from '../../../model/time.ts';
import { hash } from '../../../model/hash.ts';
import { repositoryOf } from '../../../model/image.ts';
import { addToPeers } from './learn.ts';
import { BYTES_OF, CORES_OF, REMEMBERED_MS, SLOTS, type HourRing } from './ring.ts';
import type { Peers, Rows, Track } from '../state/state.ts';
import type { CoLocated, Subject } from '../subjects/subject.ts';

export function ringOf(rows: Rows, key: string): HourRing | null {
  const row = rows.get(key);
  return row?.row === 'past' ? row.ring : null;
}

/** What the same image does elsewhere. */
export function peersOf(rows: Rows, subject: Subject): Peers | null {
  const key = peerKey(subject);
  const row = key === null ? undefined : rows.get(key);
  return row?.row === 'peers' ? row : null;
}

/** Only what is known vouches for an image: a new miner must not become its own peer. */
export function teachPeers(subject: Subject, track: Track, rows: Rows): void {
  if (track.lastSeen - track.firstSeen < DAY_MS) return;
  const key = peerKey(subject);
  if (key === null) return;
  const peers = addToPeers(peersOf(rows, subject), track);
  if (peers !== null) rows.set(key, peers);
}

function peerKey({ kind, image }: Subject): string | null {
  if (kind !== 'cpu' || image === null) return null;
  return `i/${hash(repositoryOf(image)).toString(36)}`;
}

/**
 * Those containers beside a new one that were known so long before it came, ms, with the software that they
 * run: what came with it, or was exchanged with it, vouches for nothing and is owed no traffic.
 */
export function knownCoLocated(
  subject: Subject,
  rows: Rows,
  now: TimeMs,
  before: number,
): readonly CoLocated[] {
  if (subject.kind !== 'cpu' || subject.coLocated.length === 0) return [];
  const track = rows.get(subject.key);
  const came = track?.row === 'track' ? track.firstSeen : now;
  if (now - came > REMEMBERED_MS) return [];
  return subject.coLocated.filter(({ key }) => {
    const row = rows.get(`c/${key}`);
    if (row?.row !== 'track') return false;
    return came - Math.max(row.firstSeen, row.repoSince) >= before;
  });
}

/** Traffic goes above its hour's average, and a core-second's bytes above their day's, by about so much. */
const MARGIN = 1.5;

/**
 * What the pod's network carries without this container, bytes a second: a pod's containers share it, so a
 * side-car that is new is not credited with what the others send. Their highest hour of a day, or what their use
 * in this window comes with by the day's ratio, or what the pods without it carry, with a margin; 0 where none tells.
 */
export function coLocatedTraffic(subject: Subject, rows: Rows, now: TimeMs): number {
  let highest = MARGIN * (subject.netWithout ?? 0);
  for (const { key, cores } of knownCoLocated(subject, rows, now, HOUR_MS)) {
    const ring = ringOf(rows, `p/c/${key}`);
    if (ring === null) continue;
    let most = 0;
    let bytes = 0;
    let used = 0;
    for (let back = 0; back < DAY_HOURS; back++) {
      const hour = ring.newest - back;
      const code = hour < 0 ? 0 : (ring.net[hour % SLOTS] ?? 0);
      if (code === 0) continue;
      most = Math.max(most, BYTES_OF[code] ?? 0);
      bytes += BYTES_OF[code] ?? 0;
      used += CORES_OF[ring.mean[hour % SLOTS] ?? 0] ?? 0;
    }
    const byUse = used > 0 ? ((cores ?? 0) * bytes) / used : 0;
    highest = Math.max(highest, MARGIN * most, MARGIN * byUse);
  }
  return highest;
}
