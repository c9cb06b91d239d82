import { isDeepStrictEqual } from 'node:util';
import type { DetectContext, Detector } from '../detector.ts';
import { cleared, scopeOn, firing, readStep } from '../verdict.ts';
import { jsonCodec, type DetectorState } from '../../store/stateCodec.ts';
import { misses } from '../../model/clusterObjects.ts';
import type { Evidence, Scope, Verdict } from '../../model/finding.ts';
import { DAY_MS, floorTo, HOUR_MS, WEEK_MS, type TimeMs } from '../../model/time.ts';
import { CLUSTER, count, scopeOf, SCOPES, type PostureScope } from './check.ts';
import { evaluatePosture, failedByScope, scoresOf, type NamespacePosture } from './evaluate.ts';
import { postureOfSnapshot } from './readInput.ts';
import { clearAll, reviewVerdicts } from './reviewVerdicts.ts';
import type { CheckCounts, PostureState } from './postureState.ts';
import { postureSchema, type PostureThresholds } from './thresholds.ts';
import { shellQuote } from '../../model/text/escape.ts';

/** Days of trend that are kept. */
const TREND_DAYS = 90;
/** After this long a lower score is the new normal. */
const ADOPT_MS = WEEK_MS;

/**
 * Changes of posture for the digest: a namespace's score that fell since the day before. Only checks that
 * could be evaluated both times are compared, so that a source that goes away or comes back changes nothing.
 * Looked at once an hour; the score of each day is kept as the trend.
 */
export const postureDetector: Detector<PostureState, PostureThresholds> = {
  name: 'posture',
  version: 3,
  codec: jsonCodec(),
  thresholds: { posture: postureSchema },
  detect(context, state) {
    const { snapshot, thresholds } = context;
    const { end } = snapshot.window;
    if (end % HOUR_MS !== 0 || !snapshot.complete) return [];
    const input = context.posture?.() ?? postureOfSnapshot(snapshot, null);
    const postures = evaluatePosture(input, thresholds.posture);
    const reviewed = new Set(state.get(CLUSTER)?.reviewed);
    const verdicts: Verdict[] = [];
    for (const posture of postures) {
      if (posture.score === null) continue;
      const { namespace } = posture;
      const before = state.get(namespace);
      const { row, verdict } = comparePosture(posture, before, context);
      const review = reviewVerdicts(posture, row.reported, reviewed, end);
      const isSame = isDeepStrictEqual(review.reported, row.reported);
      const after = isSame ? row : { ...row, reported: review.reported };
      if (after !== before) state.set(namespace, after);
      if (verdict !== null) verdicts.push(verdict);
      verdicts.push(...review.verdicts);
    }
    rememberReviewed(postures, reviewed, state);
    verdicts.push(...ofGoneNamespaces(context, postures, state));
    return verdicts;
  },
};

/** Which checks have been made once: what fails of them from now on is new. */
function rememberReviewed(
  postures: readonly NamespacePosture[],
  before: ReadonlySet<string>,
  state: DetectorState<PostureState>,
): void {
  const row = state.get(CLUSTER);
  if (row === undefined) return;
  const made = postures.flatMap(({ checks }) =>
    checks.flatMap(({ check, results }) =>
      results.some(({ outcome }) => outcome !== 'not-evaluated') ? [check.id] : [],
    ),
  );
  const reviewed = new Set([...before, ...made]);
  if (reviewed.size > before.size) state.set(CLUSTER, { ...row, reviewed: [...reviewed].sort() });
}

/** A namespace that a complete window no longer shows takes its findings with it. */
function ofGoneNamespaces(
  { snapshot }: DetectContext<PostureThresholds>,
  postures: readonly NamespacePosture[],
  state: DetectorState<PostureState>,
): readonly Verdict[] {
  const present = new Set([CLUSTER, ...postures.map(({ namespace }) => namespace)]);
  if (snapshot.objects === null || snapshot.objects === undefined) return [];
  if (misses(snapshot.objects, 'namespaces')) return [];
  const verdicts: Verdict[] = [];
  for (const [namespace, row] of state.entries()) {
    if (present.has(namespace) || Object.keys(row.reported).length === 0) continue;
    verdicts.push(...clearAll(namespace, row.reported, snapshot.window.end));
    state.set(namespace, { ...row, reported: {} });
  }
  return verdicts;
}

function comparePosture(
  posture: NamespacePosture,
  before: PostureState | undefined,
  context: DetectContext<PostureThresholds>,
): { readonly row: PostureState; readonly verdict: Verdict | null } {
  const { end, start } = context.snapshot.window;
  const day = floorTo(start, DAY_MS);
  const counts = countsOf(posture);
  const { score, known } = posture;
  const today = { day, score: score ?? 0, known, failed: failedByScope(posture) };
  const first = { reference: counts, trend: [today], fellAt: null, reported: {} };
  if (before === undefined) return { row: first, verdict: null };
  const scope = scopeOn({ namespace: posture.namespace === CLUSTER ? null : posture.namespace });
  const isOpen = context.isOpen('posture', SCORE_FELL_RULE, scope);
  const [was, is] = comparable(before.reference, counts, posture);
  const { minDrop } = context.thresholds.posture;
  const isAdopted = before.fellAt !== null && end - before.fellAt >= ADOPT_MS;
  const hasFallen = !isAdopted && was - is >= (isOpen ? minDrop / 2 : minDrop);
  const isNewDay = before.trend.at(-1)?.day !== day;
  const trend = isNewDay ? [...before.trend, today].slice(-TREND_DAYS) : before.trend;
  const fellAt = hasFallen ? (before.fellAt ?? end) : null;
  const reference = !hasFallen && (isNewDay || before.fellAt !== null) ? counts : before.reference;
  const isSame =
    trend === before.trend && fellAt === before.fellAt && reference === before.reference;
  const row = isSame ? before : { ...before, reference, trend, fellAt };
  if (!hasFallen && !isOpen) return { row, verdict: null };
  const change = { was, is, at: fellAt ?? end };
  const verdict = scoreFellVerdict(scope, posture, before.reference, change);
  const why = isAdopted ? 'The lower score is a week old: new normal' : 'The score has recovered';
  return { row, verdict: hasFallen ? verdict : cleared(verdict, why) };
}

function countsOf({ checks }: NamespacePosture): CheckCounts {
  return Object.fromEntries(
    checks.flatMap(({ check, results }) => {
      const passed = count(results, 'passed');
      const failed = count(results, 'failed');
      return passed + failed === 0 ? [] : [[check.id, [passed, failed] as const]];
    }),
  );
}

/**
 * Both scores over the checks that could be evaluated both times, of the scope that fell most: the others may hide it, or
 * be lower already.
 */
function comparable(
  before: CheckCounts,
  now: CheckCounts,
  { checks }: NamespacePosture,
): readonly [was: number, is: number] {
  const both = checks.filter(({ check }) => check.id in before && check.id in now);
  const scores = (counts: CheckCounts): ReadonlyMap<PostureScope, number> =>
    scoresOf(
      both.map(({ check, severity }) => {
        const [passed, failed] = counts[check.id]!;
        const scope = scopeOf(check);
        return { scope: scope === 'cluster' ? 'workloads' : scope, severity, passed, failed };
      }),
    );
  const [was, is] = [scores(before), scores(now)];
  const falls = SCOPES.map((scope) => [was.get(scope) ?? 100, is.get(scope) ?? 100] as const);
  return falls.toSorted((a, b) => b[0] - b[1] - (a[0] - a[1]))[0]!;
}

const SCORE_FELL_RULE = 'score-fell';

const SEVERE = new Set(['critical', 'high']);
const MOST_CHECKS = 10;

/** Says which checks a namespace fails more often than before. */
function scoreFellVerdict(
  scope: Scope,
  posture: NamespacePosture,
  before: CheckCounts,
  change: { readonly was: number; readonly is: number; readonly at: TimeMs },
): Verdict {
  const { was, is, at } = change;
  const worse = posture.checks.flatMap((one) => {
    const failures = one.results.filter(({ outcome }) => outcome === 'failed');
    const more = failures.length - (before[one.check.id]?.[1] ?? failures.length);
    return more > 0 ? [{ ...one, failures, more }] : [];
  });
  const evidence = worse.slice(0, MOST_CHECKS).map(({ check, failures, more }): Evidence => ({
    signal: check.id,
    family: 'spec',
    value: failures.length,
    threshold: failures.length - more,
    unit: 'failures',
    weight: Math.round((was - is) / worse.length),
    text: `${check.title}: ${more} more, ${failures.length} now`,
  }));
  const isSevere = worse.some(({ severity }) => SEVERE.has(severity));
  return firing({
    kind: 'posture',
    rule: SCORE_FELL_RULE,
    scope,
    severity: isSevere ? 'warning' : 'info',
    score: Math.min(100, Math.max(0, was - is)),
    startedAt: at,
    summary: `The posture score is ${posture.score}, down ${was - is} points over the checks evaluated before and now: ${worse.map(({ check }) => check.title).join(', ') || 'fewer checks pass'}`,
    evidence,
    next: [
      readStep(
        scope.namespace === null
          ? 'burnwatch posture --scope cluster'
          : `burnwatch posture --namespace ${shellQuote(scope.namespace)}`,
        'Lists every failed check with its workload',
      ),
    ],
  });
}
