import type { CycleState } from '../../store/cycleState.ts';
import type { DetectorCodecs } from '../../store/history.ts';
import { DAY_MS, WEEK_MS, type TimeMs } from '../../model/time.ts';
import { CLUSTER, SCOPES } from '../../detect/posture/check.ts';
import { ADMIN_PATH } from '../../detect/posture/checks/access/pathCheck.ts';
import { postureDetector } from '../../detect/posture/postureDetector.ts';
import { sum } from '../../detect/posture/listTrends.ts';
import type { PostureDay, PostureState } from '../../detect/posture/postureState.ts';
import type { PostureLine } from '../../store/digests/digest.ts';
import type { Week } from '../../store/digests/week.ts';

const LOWEST = 3;
const { name, version, codec } = postureDetector;

/** The state in which posture keeps its scores, for `HistoryReader.loadState`. */
export const POSTURE_CODECS: DetectorCodecs = new Map([
  [
    name,
    {
      version,
      codec: codec as { encode(value: unknown): Uint8Array; decode(bytes: Uint8Array): unknown },
    },
  ],
]);

/**
 * Scores of the namespaces at the week's end, with those of a week before. A score that knew less than `minKnown`
 * (0..1) is none.
 */
export function postureLine(state: CycleState, week: Week, minKnown: number): PostureLine {
  const states = [...(state.detectors.get(name) ?? [])] as readonly (readonly [
    string,
    PostureState,
  ])[];
  const ends = states.flatMap(([namespace, { trend }]) => {
    if (namespace === CLUSTER) return [];
    const last = lastDay(trend, week.end - DAY_MS);
    return last === null ? [] : [{ namespace, last, trend }];
  });
  const graded = ends.filter(({ last }) => last.known >= minKnown);
  const scores = graded.map(({ namespace, last, trend }) => {
    const before = lastDay(trend, week.start - DAY_MS);
    return {
      namespace,
      score: last.score,
      before: before === null || before.known < minKnown ? null : before.score,
    };
  });
  const compared = scores.filter(({ before }) => before !== null);
  return {
    score: mean(scores.map(({ score }) => score)),
    scoreBefore:
      compared.length < scores.length / 2 ? null : mean(compared.map(({ before }) => before ?? 0)),
    namespaces: scores.length,
    ungraded: ends.length - graded.length,
    lowest: scores
      .toSorted((a, b) => a.score - b.score || (a.namespace < b.namespace ? -1 : 1))
      .slice(0, LOWEST)
      .map(({ namespace, score }) => ({ namespace, score })),
    fell: scores
      .filter(({ score, before }) => before !== null && score < before)
      .map(({ namespace }) => namespace)
      .sort(),
    ...clusterLine(states, week),
    ...listLine(states, week),
  };
}

/** How long the lists of access, network and defaults are. */
function listLine(
  states: readonly (readonly [string, PostureState])[],
  week: Week,
): Pick<PostureLine, 'lists'> {
  const failedAt = (day: TimeMs) =>
    states.flatMap(([, { trend }]) => lastDay(trend, day)?.failed ?? []);
  const now = failedAt(week.end - DAY_MS);
  const before = failedAt(week.start - DAY_MS);
  const lists = SCOPES.flatMap((scope) => {
    const isKnown = (all: typeof now) => all.some((failed) => failed[scope] !== undefined);
    if (scope === 'workloads' || !isKnown(now)) return [];
    const was = isKnown(before) ? sum(before, scope) : null;
    return [{ scope, failed: sum(now, scope), before: was }];
  });
  return lists.length === 0 ? {} : { lists };
}

/** The place of what is in no namespace, and how many ways to cluster-admin are reported anywhere. */
function clusterLine(
  states: readonly (readonly [string, PostureState])[],
  week: Week,
): Pick<PostureLine, 'cluster'> {
  const trend = states.find(([namespace]) => namespace === CLUSTER)?.[1].trend ?? [];
  const last = lastDay(trend, week.end - DAY_MS);
  if (last === null) return {};
  const adminWays = states
    .flatMap(([, { reported }]) => Object.keys(reported))
    .filter((key) => key.startsWith(`${ADMIN_PATH} `)).length;
  const before = lastDay(trend, week.start - DAY_MS);
  return { cluster: { score: last.score, scoreBefore: before?.score ?? null, adminWays } };
}

/** The last one up to `day`; null when there is none in the week before it. */
function lastDay(trend: PostureState['trend'], day: TimeMs): PostureDay | null {
  return trend.findLast((point) => point.day <= day && point.day > day - WEEK_MS) ?? null;
}

function mean(values: readonly number[]): number | null {
  if (values.length === 0) return null;
  return Math.round(values.reduce((sum, value) => sum + value, 0) / values.length);
}
