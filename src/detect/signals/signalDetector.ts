import type { Scope, Severity, Verdict } from '../../model/finding.ts';
import { shellQuote } from '../../model/text/escape.ts';
import type { Snapshot } from '../../model/snapshot.ts';
import type { TimeMs } from '../../model/time.ts';
import { plural } from '../../model/text/units.ts';
import { workloadKey } from '../../model/workload.ts';
import { jsonCodec } from '../../store/stateCodec.ts';
import type { DetectContext, Detector } from '../detector.ts';
import { SEVERITY_RANK, SEVERITY_SCORE } from '../findings/severity.ts';
import { nextSteps } from '../nextSteps.ts';
import { cleared, firing, readStep, scopeOn } from '../verdict.ts';
import { NO_SIGNALS, type KnownSignal, type SignalRow } from './signalMemory.ts';
import { CLASS_NAMES, signalEvidence, signalText } from './signalTexts.ts';
import { signalsSchema, type SignalThresholds } from './thresholds.ts';

/** A scope whose events were a finding, so that it can be closed. */
interface OpenRow {
  readonly scope: Scope;
  readonly since: TimeMs;
}

interface Sections {
  readonly signals: SignalThresholds;
}

const ABOUT = { kind: 'signal', rule: 'reported-by-other-tools' } as const;
const MAX_PODS = 20;

/**
 * What other tools report of a workload or a user, where it matters by itself or in its sequence. A workload whose CPU
 * is a finding already has one story: there the events are evidence, and this finding ends.
 */
export const signalDetector: Detector<OpenRow, Sections> = {
  name: 'signal',
  version: 1,
  codec: jsonCodec(),
  thresholds: { signals: signalsSchema },
  detect(context, state): readonly Verdict[] {
    const seen = context.signals ?? NO_SIGNALS;
    const firing = new Set<string>();
    const verdicts: Verdict[] = [];
    const stories = seen.rows.flatMap((row) => {
      const signals = storyOf(row, context);
      const severity = severityOf(row, signals, context.thresholds.signals);
      return severity === null ? [] : [{ row, signals, severity }];
    });
    const inStories = new Map<string, number>();
    for (const { row, signals, severity } of stories)
      for (const { user } of row.workload === null ? [] : signals)
        if (user !== null)
          inStories.set(user, Math.max(inStories.get(user) ?? 0, SEVERITY_RANK[severity]));
    const isInStory = ({ workload, subject }: Pick<Scope, 'workload' | 'subject'>, rank: number) =>
      workload === null && subject !== null && (inStories.get(subject) ?? -1) >= rank;
    for (const { row, signals, severity } of stories) {
      // What a user did is a part of the workload's story.
      if (isInStory(row, SEVERITY_RANK[severity])) continue;
      const key = keyOf(row);
      const before = state.get(key);
      const { namespace, workload, subject } = row;
      const scope = scopeOn({ namespace, workload, subject });
      // It is closed by the next loop, with the reason.
      if (isInAbuse(context, scope, severity)) continue;
      firing.add(key);
      const since = Math.min(...signals.map((one) => one.since));
      if (before === undefined || before.since !== since) state.set(key, { scope, since });
      verdicts.push(verdictOf(scope, severity, signals, since, context));
    }
    for (const [key, { scope, since }] of Array.from(state.entries())) {
      if (firing.has(key)) continue;
      state.delete(key);
      const summary = isInAbuse(context, scope, 'info')
        ? 'Goes on in the finding about its CPU use, which has these events as evidence'
        : isInStory(scope, 0)
          ? 'Goes on in the finding about the workload, which has these events as evidence'
          : 'Other tools have reported nothing more';
      verdicts.push(cleared({ ...ABOUT, scope, startedAt: since }, summary));
    }
    return verdicts;
  },
};

function keyOf({ namespace, workload, subject }: SignalRow): string {
  return JSON.stringify([namespace, workload?.kind, workload?.name, subject]);
}

/** The events of a row; of a workload also what its users did elsewhere. */
function storyOf(row: SignalRow, { signals = NO_SIGNALS }: DetectContext): readonly KnownSignal[] {
  const { namespace, workload } = row;
  return namespace === null || workload === null ? row.signals : signals.of(namespace, workload);
}

/** The severity of the gravest event, or of the steps of an attack; null where nothing is to be reported. */
function severityOf(
  { subject, workload }: SignalRow,
  signals: readonly KnownSignal[],
  { classes, chain, steps }: SignalThresholds,
): Severity | null {
  // What others did to a service account is their finding, and context here.
  const own =
    workload === null ? signals.filter(({ user }) => user === null || user === subject) : signals;
  let gravest: Severity | null = null;
  for (const one of own) {
    const isExploitable = (one.exploited ?? []).length > 0;
    const most = isExploitable ? 'warning' : classes[one.class];
    if (most === undefined) continue;
    const severity = isExploitable ? most : lesser(most, one.severity);
    if (gravest === null || SEVERITY_RANK[severity] > SEVERITY_RANK[gravest]) gravest = severity;
  }
  if (gravest === null) return null;
  const taken = new Set(signals.filter((one) => steps.includes(one.class)).map((one) => one.class));
  // Steps that engineers take every day are no more than a warning together: one of them has to be grave by itself.
  if (taken.size >= chain.critical && gravest !== 'info') return 'critical';
  return taken.size >= chain.warning && gravest === 'info' ? 'warning' : gravest;
}

function lesser(a: Severity, b: Severity): Severity {
  return SEVERITY_RANK[a] < SEVERITY_RANK[b] ? a : b;
}

/** True while the abuse finding of the workload is open and at least as severe. */
function isInAbuse(
  { verdictsSoFar }: DetectContext,
  { namespace, workload }: Scope,
  severity: Severity,
): boolean {
  if (workload === null) return false;
  return (verdictsSoFar?.() ?? []).some(
    (verdict) =>
      verdict.kind === 'cryptojacking' &&
      verdict.status === 'firing' &&
      verdict.scope.namespace === namespace &&
      verdict.scope.workload?.kind === workload.kind &&
      verdict.scope.workload.name === workload.name &&
      SEVERITY_RANK[verdict.severity] >= SEVERITY_RANK[severity],
  );
}

function verdictOf(
  scope: Scope,
  severity: Severity,
  signals: readonly KnownSignal[],
  startedAt: TimeMs,
  { thresholds, snapshot }: DetectContext<Sections>,
): Verdict {
  const { steps, classes } = thresholds.signals;
  const pods = [...new Set(signals.flatMap(({ pod }) => pod ?? []))];
  const told = signals.filter(
    (one) => classes[one.class] !== undefined || (one.exploited ?? []).length > 0,
  );
  const gravest = told.toSorted((a, b) => SEVERITY_RANK[b.severity] - SEVERITY_RANK[a.severity])[0];
  const taken = [
    ...new Set(told.filter((one) => steps.includes(one.class)).map((one) => one.class)),
  ];
  const story =
    taken.length > 1
      ? `${plural(taken.length, 'step')} of an attack: ${taken.map((one) => CLASS_NAMES[one]).join(', then ')}. `
      : '';
  return firing({
    ...ABOUT,
    scope,
    severity,
    score: SEVERITY_SCORE[severity],
    startedAt,
    summary: gravest === undefined ? '' : `${story}${signalText(gravest)}`,
    evidence: signalEvidence(signals, (one) => SEVERITY_SCORE[one.severity]),
    next: stepsFor(scope, pods, severity, snapshot),
    pods: pods.sort().slice(0, MAX_PODS),
  });
}

/**
 * Of a workload in those of its pods that the window has; where it has none of them, only what looks. A story has what its
 * users did elsewhere, too: pods of others are neither looked at nor stopped. Of a user what it may do.
 */
function stepsFor(
  { namespace, workload, subject }: Scope,
  names: readonly string[],
  severity: Severity,
  { pods }: Snapshot,
): Verdict['next'] {
  const [name] = names;
  if (namespace !== null && name !== undefined) {
    const key = workload && workloadKey(namespace, workload);
    const own = pods.filter(
      (pod) => names.includes(pod.name) && workloadKey(pod.namespace, pod.workload) === key,
    );
    const shownIn = own.map((pod) => ({ pod }));
    if (shownIn.length > 0) return nextSteps(namespace, shownIn, severity);
    const gone = { name, node: null, workload: workload ?? { kind: 'Pod', name } };
    return nextSteps(namespace, [{ pod: gone }], 'info');
  }
  if (subject === null || namespace !== null) return [];
  const command = `kubectl auth can-i --list --as=${shellQuote(subject)}`;
  return [readStep(command, 'Lists what this user may do')];
}
