import type { Nano } from '../../model/money.ts';
import { efficiencyOfAll } from '../../cost/report/efficiency.ts';
import { receiverKey } from '../../store/notifications/receiver.ts';
import type {
  DailySpend,
  Digest,
  DigestSavings,
  EfficiencyTrend,
  FindingCount,
  ForecastLine,
  OwnerDigest,
  PostureLine,
  Spend,
} from '../../store/digests/digest.ts';
import { IDLE_KEY, OTHERS } from '../spend/dailySpend.ts';
import {
  addAmounts,
  mergeSpend,
  addSpends,
  byCost,
  distinct,
  total,
  weightedShare,
  within,
  type Of,
} from './addSpends.ts';
import { sumParts } from '../../model/costParts.ts';
import { sumAll } from '../../model/reading.ts';
import { COUNTS } from '../read/findings.ts';
import { usedShare } from '../read/forecasts.ts';

/** Entries of lists that a digest of one cluster cuts as well. */
const MOST = { gaps: 10, savings: 3, workloads: 5, names: 3, lowest: 3, listed: 30, drawn: 5 };
/** More clusters than this are a number in a title. */
const NAMED = 3;

/**
 * The digests of several clusters over one week as one: amounts add up exactly, shares are weighted by cost, names of
 * one cluster begin with it (`prod-eu/shop`). An owner is the same in all clusters, and gets one digest for each way that
 * they are reached.
 *
 * @param digests in the order of the configuration; one is returned as it is
 * @param missing clusters that have no digest of the week, which the merged one says
 */
export function mergeDigests(digests: readonly Digest[], missing: readonly string[] = []): Digest {
  const [first] = digests;
  if (first === undefined) throw new RangeError('there is no digest to merge');
  if (digests.length + missing.length === 1) return first;
  const of = <T>(pick: (digest: Digest) => T): readonly Of<T>[] =>
    digests.map((digest) => ({ cluster: digest.cluster, value: pick(digest) }));
  const named = (pick: (digest: Digest) => readonly string[]): readonly string[] =>
    of(pick).flatMap(({ cluster, value }) => value.map((name) => within(cluster, name)));
  const [names, late] = [digests.map(({ cluster }) => cluster), digests.map((one) => one.late)];
  const known = late.filter((one) => one !== null);
  const unowned = named((one) => one.missingOwners.unowned);
  const unreachable = distinct(digests.flatMap((one) => one.missingOwners.unreachable));
  return {
    ...first,
    cluster: names.length > NAMED ? `${names.length} clusters` : names.join(', '),
    clusters: digests.map(clusterSpend).toSorted(byCost),
    priceBasis: digests.every(({ priceBasis }) => priceBasis === first.priceBasis)
      ? first.priceBasis
      : 'list',
    generatedAt: Math.max(...digests.map(({ generatedAt }) => generatedAt)),
    late:
      known.length === 0
        ? null
        : {
            dueAt: Math.min(...known.map(({ dueAt }) => dueAt)),
            missed: distinct(known.flatMap(({ missed }) => missed)).toSorted(),
          },
    comparison: mergeComparisons(digests, missing),
    coverage: mergeCoverage(digests),
    total: addAmounts(of(({ total }) => total)),
    namespaces: addSpends(
      of(({ namespaces }) => namespaces),
      within,
    ),
    owners: addSpends(
      of(({ owners }) => owners),
      (_, owner) => owner,
    ),
    idle: addAmounts(of(({ idle }) => idle)),
    days: mergeDays(digests),
    efficiency: mergeEfficiency(digests.map(({ efficiency }) => efficiency)),
    forecast: mergeForecasts(of(({ forecast }) => forecast)),
    savings: mergeSavings(of(({ savings }) => savings)),
    abuse: {
      ...sumParts(
        [...COUNTS, 'critical', 'costNano'],
        digests.map(({ abuse }) => abuse),
      ),
      worst: named(({ abuse }) => abuse.worst).slice(0, MOST.names),
    },
    posture: mergePosture(of(({ posture }) => posture)),
    findings: addFindings(digests.flatMap(({ findings }) => findings)),
    missingOwners: {
      unowned: unowned.slice(0, MOST.listed),
      unownedNano: total(digests, ({ missingOwners }) => missingOwners.unownedNano),
      unreachable: unreachable.slice(0, MOST.listed),
      news: distinct(
        digests.flatMap(({ cluster, missingOwners }) =>
          missingOwners.news.map((name) =>
            missingOwners.unowned.includes(name) ? within(cluster, name) : name,
          ),
        ),
      ),
    },
    prices: {
      unpriced: named(({ prices }) => prices.unpriced),
      ...sumParts(
        ['flat', 'nodes'],
        digests.map(({ prices }) => prices),
      ),
      fresh: distinct(digests.flatMap(({ prices }) => prices.fresh)),
    },
    ownerDigests: mergeOwners(of(({ ownerDigests }) => ownerDigests)),
  };
}

/** What a cluster’s nodes, volumes and fees cost, idle included. */
function clusterSpend({ cluster, total: { nano, beforeNano, reasons }, ...rest }: Digest): Spend {
  const [before, now] = [rest.efficiency.weeks.at(-2), rest.efficiency.weeks.at(-1)];
  return {
    key: cluster,
    nano,
    beforeNano,
    sharedNano: 0,
    reasons,
    efficiency: now?.efficiency ?? null,
    efficiencyBefore: before?.efficiency ?? null,
    coverage: rest.coverage.share,
  };
}

function mergeComparisons(
  digests: readonly Digest[],
  missing: readonly string[],
): Digest['comparison'] {
  const all = digests.map(({ comparison }) => comparison);
  const first = all.find(({ state }) => state === 'whole') ?? all[0]!;
  const notes = Map.groupBy(
    digests.filter(({ comparison }) => comparison.note !== null),
    ({ comparison }) => comparison.note!,
  );
  const texts = Array.from(notes, ([note, of]) =>
    of.length === digests.length ? note : `${of.map(({ cluster }) => cluster).join(', ')}: ${note}`,
  );
  const lacking =
    missing.length === 0
      ? []
      : [`${missing.join(', ')} made no digest of this week and is not in the figures`];
  const note = [...lacking, ...texts].join('; ');
  return {
    ...first,
    note: note === '' ? null : note,
    coverage: weightedShare(
      digests.map((one) => ({ nano: one.total.beforeNano ?? 0, share: one.comparison.coverage })),
    ),
  };
}

function mergeCoverage(digests: readonly Digest[]): Digest['coverage'] {
  const all = digests.map(({ coverage }) => coverage);
  const begins = all.map((coverage) => coverage.begins);
  return {
    share: weightedShare(
      digests.map((one) => ({ nano: one.total.nano, share: one.coverage.share })),
    ),
    gaps: digests
      .flatMap(({ cluster, coverage }) =>
        coverage.gaps.map((gap) => ({
          ...gap,
          problem: gap.problem === '' ? `nothing in ${cluster}` : `${cluster}: ${gap.problem}`,
        })),
      )
      .toSorted((a, b) => b.end - b.start - (a.end - a.start))
      .slice(0, MOST.gaps),
    ...sumParts(['gapCount', 'gapMs'], all),
    // Where only some begin in the week, the comparison says which are new.
    begins: begins.includes(null) ? null : Math.max(...begins.map((time) => time ?? 0)),
    provisional: all.some(({ provisional }) => provisional),
  };
}

/** What each cluster cost on each day, the dearest by name; idle is of all. */
function mergeDays(digests: readonly Digest[]): DailySpend {
  const days = [...new Set(digests.flatMap((one) => one.days.days))].toSorted((a, b) => a - b);
  const sums = digests.map(({ cluster, days: own }) => {
    const on = (isIdle: boolean) =>
      days.map((day) => {
        const at = own.days.indexOf(day);
        const series = own.series.filter(({ key }) => (key === IDLE_KEY) === isIdle);
        return total(series, ({ nano }) => nano[at] ?? 0);
      });
    return { key: cluster, nano: on(false), idle: on(true) };
  });
  const ranked = sums.toSorted((a, b) => total(b.nano, Number) - total(a.nano, Number));
  const column = (lists: readonly (readonly Nano[])[]) =>
    days.map((_, at) => total(lists, (nano) => nano[at] ?? 0));
  const rest = ranked.slice(MOST.drawn);
  return {
    days,
    series: [
      ...ranked.slice(0, MOST.drawn).map(({ key, nano }) => ({ key, nano })),
      ...(rest.length === 0 ? [] : [{ key: OTHERS, nano: column(rest.map(({ nano }) => nano)) }]),
      { key: IDLE_KEY, nano: column(sums.map(({ idle }) => idle)) },
    ],
  };
}

function mergeEfficiency(trends: readonly EfficiencyTrend[]): EfficiencyTrend {
  const longest = trends.toSorted((a, b) => b.weeks.length - a.weeks.length)[0]!;
  return {
    weeks: longest.weeks.map(({ name }) => {
      const same = trends.flatMap(({ weeks }) => weeks.filter((week) => week.name === name));
      const sums = sumParts(['allocatedNano', 'nodesNano'], same);
      return {
        name,
        efficiency: efficiencyOfAll(
          same.flatMap(({ efficiency, allocatedNano: cost }) =>
            efficiency === null ? [] : [{ cost, efficiency }],
          ),
        ),
        idleShare:
          sums.nodesNano > 0
            ? total(same, (week) => (week.idleShare ?? 0) * week.nodesNano) / sums.nodesNano
            : null,
        ...sums,
      };
    }),
  };
}

/**
 * The forecasts of the clusters as one, then the budgets. The ends of the interval are added up, as if all clusters erred
 * the same way: it is no narrower than the true one.
 */
function mergeForecasts(lists: readonly Of<readonly ForecastLine[]>[]): readonly ForecastLine[] {
  const lines = lists.flatMap(({ cluster, value }) => value.map((line) => ({ cluster, line })));
  const wholes = lines.flatMap(({ line }) => (line.budget === null ? [line] : []));
  const [first] = wholes;
  const add = (of: (line: ForecastLine) => number | null) =>
    wholes.length < lists.length ? null : sumAll(wholes.map(of));
  const whole =
    first === undefined
      ? []
      : [
          {
            ...first,
            spent: total(wholes, ({ spent }) => spent),
            expected: add(({ expected }) => expected),
            low: add(({ low }) => low),
            high: add(({ high }) => high),
          },
        ];
  return [...whole, ...mergeBudgets(lines)];
}

/** Budgets of one cluster bear its name; one over all clusters comes once, with what all of them spent. */
function mergeBudgets(
  lines: readonly { readonly cluster: string; readonly line: ForecastLine }[],
): readonly ForecastLine[] {
  const shared = new Set<string>();
  return lines
    .flatMap(({ cluster, line }) => {
      const { budget } = line;
      if (budget === null) return [];
      if (line.across !== true)
        return [{ ...line, budget: { ...budget, key: within(cluster, budget.key) } }];
      const key = `${budget.kind}/${budget.key}`;
      if (shared.has(key)) return [];
      shared.add(key);
      return [line];
    })
    .toSorted((a, b) => usedShare(b) - usedShare(a));
}

function mergeSavings(all: readonly Of<DigestSavings>[]): DigestSavings {
  const values = all.map(({ value }) => value);
  const sumOf = (of: (savings: DigestSavings) => number | null) => {
    const known = values.map(of).filter((one) => one !== null);
    return known.length === 0 ? null : total(known, Number);
  };
  return {
    ...sumParts(['perMonth', 'count'], values),
    nodesPerMonth: sumOf(({ nodesPerMonth }) => nodesPerMonth),
    removableNodes: sumOf(({ removableNodes }) => removableNodes),
    floor: Math.max(...values.map(({ floor }) => floor)),
    top: all
      .flatMap(({ cluster, value }) => value.top.map((saving) => ({ ...saving, cluster })))
      .toSorted((a, b) => b.perMonth - a.perMonth)
      .slice(0, MOST.savings),
    note: values.every(({ note }) => note !== null) ? values[0]!.note : null,
  };
}

function mergePosture(all: readonly Of<PostureLine>[]): PostureLine {
  const values = all.map(({ value }) => value);
  const scored = values.filter(({ score }) => score !== null);
  const compared = scored.filter(({ scoreBefore }) => scoreBefore !== null);
  const clusters = values.flatMap(({ cluster }) => cluster ?? []);
  const scopes = distinct(values.flatMap(({ lists = [] }) => lists.map(({ scope }) => scope)));
  return {
    score: mean(scored, ({ score }) => score ?? 0),
    scoreBefore:
      compared.length < scored.length ? null : mean(compared, (one) => one.scoreBefore ?? 0),
    ...sumParts(['namespaces', 'ungraded'], values),
    lowest: all
      .flatMap(({ cluster, value }) =>
        value.lowest.map(({ namespace, score }) => ({
          namespace: within(cluster, namespace),
          score,
        })),
      )
      .toSorted((a, b) => a.score - b.score)
      .slice(0, MOST.lowest),
    fell: all.flatMap(({ cluster, value }) => value.fell.map((name) => within(cluster, name))),
    ...(clusters.length > 0 && {
      // Each cluster counts once, whatever its size.
      cluster: {
        score: Math.round(total(clusters, ({ score }) => score) / clusters.length),
        scoreBefore: clusters.some(({ scoreBefore }) => scoreBefore === null)
          ? null
          : Math.round(total(clusters, (one) => one.scoreBefore ?? 0) / clusters.length),
        adminWays: total(clusters, ({ adminWays }) => adminWays),
      },
    }),
    ...(scopes.length > 0 && {
      lists: scopes.map((scope) => {
        const same = values.flatMap(({ lists = [] }) => lists.filter((one) => one.scope === scope));
        return {
          scope,
          failed: total(same, ({ failed }) => failed),
          before: sumAll(same.map(({ before }) => before)),
        };
      }),
    }),
  };
}

/** Weighted by namespaces. */
function mean(lines: readonly PostureLine[], of: (line: PostureLine) => number): number | null {
  const namespaces = total(lines, (line) => line.namespaces);
  if (namespaces === 0) return null;
  return Math.round(total(lines, (line) => of(line) * line.namespaces) / namespaces);
}

function addFindings(counts: readonly FindingCount[]): readonly FindingCount[] {
  return Array.from(
    Map.groupBy(counts, ({ kind }) => kind),
    ([kind, same]) => ({ kind, ...sumParts(COUNTS, same) }),
  );
}

/** One digest for an owner and a way to reach them: what goes to another channel stays there. */
function mergeOwners(lists: readonly Of<readonly OwnerDigest[]>[]): readonly OwnerDigest[] {
  const all = lists.flatMap(({ cluster, value }) => value.map((one) => ({ cluster, value: one })));
  const groups = Map.groupBy(all, ({ value: { owner, receiver } }) =>
    JSON.stringify([owner, receiver === null ? null : receiverKey(receiver)]),
  );
  return Array.from(groups.values(), mergeOwner).toSorted((a, b) => byCost(a.spend, b.spend));
}

function mergeOwner(parts: readonly Of<OwnerDigest>[]): OwnerDigest {
  const { owner, receiver } = parts[0]!.value;
  const of = <T>(pick: (digest: OwnerDigest) => T): readonly Of<T>[] =>
    parts.map(({ cluster, value }) => ({ cluster, value: pick(value) }));
  return {
    owner,
    receiver,
    spend: mergeSpend(
      owner,
      of(({ spend }) => spend),
    ),
    namespaces: addSpends(
      of(({ namespaces }) => namespaces),
      within,
    ),
    workloads: of(({ workloads }) => workloads)
      .flatMap(({ cluster, value }) =>
        value.map((workload) => ({ ...workload, key: within(cluster, workload.key) })),
      )
      .toSorted((a, b) => b.nano - a.nano || (a.key < b.key ? -1 : 1))
      .slice(0, MOST.workloads),
    budgets: mergeBudgets(
      parts.flatMap(({ cluster, value }) => value.budgets.map((line) => ({ cluster, line }))),
    ),
    savings: mergeSavings(of(({ savings }) => savings)),
    findings: addFindings(parts.flatMap(({ value }) => value.findings)),
  };
}
