import type { DataProblem } from '../../model/snapshot.ts';
import type { Batch } from '../prometheus/fetchBatch.ts';
import { QUERY_IDS, querySpec } from '../prometheus/queries.ts';
import { absentProblems } from './absentMetrics.ts';
import { complaintProblems, type Complaint } from './complaints.ts';
import { COMPLETE_COVERAGE } from './coverage.ts';
import { formatCoverage } from '../../model/text/units.ts';

/** What a window lacks, and whether asking again may mend it. */
export interface WindowProblems {
  readonly problems: readonly DataProblem[];
  readonly complete: boolean;
}

/** What a window showed as a whole. */
export interface SeenWindow {
  readonly coverage: number;
  readonly collapsed: boolean;
  /** Long-lived pods. */
  readonly pods: number;
  /** Most containers have samples, and no rate can be told from them. */
  readonly rateless: boolean;
}

/** Names everything that is missing from a window, always in the same order; one cause is said once. */
export function problemsAt(batch: Batch, point: number, seen: SeenWindow): WindowProblems {
  const complaints: Complaint[] = [];
  const bad: DataProblem[] = [];
  for (const id of QUERY_IDS) {
    const answer = batch.answers[id];
    const { metric, without } = querySpec(id);
    const failure = answer.failures.find(({ from, to }) => from <= point && point <= to);
    if (failure !== undefined) {
      complaints.push({ code: 'query-failed', metric, without, said: failure.text });
      continue;
    }
    const warning = answer.warnings.find(({ from, to }) => from <= point && point <= to);
    if (warning !== undefined)
      complaints.push({ code: 'partial-answer', metric, without, said: warning.text });
    const count = answer.badValues[point] ?? 0;
    if (count > 0) {
      bad.push({
        code: 'bad-values',
        subject: metric,
        text: `${count} series of ${metric} reported NaN or infinity; they count as unknown`,
      });
    }
  }
  const absent = absentProblems(batch, point, seen.rateless);
  const problems = [...complaintProblems(complaints), ...bad, ...absent.problems];
  let complete = complaints.length === 0 && !absent.isIndispensable;
  if (absent.isEverything) return { problems, complete };
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
      text: `only ${formatCoverage(seen.coverage)} of the expected samples are there; the window is asked for again`,
    });
  } else if (seen.rateless) {
    problems.push({
      code: 'rate-range',
      subject: 'prometheus.rateRange',
      text: 'most containers are scraped so seldom that the range of a rate holds a single sample, and without two of them their CPU, disk and network use is unknown: set prometheus.rateRange (or schedule.window) to four scrape intervals, or scrape more often',
    });
  }
  return { problems, complete };
}
