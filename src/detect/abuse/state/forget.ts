import { DAY_MS, type TimeMs } from '../../../model/time.ts';
import { REMEMBERED_MS } from '../../usual/hourRing.ts';
import type { Rows } from './state.ts';

/** One-shot workloads never come back under their name. */
const FORGET_ONE_SHOT_MS = DAY_MS;
/** Rows that are kept at most; the longest unseen go first. */
const MAX_ROWS = 150_000;

/** Drops rows long unseen, and the longest unseen beyond the cap: a pod a second must not grow the state without end. */
export function forget(rows: Rows, now: TimeMs, maxRows = MAX_ROWS): void {
  const kept: { key: string; lastSeen: number }[] = [];
  for (const [key, row] of Array.from(rows.entries())) {
    if (row.row === 'past') continue;
    const isOneShot = /^c\/[^/]+\/(Job|Pod)\//.test(key);
    if (now - row.lastSeen > (isOneShot ? FORGET_ONE_SHOT_MS : REMEMBERED_MS)) drop(rows, key);
    else kept.push({ key, lastSeen: row.lastSeen });
  }
  if (kept.length <= maxRows) return;
  kept.sort((a, b) => a.lastSeen - b.lastSeen || (a.key < b.key ? -1 : 1));
  for (const { key } of kept.slice(0, kept.length - maxRows)) drop(rows, key);
}

function drop(rows: Rows, key: string): void {
  rows.delete(key);
  if (rows.get(`p/${key}`) !== undefined) rows.delete(`p/${key}`);
}
