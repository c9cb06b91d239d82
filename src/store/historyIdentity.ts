import { HOUR_MS } from '../model/time.ts';
import { HistoryError } from './history.ts';

/** What a history was made for. Changing any of it would make old and new rows incomparable. */
export interface HistoryIdentity {
  readonly cluster: string;
  /** ISO 4217. */
  readonly currency: string;
  /** Length of a window; it divides the hour. */
  readonly windowMs: number;
}

/** Refuses a length of windows that hours cannot be made of. @throws HistoryError `other-grid` */
export function requireGrid({ windowMs }: HistoryIdentity): void {
  if (HOUR_MS % windowMs === 0) return;
  throw new HistoryError(
    'other-grid',
    `schedule.window of ${windowMs / 1000}s does not divide an hour: use 1m, 5m, 10m, 15m, 30m or 1h`,
  );
}

/** Refuses a history that was made for something else. @throws HistoryError `other-cluster`, … */
export function requireSameIdentity(
  path: string,
  found: HistoryIdentity,
  wanted: Partial<HistoryIdentity>,
): void {
  const refuse = (code: HistoryError['code'], key: string, has: string, asked: string) => {
    throw new HistoryError(
      code,
      `the history ${path} was made with ${key} ${has}, the configuration says ${asked}: set ${key} back, or set history.path to a new file`,
    );
  };
  const { cluster = found.cluster, currency = found.currency, windowMs = found.windowMs } = wanted;
  if (found.cluster !== cluster) refuse('other-cluster', 'cluster', found.cluster, cluster);
  if (found.currency !== currency) {
    refuse('other-currency', 'pricing.currency', found.currency, currency);
  }
  if (found.windowMs !== windowMs) {
    const seconds = (ms: number) => `${ms / 1000}s`;
    refuse('other-grid', 'schedule.window', seconds(found.windowMs), seconds(windowMs));
  }
}
