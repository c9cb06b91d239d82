import { pricingProblems } from '../../cost/pricingProblems.ts';
import type { Verdict } from '../../model/finding.ts';
import type { DataProblem } from '../../model/snapshot.ts';
import type { TimeMs } from '../../model/time.ts';
import type { DetectContext, Detector } from '../detector.ts';
import { cleared, firing, readStep, scopeOn } from '../verdict.ts';
import { jsonCodec } from '../../store/stateCodec.ts';

/** Windows in a row without the problem before its finding closes: one good answer may be luck. */
const CLEAR_AFTER = 3;

/** When a problem was first seen in this episode, and how many windows have passed without it. */
interface ProblemState {
  readonly since: number;
  readonly clearFor: number;
}

/**
 * Says aloud what the data lack: every problem of the window is a finding of its own, so that a gap
 * never looks like peace. It closes after three windows without the problem in which it could have been seen:
 * where an exporter says nothing at all, that one of its metrics is not named apart is no good news.
 */
export const dataQualityDetector: Detector<ProblemState> = {
  name: 'data-quality',
  version: 1,
  codec: jsonCodec(),
  thresholds: {},
  detect(context, rows) {
    const { window } = context.snapshot;
    const problems = [
      ...context.snapshot.problems,
      ...pricingProblems(context.snapshot, context.costs),
    ];
    const verdicts: Verdict[] = [];
    const seen = new Set<string>();
    for (const problem of problems) {
      const key = `${problem.code}/${problem.subject}`;
      if (seen.has(key)) continue;
      seen.add(key);
      const since = rows.get(key)?.since ?? window.start;
      rows.set(key, { since, clearFor: 0 });
      verdicts.push(verdictOf(context, problem, since));
    }
    const isSilent = problems.some(({ code }) => code === 'exporter-absent');
    const isUnseen = context.snapshot.pods.length + context.snapshot.nodes.length === 0;
    // A copy, since rows change on the way.
    const known = Array.from(rows.entries());
    for (const [key, row] of known) {
      if (seen.has(key)) continue;
      const slash = key.indexOf('/');
      const code = key.slice(0, slash) as DataProblem['code'];
      if (code !== 'exporter-absent' && (isUnseen || (isSilent && code === 'metric-absent')))
        continue;
      const clearFor = row.clearFor + 1;
      if (clearFor < CLEAR_AFTER) {
        rows.set(key, { ...row, clearFor });
        continue;
      }
      rows.delete(key);
      const subject = key.slice(slash + 1);
      verdicts.push(cleared(aboutOf({ code, subject }, row.since), overText(code, subject)));
    }
    return verdicts;
  },
};

/** What this cluster does not give. */
const GIVEN: ReadonlySet<DataProblem['code']> = new Set([
  'metric-absent',
  'not-observable',
  'resource-absent',
  'unknown-cost',
]);

/** Problems of metrics that say what is not so; the others are of metrics that say nothing. */
const UNTRUE: ReadonlySet<DataProblem['code']> = new Set([
  'impossible-value',
  'untrusted-source',
  'renamed-source',
  'doubtful-price',
  'duplicates-disagree',
]);

function aboutOf({ code, subject }: Pick<DataProblem, 'code' | 'subject'>, startedAt: TimeMs) {
  const kind = UNTRUE.has(code) ? 'trust' : 'data-quality';
  return { kind, rule: code, scope: scopeOn({ subject }), startedAt } as const;
}

function verdictOf({ snapshot }: DetectContext, problem: DataProblem, since: TimeMs): Verdict {
  const { code, text } = problem;
  return firing({
    ...aboutOf(problem, since),
    // What this cluster does not give takes away a feature; anything else takes away truth.
    severity: GIVEN.has(code) ? 'info' : 'warning',
    score: 50,
    summary: text,
    evidence: [
      {
        signal: code,
        family: 'data',
        value: snapshot.coverage,
        threshold: null,
        unit: 'coverage',
        weight: 50,
        text,
      },
    ],
    next: [
      readStep('burnwatch check-config --online', 'Lists what each source lacks and how to fix it'),
    ],
  });
}

/** The summary once a problem is over. */
function overText(code: DataProblem['code'], subject: string): string {
  switch (code) {
    case 'low-coverage':
      return 'The expected samples are back';
    case 'population-collapse':
      return 'The long-lived pods are seen again';
    case 'rate-range':
      return 'Rates can be computed again';
    case 'bad-values':
      return `${subject} reports numbers again`;
    case 'untrusted-source':
    case 'renamed-source':
      return `Scrape job ${subject} is accepted, or serves no metric that is read`;
    case 'impossible-value':
      return `All series of ${subject} are possible again`;
    case 'unpriced-node':
      return `${subject} has a price`;
    case 'partial-answer':
      return `Queries for ${subject} return complete answers again`;
    case 'unknown-cost':
      return `Metrics show again what ${subject} cost`;
    case 'set-aside':
      return `The ${subject} runs again`;
    default:
      return `${subject} can be read again`;
  }
}
