import { componentOf, type ControlPlaneReading } from '../../model/controlPlane.ts';
import type { NextStep } from '../../model/finding.ts';
import { formatTime } from '../../model/time.ts';
import { plural } from '../../model/text/units.ts';
import { readStep } from '../verdict.ts';
import type { ComponentRow } from './state.ts';
import { FORGET_MS, type Context, type ControlPlaneRows, type Trouble } from './trouble.ts';

/** Without them nothing is scheduled, stored or answered. */
const CORE = new Set([
  'kube-apiserver',
  'etcd',
  'kube-scheduler',
  'kube-controller-manager',
  'coredns',
]);

/** A component that was there, and is down or no longer scraped. */
export function* componentTroubles(
  readings: readonly ControlPlaneReading[],
  { snapshot, thresholds }: Context,
  rows: ControlPlaneRows,
): Iterable<Trouble> {
  const { window } = snapshot;
  const { down: limits } = thresholds.controlPlane;
  const counts = new Map<string, { up: number; down: number }>();
  for (const { measure, subject, value } of readings) {
    if (measure !== 'up' && measure !== 'down') continue;
    const known = counts.get(subject) ?? { up: 0, down: 0 };
    counts.set(subject, { ...known, [measure]: value });
  }
  for (const [job, { up, down }] of counts) {
    const before = componentAt(rows, job);
    const isUp = up > 0;
    rows.set(`component/${job}`, {
      row: 'component',
      component: componentOf(job),
      seen: (before?.seen ?? 0) + (isUp ? 1 : 0),
      up,
      down,
      lastUp: isUp ? window.end : (before?.lastUp ?? 0),
      since: down === 0 ? 0 : before !== null && before.since > 0 ? before.since : window.start,
      windows: down === 0 ? 0 : (before?.windows ?? 0) + 1,
    });
  }
  // Where Prometheus shows none of them, it is the source that is missing, and not every component.
  const isSeen = counts.size > 0 && snapshot.complete;
  for (const [key, row] of Array.from(rows.entries())) {
    if (row.row !== 'component') continue;
    const job = key.slice('component/'.length);
    const isAbsent = !counts.has(job);
    if (isAbsent && window.end - row.lastUp > FORGET_MS) {
      rows.delete(key);
      continue;
    }
    let now = row;
    if (isAbsent && isSeen) {
      now = {
        ...row,
        up: 0,
        down: 0,
        since: row.since > 0 ? row.since : window.start,
        windows: row.windows + 1,
      };
      rows.set(key, now);
    }
    if (now.windows === 0 || row.seen < limits.knownWindows) continue;
    const isWhole = now.up === 0;
    const what = isAbsent
      ? 'is no longer scraped'
      : isWhole
        ? 'is down'
        : `has ${plural(now.down, 'instance')} down, ${now.up} up`;
    yield {
      rule: isAbsent ? 'component-absent' : 'component-down',
      subject: job,
      severity: isWhole && CORE.has(now.component) ? 'critical' : 'warning',
      value: now.up,
      threshold: 1,
      unit: 'instances up',
      text: `${now.component} (job ${job}) ${what}, last up at ${formatTime(now.lastUp)}`,
      next: COMPONENT_STEPS,
      on: limits.windows,
      since: now.since,
    };
  }
}

const COMPONENT_STEPS: readonly NextStep[] = [
  readStep(
    'kubectl -n kube-system get pods -o wide',
    'Shows whether its pod runs, and on which node',
  ),
  readStep(
    'kubectl -n kube-system get leases',
    'Shows which instance leads, and when it last said so',
  ),
];

function componentAt(rows: ControlPlaneRows, job: string): ComponentRow | null {
  const row = rows.get(`component/${job}`);
  return row?.row === 'component' ? row : null;
}
