import type { CycleState } from '../../cycle/state.ts';
import type { DetectorCodecs } from '../../history/history.ts';
import { DAY_MS, type TimeMs } from '../../model/time.ts';
import { postureDetector } from '../../posture/postureDetector.ts';
import type { PostureState } from '../../posture/postureState.ts';
import type { PostureLine } from '../digest.ts';
import type { Week } from '../week.ts';

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

/** Scores of the namespaces at the week's end, with those of a week before. */
export function postureLine(state: CycleState, week: Week): PostureLine {
  const states = [...(state.detectors.get(name) ?? [])] as readonly (readonly [
    string,
    PostureState,
  ])[];
  const scores = states.flatMap(([namespace, { trend }]) => {
    const score = scoreAt(trend, week.end - DAY_MS);
    return score === null
      ? []
      : [{ namespace, score, before: scoreAt(trend, week.start - DAY_MS) }];
  });
  const compared = scores.filter(({ before }) => before !== null);
  return {
    score: mean(scores.map(({ score }) => score)),
    scoreBefore:
      compared.length < scores.length / 2 ? null : mean(compared.map(({ before }) => before ?? 0)),
    namespaces: scores.length,
    lowest: scores
      .toSorted((a, b) => a.score - b.score || (a.namespace < b.namespace ? -1 : 1))
      .slice(0, LOWEST)
      .map(({ namespace, score }) => ({ namespace, score })),
    fell: scores
      .filter(({ score, before }) => before !== null && score < before)
      .map(({ namespace }) => namespace)
      .sort(),
  };
}

/** The last day's score up to `day`; null when there is none in the week before it. */
function scoreAt(trend: PostureState['trend'], day: TimeMs): number | null {
  const known = trend.filter((point) => point.day <= day && point.day > day - 7 * DAY_MS);
  return known.at(-1)?.score ?? null;
}

function mean(values: readonly number[]): number | null {
  if (values.length === 0) return null;
  return Math.round(values.reduce((sum, value) => sum + value, 0) / values.length);
}
