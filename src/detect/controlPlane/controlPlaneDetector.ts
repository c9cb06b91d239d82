import type { Verdict } from '../../model/finding.ts';
import { formatTime, type TimeMs } from '../../model/time.ts';
import { jsonCodec } from '../../store/stateCodec.ts';
import type { Detector } from '../detector.ts';
import { SEVERITY_SCORE } from '../findings/severity.ts';
import { cleared, firing, scopeOn } from '../verdict.ts';
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
