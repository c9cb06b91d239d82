import type { NextStep, Verdict } from '../../model/finding.ts';
import { formatTime, type TimeMs } from '../../model/time.ts';
import { jsonCodec } from '../../store/stateCodec.ts';
import type { Detector } from '../detector.ts';
import { SEVERITY_SCORE } from '../findings/severity.ts';
import { cleared, firing, scopeOn, readStep } from '../verdict.ts';
import { NO_SIGNALS } from '../signals/signalMemory.ts';
import { clientTroubles } from './clients.ts';
import { limitTroubles } from './limits.ts';
import type { AlarmRow, ComponentRow, ControlPlaneRow } from './state.ts';
import { controlPlaneSchema } from './thresholds.ts';
import {
  FORGET_MS,
  type Context,
  type ControlPlaneRows,
  type Sections,
  type Trouble,
} from './trouble.ts';
import { componentOf, type ControlPlaneReading } from '../../model/controlPlane.ts';
import { plural } from '../../model/text/units.ts';

/**
 * The components that run the cluster, from what Prometheus scrapes of them, and the clients of its API, from audit
 * events. What was never scraped is no finding: managed clusters do not export it.
 */
export const controlPlaneDetector: Detector<ControlPlaneRow, Sections> = {
  name: 'control-plane',
  version: 1,
  codec: jsonCodec(),
  thresholds: { controlPlane: controlPlaneSchema },
  detect(context, rows): readonly Verdict[] {
    const { window } = context.snapshot;
    const readings = context.snapshot.controlPlane ?? [];
    const troubles = [
      ...componentTroubles(readings, context, rows),
      ...limitTroubles(readings, context.thresholds.controlPlane),
      ...clientTroubles((context.signals ?? NO_SIGNALS).calls, context, rows),
    ];
    if (readings.length > 0) rows.set('last', { row: 'last', at: window.end, readings });
    return judge(troubles, context, rows);
  },
};

/** Opens what has lasted, and closes what has been over for some windows. */
function judge(
  troubles: readonly Trouble[],
  { snapshot, thresholds }: Context,
  rows: ControlPlaneRows,
): readonly Verdict[] {
  const { window } = snapshot;
  const { windows } = thresholds.controlPlane;
  const verdicts: Verdict[] = [];
  const seen = new Set<string>();
  for (const trouble of troubles) {
    const key = `alarm/${trouble.rule}/${trouble.subject}`;
    if (seen.has(key)) continue;
    seen.add(key);
    const stored = rows.get(key);
    const before: AlarmRow | null = stored?.row === 'alarm' ? stored : null;
    const since = trouble.since ?? before?.since ?? window.start;
    const on = (before?.on ?? 0) + 1;
    const isOpen = before?.isOpen === true || on >= trouble.on;
    rows.set(key, { row: 'alarm', since, on, off: 0, isOpen });
    if (isOpen) verdicts.push(verdictOf(trouble, since));
  }
  for (const [key, row] of Array.from(rows.entries())) {
    if (row.row !== 'alarm' || seen.has(key)) continue;
    // An incomplete window shows nothing; that something is over, least of all.
    if (!snapshot.complete) continue;
    const off = row.off + 1;
    if (off < windows.off && row.isOpen) {
      rows.set(key, { ...row, off });
      continue;
    }
    rows.delete(key);
    const [, rule = '', ...subject] = key.split('/');
    const over = { rule, subject: subject.join('/') };
    if (row.isOpen) verdicts.push(cleared(aboutOf(over, row.since), 'It is over'));
  }
  return verdicts;
}

function aboutOf({ rule, subject }: Pick<Trouble, 'rule' | 'subject'>, startedAt: TimeMs) {
  return { kind: 'control-plane', rule, scope: scopeOn({ subject }), startedAt } as const;
}

function verdictOf(trouble: Trouble, since: TimeMs): Verdict {
  const { rule, severity, value, threshold, unit, text, next = [] } = trouble;
  return firing({
    ...aboutOf(trouble, since),
    severity,
    score: SEVERITY_SCORE[severity],
    summary: `${text}, since ${formatTime(since)}`,
    evidence: [
      {
        signal: rule,
        family: 'level',
        value,
        threshold,
        unit,
        weight: SEVERITY_SCORE[severity],
        text,
      },
    ],
    next,
  });
}

/** Without them nothing is scheduled, stored or answered. */
const CORE = new Set([
  'kube-apiserver',
  'etcd',
  'kube-scheduler',
  'kube-controller-manager',
  'coredns',
]);

/** A component that was there, and is down or no longer scraped. */
function* componentTroubles(
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
