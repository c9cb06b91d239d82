import type { KnownSources } from '../../model/snapshot.ts';
import { CollectError } from '../collector.ts';
import type { RawAsking } from '../prometheus/batch.ts';
import { askInHalves } from '../prometheus/failures.ts';
import type { LabelMatcher } from '../prometheus/matchers.ts';
import { ALL_PODS, halvesOfPart, partMatchers, type PartOfPoints } from '../prometheus/podParts.ts';
import type { QueryContext } from '../prometheus/queries.ts';
import { EXPORTERS, type Exporter } from './exporters.ts';
import {
  decideSource,
  jobMatcher,
  learnSources,
  type Served,
  type SourceDecision,
} from './sources.ts';

/**
 * Asks which scrape jobs serve the families that are read, and decides for each window of a batch whom to believe.
 * Once an exporter's jobs are settled only others are asked for, of which there are none: that costs the store a
 * look into its index.
 *
 * @param isFirst whether a history begins with the first of them.
 * @throws CollectError
 */
export async function fetchSources(
  asking: RawAsking,
  known: KnownSources,
  isFirst: boolean,
  exporters = EXPORTERS,
): Promise<readonly (readonly SourceDecision[])[]> {
  const together = exporters.filter((exporter) => !isByInstants(exporter, known));
  const counted = await countTogether(together, asking, known);
  const perExporter = await Promise.all(
    exporters.map((exporter) =>
      decisionsOf(exporter, asking, known, {
        isFirst,
        counted: together.includes(exporter) ? counted : null,
      }),
    ),
  );
  return Array.from({ length: asking.grid.points - 1 }, (_, window) =>
    perExporter.flatMap((decisions) => decisions[window] ?? []),
  );
}

/** What came and went inside a window counts, too; the whole cluster is only looked at by instants. */
function isByInstants({ name, byPopulation }: Exporter, known: KnownSources): boolean {
  return byPopulation && known.sources?.[name] === undefined;
}

/** An exporter's series; once its jobs are settled, those of other jobs. */
function selectorOf(exporter: Exporter, known: KnownSources): readonly LabelMatcher[] {
  return known.sources?.[exporter.name] === undefined
    ? familiesOf(exporter)
    : [...familiesOf(exporter), jobMatcher('!~', jobsOf(exporter, known))];
}

function familiesOf({ families, except }: Exporter): readonly LabelMatcher[] {
  return [
    { name: '__name__', op: '=~', value: families },
    ...(except === undefined ? [] : [{ name: '__name__', op: '!~' as const, value: except }]),
  ];
}

function jobsOf({ name }: Exporter, known: KnownSources): readonly string[] {
  return [...(known.sources?.[name] ?? []), ...(known.acceptedSources ?? [])];
}

function countQuery(
  { select, window }: QueryContext,
  own: readonly LabelMatcher[],
  isInstant: boolean,
): string {
  const series = select('', ...own);
  return `count by (__name__, job) (${isInstant ? series : `last_over_time(${series}[${window}])`})`;
}

/** The series of several exporters, which have no family in common, by one question; null where it is refused. */
async function countTogether(
  exporters: readonly Exporter[],
  { client, context, grid, signal }: RawAsking,
  known: KnownSources,
): Promise<readonly CountSeries[] | null> {
  if (exporters.length === 0) return null;
  const queries = exporters.map((one) => countQuery(context, selectorOf(one, known), false));
  try {
    const span = { grid, from: 1, to: grid.points - 1 };
    return (await client.range(queries.join(' or on (__name__, job) '), span, signal)).series;
  } catch (error) {
    if (error instanceof CollectError && !signal.aborted) return null;
    throw error;
  }
}

/**
 * The decisions about one exporter, a window each. @throws CollectError
 *
 * @param counted its series among those of others; null where they have to be asked for.
 */
async function decisionsOf(
  exporter: Exporter,
  { client, context, grid, signal }: RawAsking,
  known: KnownSources,
  {
    isFirst,
    counted,
  }: { readonly isFirst: boolean; readonly counted: readonly CountSeries[] | null },
): Promise<readonly SourceDecision[]> {
  const settled = known.sources?.[exporter.name];
  const last = grid.points - 1;
  const points = { from: 1, to: last };
  const ask = async (own: readonly LabelMatcher[], isInstant: boolean, inParts = false) => {
    const found: CountSeries[] = [];
    let isWhole = true;
    let isPartial = false;
    await askInHalves<PartOfPoints>(
      { ...points, part: ALL_PODS },
      {
        isIndispensable: false,
        halves: (stretch) => halvesOfPart(stretch, inParts),
        ask: async ({ part, ...span }) => {
          const query = countQuery(context, [...own, ...partMatchers(part, 'pod')], isInstant);
          const answer = await client.range(query, { grid, ...span }, signal);
          found.push(...answer.series);
          if (answer.warnings.length > 0) isPartial = true;
        },
        note: () => void (isWhole = false),
      },
    );
    return isWhole ? { found, isPartial } : null;
  };
  // While none is settled all of them are asked for; in the first window of a history that is everything there is.
  const own = selectorOf(exporter, known);
  const sentinel = { name: '__name__', op: '=', value: exporter.sentinel } as const;
  const isInstant = isByInstants(exporter, known);
  // A store that has too many series for one question at one time is asked about one family, if need be in parts.
  const all =
    countedOf(exporter, counted) ??
    (await ask(own, isInstant)) ??
    (await ask([sentinel, ...own.slice(familiesOf(exporter).length)], isInstant, true));
  const jobs = jobsOf(exporter, known);
  const isAsked = settled !== undefined && all !== null && all.found.length > 0;
  const there = isAsked ? await ask([sentinel, jobMatcher('=~', jobs)], true, true) : null;
  // A job that a partial answer does not show is not gone: nobody takes its place.
  const mayBeThere = isAsked && (there === null || there.isPartial);
  let now = known;
  return Array.from({ length: last }, (_, window) => {
    const served = all === null ? null : servedAt(all.found, window + 1);
    const ours = now.sources?.[exporter.name] ?? [];
    const isSettledThere =
      mayBeThere ||
      servedAt(there?.found ?? [], window + 1).length > 0 ||
      (served ?? []).some(({ job, family }) => family === exporter.sentinel && ours.includes(job));
    const decision = decideSource(
      exporter,
      { served, isSettledThere, isFirst: isFirst && window === 0 },
      now,
    );
    now = { ...now, ...learnSources(now, [decision]) };
    return decision;
  });
}

function isFamilyOf({ families, except }: Exporter, name: string): boolean {
  const isOneOf = (pattern: string): boolean => new RegExp(`^(?:${pattern})$`).test(name);
  return isOneOf(families) && (except === undefined || !isOneOf(except));
}

/** What of an answer about several exporters is of one of them; null where there was none. */
function countedOf(
  exporter: Exporter,
  counted: readonly CountSeries[] | null,
): { readonly found: readonly CountSeries[]; readonly isPartial: boolean } | null {
  if (counted === null) return null;
  const isOwn = ({ labels }: CountSeries): boolean =>
    isFamilyOf(exporter, labels['__name__'] ?? '');
  return { found: counted.filter(isOwn), isPartial: false };
}

interface CountSeries {
  readonly labels: Readonly<Record<string, string>>;
  readonly values: Float64Array;
}

/** What is served at a point, of all parts together. */
function servedAt(found: readonly CountSeries[], point: number): readonly Served[] {
  const served = new Map<string, Served>();
  for (const { labels, values } of found) {
    const count = values[point] ?? 0;
    if (!(count > 0)) continue;
    const { __name__: family = '', job = '' } = labels;
    const key = `${family} ${job}`;
    served.set(key, { family, job, series: count + (served.get(key)?.series ?? 0) });
  }
  return [...served.values()];
}
