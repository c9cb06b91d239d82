import type { DataProblem } from '../../model/snapshot.ts';

/** What the store said when it was asked for one metric. */
export interface Complaint {
  readonly code: 'query-failed' | 'partial-answer';
  readonly metric: string;
  /** What is lost without it, as the end of a sentence. */
  readonly without: string;
  readonly said: string;
  /** It has been so for hours: no window waits for it to be otherwise. */
  readonly lasting: boolean;
}

/** So many metrics with the same words have one cause. */
const MANY = 4;
/** Metrics that are named of many. */
const NAMED = 3;

/** A problem a metric; where the store says the same of many, as with one of its parts away, a single one. */
export function complaintProblems(complaints: readonly Complaint[]): readonly DataProblem[] {
  const groups = Map.groupBy(complaints, ({ code, said }) => `${code} ${said}`);
  return [...groups.values()].flatMap((group) => {
    const metrics = [...new Set(group.map(({ metric }) => metric))];
    return metrics.length < MANY ? group.map(problemOf) : group.slice(0, 1).map(ofMany(metrics));
  });
}

function problemOf({ code, metric, without, said }: Complaint): DataProblem {
  const text =
    code === 'query-failed'
      ? `${metric} could not be read, and without it ${without}: ${said}`
      : `the store left something out when asked for ${metric}: ${said}`;
  return { code, subject: metric, text };
}

function ofMany(metrics: readonly string[]): (one: Complaint) => DataProblem {
  const named = metrics.slice(0, NAMED).join(', ');
  const which = `${metrics.length} metrics (${named} and ${metrics.length - NAMED} more)`;
  return ({ code, said }) => ({
    code,
    subject: 'several metrics',
    text:
      code === 'query-failed'
        ? `${which} could not be read, and what depends on them is unknown: ${said}`
        : `the store left something out when asked for ${which}: ${said}`,
  });
}
