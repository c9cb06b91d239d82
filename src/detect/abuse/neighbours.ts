import { HOUR_MS } from '../../model/time.ts';
import type { DetectorState } from '../detector.ts';
import { quantileOf } from './quantile.ts';
import { hash, repositoryOf } from './images.ts';
import { addToPeers } from './learn.ts';
import { BYTES_OF, SLOTS, type HourRing } from './ring.ts';
import type { AbuseState, Peers, Track } from './state.ts';
import type { Subject } from './subject.ts';

type Rows = DetectorState<AbuseState>;

export function ringOf(rows: Rows, key: string): HourRing | null {
  const row = rows.get(key);
  return row?.row === 'past' ? row.ring : null;
}

/** What the same image does elsewhere; else what the namespace's workloads ordinarily do. */
export function peersOf(rows: Rows, subject: Subject): Peers | null {
  for (const key of peerKeys(subject)) {
    const row = rows.get(key);
    if (row?.row === 'peers') return row;
  }
  return null;
}

/** Only what is known vouches for an image: a new miner must not become its own peer. */
export function teachPeers(subject: Subject, track: Track, rows: Rows): void {
  if (track.lastSeen - track.firstSeen < 24 * HOUR_MS) return;
  const key = peerKeys(subject)[0];
  if (key === undefined) return;
  const row = rows.get(key);
  const peers = addToPeers(row?.row === 'peers' ? row : null, track);
  if (peers !== null) rows.set(key, peers);
}

function peerKeys(subject: Subject): readonly string[] {
  if (subject.kind !== 'cpu' || subject.image === null) return [];
  return [`i/${hash(repositoryOf(subject.image)).toString(36)}`];
}

/**
 * What the pod's network ordinarily carries without this container, bytes a second: a pod's containers
 * share it, so a side-car that is new is not credited with what the others have always sent. The highest
 * of their upper quartiles over a day; null where none of them has an hour of history.
 */
export function mateTraffic(rows: Rows, subject: Subject): number | null {
  let highest: number | null = null;
  for (const key of subject.mates) {
    const ring = ringOf(rows, `p/c/${key}`);
    if (ring === null) continue;
    const values: number[] = [];
    for (let back = 0; back < 24; back++) {
      const hour = ring.newest - back;
      const code = hour < 0 ? 0 : (ring.net[hour % SLOTS] ?? 0);
      if (code > 0) values.push(BYTES_OF[code] ?? 0);
    }
    if (values.length > 0) highest = Math.max(highest ?? 0, quantileOf(values, 0.75));
  }
  return highest;
}
