import type { KnownSources } from '../../model/snapshot.ts';
import type { RawAsking } from '../prometheus/batch.ts';
import { askInHalves } from '../prometheus/failures.ts';
import type { LabelMatcher } from '../prometheus/matchers.ts';
import { ALL_PODS, halvesOfPart, partMatchers, type PartOfPoints } from '../prometheus/podParts.ts';
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
 * @throws CollectError
 */
export async function fetchSources(
  asking: RawAsking,
  known: KnownSources,
  exporters = EXPORTERS,
): Promise<readonly (readonly SourceDecision[])[]> {
  const perExporter = await Promise.all(
    exporters.map((exporter) => decisionsOf(exporter, asking, known)),
  );
  return Array.from({ length: asking.grid.points - 1 }, (_, window) =>
    perExporter.flatMap((decisions) => decisions[window] ?? []),
  );
}

/** The decisions about one exporter, a window each. @throws CollectError */
async function decisionsOf(
  exporter: Exporter,
  { client, context, grid, signal }: RawAsking,
  known: KnownSources,
): Promise<readonly SourceDecision[]> {
  const settled = known.sources?.[exporter.name];
  const last = grid.points - 1;
  const families: readonly LabelMatcher[] = [
    { name: '__name__', op: '=~', value: exporter.families },
    ...(exporter.except === undefined
      ? []
      : [{ name: '__name__', op: '!~' as const, value: exporter.except }]),
  ];
  const jobs = [...(settled ?? []), ...(known.acceptedSources ?? [])];
  const points = { from: 1, to: last };
  const ask = async (own: readonly LabelMatcher[], isInstant: boolean, inParts = false) => {
    const found: CountSeries[] = [];
    let isWhole = true;
    await askInHalves<PartOfPoints>(
      { ...points, part: ALL_PODS },
      {
        isIndispensable: false,
        halves: (stretch) => halvesOfPart(stretch, inParts),
        ask: async ({ part, ...span }) => {
          const series = context.select('', ...own, ...partMatchers(part, 'pod'));
          const seen = isInstant ? series : `last_over_time(${series}[${context.window}])`;
          const query = `count by (__name__, job) (${seen})`;
          found.push(...(await client.range(query, { grid, ...span }, signal)).series);
        },
        note: () => void (isWhole = false),
      },
    );
    return isWhole ? found : null;
  };
  // While none is settled all of them are asked for; in the first window of a history that is everything there is.
  const own = settled === undefined ? families : [...families, jobMatcher('!~', jobs)];
  const sentinel = { name: '__name__', op: '=', value: exporter.sentinel } as const;
  // What came and went inside a window counts, too; the whole cluster is only looked at by instants.
  const isInstant = settled === undefined && exporter.byPopulation;
  // A store that has too many series for one question at one time is asked about one family, if need be in parts.
  const all =
    (await ask(own, isInstant)) ??
    (await ask([sentinel, ...own.slice(families.length)], isInstant, true));
  const isAsked = settled !== undefined && all !== null && all.length > 0;
  const there = (isAsked ? await ask([sentinel, jobMatcher('=~', jobs)], true, true) : null) ?? [];
  let now = known;
  return Array.from({ length: last }, (_, window) => {
    const served = all === null ? null : servedAt(all, window + 1);
    const ours = now.sources?.[exporter.name] ?? [];
    const isSettledThere =
      servedAt(there, window + 1).length > 0 ||
      (served ?? []).some(({ job, family }) => family === exporter.sentinel && ours.includes(job));
    const decision = decideSource(exporter, { served, isSettledThere }, now);
    now = { ...now, ...learnSources(now, [decision]) };
    return decision;
  });
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
