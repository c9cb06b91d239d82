import type { DataProblem } from '../../model/snapshot.ts';
import type { Batch } from '../prometheus/fetchBatch.ts';
import { QUERY_IDS, querySpec } from '../prometheus/queries.ts';
import { COMPLETE_COVERAGE } from './coverage.ts';
import { at } from './series.ts';

/** What a window lacks, and whether asking again may mend it. */
export interface WindowProblems {
  readonly problems: readonly DataProblem[];
  readonly complete: boolean;
}

/** Names everything that is missing from a window, in the fixed order of the queries. */
export function problemsAt(
  batch: Batch,
  point: number,
  seen: { readonly coverage: number; readonly collapsed: boolean; readonly pods: number },
): WindowProblems {
  const problems: DataProblem[] = [];
  let complete = true;
  const reported = new Set<string>();
  for (const id of QUERY_IDS) {
    const answer = batch.answers[id];
    const { metric, need, without } = querySpec(id);
    const failure = answer.failures.find(({ from, to }) => from <= point && point <= to);
    if (failure !== undefined) {
      complete = false;
      problems.push({
        code: 'query-failed',
        subject: metric,
        text: `${metric} could not be read, and without it ${without}: ${failure.text}`,
      });
      continue;
    }
    const warning = answer.warnings.find(({ from, to }) => from <= point && point <= to);
    if (warning !== undefined) {
      complete = false;
      problems.push({
        code: 'partial-answer',
        subject: metric,
        text: `the store left something out when asked for ${metric}: ${warning.text}`,
      });
    }
    const bad = answer.badValues[point] ?? 0;
    if (bad > 0) {
      problems.push({
        code: 'bad-values',
        subject: metric,
        text: `${bad} ${bad === 1 ? 'series' : 'series'} of ${metric} reported NaN or infinity; they count as unknown`,
      });
    }
    if (need === 'extra' || reported.has(metric)) continue;
    reported.add(metric);
    if (!answer.series.some((series) => at(series.values, point) !== null)) {
      // An indispensable metric may only be late; the others are simply not there.
      if (need === 'indispensable') complete = false;
      problems.push({
        code: 'metric-absent',
        subject: metric,
        text: `${metric} has no data, and without it ${without}`,
      });
    }
  }
  if (seen.collapsed) {
    complete = false;
    problems.push({
      code: 'population-collapse',
      subject: 'kube_pod_info',
      text: `only ${seen.pods} long-lived pods were seen, under half of what the cluster had: the source is taken to be broken, and no workload counts as gone`,
    });
  }
  if (seen.coverage < COMPLETE_COVERAGE) {
    complete = false;
    problems.push({
      code: 'low-coverage',
      subject: 'samples',
      text: `only ${Math.floor(seen.coverage * 100)} % of the expected samples are there; the window is asked for again`,
    });
  }
  return { problems, complete };
}
