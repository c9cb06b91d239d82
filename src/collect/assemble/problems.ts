import type { DataProblem } from '../../model/snapshot.ts';
import { absentProblems } from './absentMetrics.ts';
import type { Answer } from './answers.ts';
import { complaintProblems, type Complaint } from './complaints.ts';
import { MISSING_SHARE } from './coverage.ts';
import { unobservableProblems } from './silentNodes.ts';
import { formatCoverage } from '../../model/text/units.ts';
import { refusalProblems, type Refusal } from '../trust/refusals.ts';

/** What a window lacks, and whether asking again may mend it. */
export interface WindowProblems {
  readonly problems: readonly DataProblem[];
  readonly complete: boolean;
}

/** What a window showed as a whole. */
export interface SeenWindow {
  /** Share of the time lived that samples should cover, and do not. */
  readonly missing: number;
  readonly collapsed: boolean;
  /** Long-lived pods. */
  readonly pods: number;
  /** Pods of which two series of one container tell different use. */
  readonly disagreeing: readonly string[];
  /** Nodes whose containers nobody measures. */
  readonly unobservable: ReadonlySet<string>;
  /** Series that tell what cannot be. */
  readonly refusals: readonly Refusal[];
  /** kube-state-metrics is scraped without honor_labels. */
  readonly isExported: boolean;
  /** Answers that lack most of their series without a word. */
  readonly lacking: readonly DataProblem[];
}

/** Labels of kube-state-metrics that Prometheus replaced by those of kube-state-metrics' own pod. */
function exportedLabels(isExported: boolean): readonly DataProblem[] {
  if (!isExported) return [];
  return [
    {
      code: 'exporter-absent',
      subject: 'labels of kube-state-metrics',
      text: 'kube-state-metrics is scraped without honor_labels: its labels are exported_namespace and exported_pod, and all pods seem to be its own. Set honor_labels: true in its scrape job (honorLabels in a ServiceMonitor)',
    },
  ];
}

/** Names everything that is missing from a window, always in the same order; one cause is said once. */
export function problemsAt(answers: readonly Answer[], seen: SeenWindow): WindowProblems {
  const complaints: Complaint[] = [];
  const bad: DataProblem[] = [];
  for (const { spec, failure, warning, bad: count } of answers) {
    const { metric, without } = spec;
    if (failure !== null) {
      const { text: said, isLasting: lasting } = failure;
      complaints.push({ code: 'query-failed', metric, without, said, lasting });
      continue;
    }
    if (warning !== null)
      complaints.push({ code: 'partial-answer', metric, without, said: warning, lasting: false });
    if (count > 0) {
      bad.push({
        code: 'bad-values',
        subject: metric,
        text: `${count} series of ${metric} reported NaN or infinity; they count as unknown`,
      });
    }
  }
  const absent = absentProblems(answers);
  const problems = [
    ...complaintProblems(complaints),
    ...bad,
    ...refusalProblems(seen.refusals),
    ...absent.problems,
    ...unobservableProblems(seen.unobservable),
    ...exportedLabels(seen.isExported),
  ];
  let complete = complaints.every(({ lasting }) => lasting) && !absent.isIndispensable;
  if (absent.isEverything) return { problems, complete };
  if (seen.collapsed) {
    complete = false;
    problems.push({
      code: 'population-collapse',
      subject: 'kube_pod_info',
      text: `only ${seen.pods} long-lived pods were seen, under half of what the cluster had: the source is taken to be broken, and no workload counts as gone`,
    });
  }
  // Where samples or pods are missing as a whole, that is said already.
  const isSaid = seen.collapsed || complaints.length > 0 || seen.missing > MISSING_SHARE;
  if (!isSaid && seen.lacking.length > 0) {
    complete = false;
    problems.push(...seen.lacking);
  }
  if (seen.missing > MISSING_SHARE) {
    complete = false;
    problems.push({
      code: 'low-coverage',
      subject: 'samples',
      text: `samples cover only ${formatCoverage(1 - seen.missing)} of the time that containers and pods lived; the window is asked for again`,
    });
  }
  const [first] = seen.disagreeing;
  if (first !== undefined) {
    problems.push({
      code: 'duplicates-disagree',
      subject: 'container_cpu_usage_seconds_total',
      text: `two series of one container tell different CPU use (${first}${seen.disagreeing.length > 1 ? ` and ${seen.disagreeing.length - 1} more pods` : ''}): the one whose target tells of more pods of the node is used (of equals, the one with more samples); look which scrape jobs export it`,
    });
  }
  return { problems, complete };
}
