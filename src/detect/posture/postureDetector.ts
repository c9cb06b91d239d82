import type { DetectContext, Detector } from '../detector.ts';
import { jsonCodec } from '../../store/stateCodec.ts';
import type { Scope, Verdict } from '../../model/finding.ts';
import { DAY_MS, floorTo, HOUR_MS } from '../../model/time.ts';
import { count } from './check.ts';
import { evaluatePosture, weightedScore, type NamespacePosture } from './evaluate.ts';
import { postureOfSnapshot } from './readInput.ts';
import { scoreFellVerdict, SCORE_FELL_RULE } from './scoreFellVerdict.ts';
import type { CheckCounts, PostureState } from './postureState.ts';
import type { PostureThresholds } from './thresholds.ts';
import { postureSchema } from './thresholds.ts';

/** Days of trend that are kept. */
const TREND_DAYS = 90;
/** After this long a lower score is the new normal. */
const ADOPT_MS = 7 * DAY_MS;

/**
 * Changes of posture for the digest: a namespace's score that fell since the day before. Only checks that
 * could be evaluated both times are compared, so that a source that goes away or comes back changes nothing.
 * Looked at once an hour; the score of each day is kept as the trend.
 */
export const postureDetector: Detector<PostureState, PostureThresholds> = {
  name: 'posture',
  version: 2,
  codec: jsonCodec(),
  thresholds: { posture: postureSchema },
  detect(context, state) {
    const { snapshot, thresholds } = context;
    if (snapshot.window.end % HOUR_MS !== 0 || !snapshot.complete) return [];
    const verdicts: Verdict[] = [];
    const input = postureOfSnapshot(snapshot, null);
    for (const posture of evaluatePosture(input, thresholds.posture)) {
      if (posture.score === null) continue;
      const before = state.get(posture.namespace);
      const { row, verdict } = comparePosture(posture, before, context);
      if (row !== before) state.set(posture.namespace, row);
      if (verdict !== null) verdicts.push(verdict);
    }
    return verdicts;
  },
};

function comparePosture(
  posture: NamespacePosture,
  before: PostureState | undefined,
  context: DetectContext<PostureThresholds>,
): { readonly row: PostureState; readonly verdict: Verdict | null } {
  const { end, start } = context.snapshot.window;
  const day = floorTo(start, DAY_MS);
  const counts = countsOf(posture);
  const today = { day, score: posture.score ?? 0, known: posture.known };
  if (before === undefined)
    return { row: { reference: counts, trend: [today], fellAt: null }, verdict: null };
  const scope: Scope = {
    namespace: posture.namespace,
    workload: null,
    container: null,
    subject: null,
  };
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
  const row = isSame ? before : { reference, trend, fellAt };
  if (!hasFallen && !isOpen) return { row, verdict: null };
  const verdict = scoreFellVerdict(scope, posture, before.reference, {
    was,
    is,
    at: fellAt ?? end,
  });
  return {
    row,
    verdict: hasFallen
      ? verdict
      : {
          ...verdict,
          status: 'clear',
          summary: isAdopted
            ? 'The lower score is a week old: new normal'
            : 'The score has recovered',
        },
  };
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

/** Both scores over the checks that could be evaluated both times. */
function comparable(
  before: CheckCounts,
  now: CheckCounts,
  { checks }: NamespacePosture,
): readonly [was: number, is: number] {
  const both = checks.filter(({ check }) => check.id in before && check.id in now);
  const score = (counts: CheckCounts): number =>
    weightedScore(
      both.map(({ check, severity }) => {
        const [passed, failed] = counts[check.id]!;
        return { severity, passed, failed };
      }),
    ) ?? 100;
  return [score(before), score(now)];
}
