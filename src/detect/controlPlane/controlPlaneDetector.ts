import type { Verdict } from '../../model/finding.ts';
import { formatTime, type TimeMs } from '../../model/time.ts';
import { jsonCodec } from '../../store/stateCodec.ts';
import type { Detector } from '../detector.ts';
import { SEVERITY_SCORE } from '../findings/severity.ts';
import { NO_SIGNALS } from '../signals/signalMemory.ts';
import { clientTroubles } from './clients.ts';
import { componentTroubles } from './components.ts';
import { limitTroubles } from './limits.ts';
import type { AlarmRow, ControlPlaneRow } from './state.ts';
import { controlPlaneSchema } from './thresholds.ts';
import type { Context, ControlPlaneRows, Sections, Trouble } from './trouble.ts';

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
    if (row.isOpen)
      verdicts.push({ ...verdictOf(overOf(rule, subject.join('/')), row.since), status: 'clear' });
  }
  return verdicts;
}

function overOf(rule: string, subject: string): Trouble {
  const over = {
    severity: 'info',
    value: 0,
    threshold: 0,
    unit: '',
    text: 'It is over',
    on: 1,
  } as const;
  return { ...over, rule, subject };
}

function verdictOf(
  { rule, subject, severity, value, threshold, unit, text, next = [] }: Trouble,
  since: TimeMs,
): Verdict {
  return {
    kind: 'control-plane',
    rule,
    scope: { namespace: null, workload: null, container: null, subject },
    status: 'firing',
    severity,
    score: SEVERITY_SCORE[severity],
    startedAt: since,
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
    pods: [],
    costBeforeNano: null,
    costPerMonth: null,
  };
}
