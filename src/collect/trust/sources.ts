import type { DataProblem, KnownSources } from '../../model/snapshot.ts';
import type { LabelMatcher } from '../prometheus/matchers.ts';
import { oneLine } from '../prometheus/failures.ts';
import { quoteRegex } from '../prometheus/matchers.ts';
import { exporterOf, isKnownJob, type Exporter } from './exporters.ts';

/** Series of one family from one scrape job. */
export interface Served {
  readonly family: string;
  readonly job: string;
  readonly series: number;
}

/** Which jobs serve an exporter's families at one moment. */
export interface ServedBy {
  /** Of an exporter whose jobs are settled, at least those of other jobs; null where the store does not say. */
  readonly served: readonly Served[] | null;
  /** One of its settled jobs is there. */
  readonly isSettledThere: boolean;
  /** The history begins with this window: a usual name is proof enough. */
  readonly isFirst: boolean;
}

/** What one window believes of one exporter. */
export interface SourceDecision {
  readonly exporter: string;
  /** The jobs that are believed; null: any, since the store does not say which there are. */
  readonly jobs: readonly string[] | null;
  /** The jobs that are settled from now on; undefined while none is. */
  readonly settled: readonly string[] | undefined;
  readonly problems: readonly DataProblem[];
}

/** A smaller part of the largest job's series, or of the cluster's pods, is no exporter of the whole cluster. */
const WHOLE_SHARE = 0.5;

/** Decides whom to believe: who was there first stays, a newcomer waits until an operator accepts it. */
export function decideSource(
  exporter: Exporter,
  { served: asked, isSettledThere, isFirst }: ServedBy,
  known: KnownSources,
): SourceDecision {
  const served = asked ?? [];
  const accepted = known.acceptedSources ?? [];
  const settled = known.sources?.[exporter.name];
  const isAccepted = (job: string): boolean => job === '' || accepted.includes(job);
  const strange = distinct(served.map(({ job }) => job)).filter(
    (job) => !isAccepted(job) && settled?.includes(job) !== true,
  );
  if (settled === undefined) {
    const genuine = strange.filter(
      (job) =>
        (isKnownJob(job) && (isFirst || exporter.byPopulation)) ||
        isWhole(job, exporter, served, 0),
    );
    const first = distinct([...served.map(({ job }) => job).filter(isAccepted), ...genuine]);
    const others = strange.filter((job) => !genuine.includes(job));
    return {
      exporter: exporter.name,
      jobs: asked === null ? null : first,
      settled: first.length === 0 ? undefined : first,
      problems: untrustedOf(exporter, others, served, first),
    };
  }
  const [trusted, pods] = [[...settled, ...accepted], known.pods ?? 0];
  const successors = isSettledThere
    ? []
    : strange.filter((job) =>
        exporter.byPopulation ? isWhole(job, exporter, served, pods) : isKnownJob(job),
      );
  const others = strange.filter((job) => !successors.includes(job));
  return {
    exporter: exporter.name,
    jobs: distinct([...trusted, ...successors]),
    settled,
    problems: [
      ...successors.map((job) => renamed(exporter, job, settled)),
      ...untrustedOf(exporter, others, served, settled),
    ],
  };
}

/** True for a job that exports about as much as the largest one, and as the cluster has pods. */
function isWhole(
  job: string,
  { byPopulation, sentinel }: Exporter,
  served: readonly Served[],
  pods: number,
): boolean {
  const counts = served.filter(({ family }) => family === sentinel);
  const own = counts.find((one) => one.job === job)?.series ?? 0;
  const most = Math.max(pods, ...counts.map(({ series }) => series));
  return byPopulation && own > 0 && own >= most * WHOLE_SHARE;
}

function untrustedOf(
  exporter: Exporter,
  jobs: readonly string[],
  served: readonly Served[],
  trusted: readonly string[],
): readonly DataProblem[] {
  const named = jobs.filter((job) => exporter.otherJobs?.test(job) !== true || isKnownJob(job));
  return named.map((job) => untrusted(exporter, job, served, trusted));
}

function untrusted(
  { name }: Exporter,
  job: string,
  served: readonly Served[],
  trusted: readonly string[],
): DataProblem {
  const own = served.filter((one) => one.job === job);
  const families = distinct(own.map(({ family }) => family));
  const series = own.reduce((sum, one) => sum + one.series, 0);
  const rivals = trusted.filter((one) => one !== '').map((one) => JSON.stringify(one));
  const instead = rivals.length === 0 ? '' : ` (${name} is scraped as ${rivals.join(', ')})`;
  return {
    code: 'untrusted-source',
    subject: job,
    text: oneLine(
      `Scrape job ${JSON.stringify(job.slice(0, 80))} serves ${families.slice(0, 3).join(', ')}${families.length > 3 ? ` and ${families.length - 3} more families` : ''} of ${name} (${series} series): none of it is believed${instead}. If you added this exporter: burnwatch sources accept ${JSON.stringify(job.slice(0, 80))}`,
    ),
  };
}

function renamed({ name }: Exporter, job: string, settled: readonly string[]): DataProblem {
  return {
    code: 'renamed-source',
    subject: job,
    text: oneLine(
      `${name} was scraped as job ${settled.map((one) => JSON.stringify(one)).join(', ')}, and is now as ${JSON.stringify(job.slice(0, 80))}: its metrics are used, since the other is gone. If you renamed it: burnwatch sources accept ${JSON.stringify(job.slice(0, 80))}`,
    ),
  };
}

/** The matchers that leave out series of jobs that are not believed. A series without a job was written, not scraped. */
export function trustMatchers(
  metric: string,
  own: readonly LabelMatcher[],
  decisions: readonly SourceDecision[],
): readonly LabelMatcher[] {
  const name = metric === '' ? (own.find((one) => one.name === '__name__')?.value ?? '') : metric;
  const exporter = exporterOf(name)?.name;
  const jobs = decisions.find((one) => one.exporter === exporter)?.jobs ?? null;
  return jobs === null ? [] : [jobMatcher('=~', jobs)];
}

/** A matcher of these jobs, and of none at all. */
export function jobMatcher(op: '=~' | '!~', jobs: readonly string[]): LabelMatcher {
  return { name: 'job', op, value: `|${jobs.map(quoteRegex).join('|')}` };
}

/** What the next window knows. */
export function learnSources(
  known: KnownSources,
  decisions: readonly SourceDecision[],
): Pick<KnownSources, 'sources'> {
  const sources = { ...known.sources };
  for (const { exporter, settled } of decisions)
    if (settled !== undefined) sources[exporter] = settled;
  return Object.keys(sources).length === 0 ? {} : { sources };
}

/** The jobs of a configuration stand for those that would be found. */
export function configuredSources(
  known: KnownSources,
  jobs: Readonly<Record<string, readonly string[]>> | 'auto',
): KnownSources {
  return jobs === 'auto' ? known : { ...known, sources: { ...known.sources, ...jobs } };
}

function distinct(names: readonly string[]): readonly string[] {
  return [...new Set(names)].sort();
}
