import { outageText, type CollectError } from '../collect/collector.ts';
import { advanceFindings } from '../detect/findings/lifecycle.ts';
import { cleared, firing, readStep, scopeOn } from '../detect/verdict.ts';
import type { HistoryWriter } from '../store/history.ts';
import type { FindingEvent, Verdict } from '../model/finding.ts';
import type { TimeMs, Window } from '../model/time.ts';
import type { Settings } from './settings.ts';
import type { WorkingState } from '../store/cycleState.ts';

const RULE = 'source-outage';

/**
 * Records that windows cannot be observed at all. They stay unsealed and are caught up later; until
 * then a finding reports that monitoring has stopped. `missing` is the start of the first such window.
 */
export function openOutage(
  history: HistoryWriter,
  state: WorkingState,
  settings: Settings,
  error: CollectError,
  missing: TimeMs,
): Promise<readonly FindingEvent[]> {
  const text = outageText(error);
  const verdict = firing({
    ...aboutOf(missing),
    severity: 'warning',
    score: 80,
    summary: text,
    evidence: [
      {
        signal: RULE,
        family: 'data',
        value: error.code,
        threshold: null,
        unit: 'error',
        weight: 80,
        text,
      },
    ],
    next: [readStep('burnwatch check-config --online', 'asks Prometheus and says what is wrong')],
  });
  return recordVerdict(history, state, settings, missing, verdict);
}

/** Closes the outage once every window up to now is sealed again. */
export async function closeOutage(
  history: HistoryWriter,
  state: WorkingState,
  settings: Settings,
): Promise<readonly FindingEvent[]> {
  const watermark = state.watermark;
  const isOpen = state.openFindings.some(
    ({ kind, rule }) => kind === 'data-quality' && rule === RULE,
  );
  if (!isOpen || watermark === null) return [];
  const text = 'Prometheus answers again, and the gap is filled';
  return recordVerdict(history, state, settings, watermark, cleared(aboutOf(watermark), text));
}

async function recordVerdict(
  history: HistoryWriter,
  state: WorkingState,
  settings: Settings,
  at: TimeMs,
  verdict: Verdict,
): Promise<readonly FindingEvent[]> {
  const { window: length } = settings.config.schedule;
  const window: Window = { start: at - length, end: at };
  const { changed, events } = advanceFindings({
    cluster: settings.config.cluster,
    window,
    // Only this finding: an outage says nothing about any other.
    findings: new Map([...state.findings].filter(([, finding]) => finding.rule === RULE)),
    verdicts: [verdict],
    actions: [],
    absenceProves: false,
    isPresent: () => true,
    costOf: () => null,
    ownerOf: () => null,
  });
  const findings = [...changed.values()].filter((finding) => finding !== null);
  if (findings.length > 0) await history.recordFindings(findings, events);
  for (const finding of findings) state.findings.set(finding.fingerprint, finding);
  return events;
}

function aboutOf(startedAt: TimeMs) {
  const scope = scopeOn({ subject: 'prometheus' });
  return { kind: 'data-quality', rule: RULE, scope, startedAt } as const;
}
