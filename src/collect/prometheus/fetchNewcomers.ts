import { SECOND_MS } from '../../model/time.ts';
import { spanOf, type Batch, type BatchAnswer, type FurtherAsking } from './batch.ts';
import { podMatcher } from './fetchLifeTimes.ts';
import { readSamples } from './fetchRaw.ts';
import type { GridSeries } from './grid.ts';
import { querySpec, type QueryId } from './queries.ts';
import type { RawSeries } from './rawSamples.ts';

/** What is said of a pod and its containers, by metric. */
const FACTS = [
  'podOwner',
  'podCreated',
  'podLabels',
  'podAnnotations',
  'requests',
  'limits',
  'initRequests',
  'initInfo',
  'containerInfo',
] as const satisfies readonly QueryId[];

const NEWCOMERS = {
  metric: 'kube_pod_owner and what else describes new pods',
  without: 'owners, requests and images of pods that are a minute old are unknown',
};

type Answers = Batch['answers'];

/**
 * Pods that came at the end of the batch's last window are described by kube-state-metrics only after it: what is said
 * of them then stands at the point after the last one. @throws CollectError
 */
export async function fetchNewcomers(
  asking: FurtherAsking,
  podInfo: readonly RawSeries[],
  answers: Answers,
): Promise<Answers> {
  const { grid, context } = asking;
  const { to } = spanOf(grid);
  const newcomers = podInfo.filter(({ times }) => (times[0] ?? 0) > to);
  if (newcomers.length === 0) return answers;
  const byMetric = new Map(FACTS.map((id) => [querySpec(id).metric, id]));
  const selector = context.select(
    '',
    { name: '__name__', op: '=~', value: [...byMetric.keys()].join('|') },
    ...podMatcher(newcomers),
  );
  const last = Math.max(...newcomers.map(({ times }) => times.at(-1) ?? 0));
  const span = { from: to, to: last + SECOND_MS };
  const series = await readSamples(asking, NEWCOMERS, selector, span);
  const more = new Map<QueryId, GridSeries[]>();
  for (const { labels, values } of series) {
    const id = byMetric.get(labels['__name__'] ?? '');
    if (id === undefined || !isMeant(id, labels)) continue;
    const column = new Float64Array(grid.points + 1).fill(Number.NaN);
    column[grid.points] = id === 'containerInfo' ? values.length : (values.at(-1) ?? Number.NaN);
    more.set(id, [...(more.get(id) ?? []), { labels, values: column }]);
  }
  const added = [...more].map(([id, list]): [QueryId, BatchAnswer] => [
    id,
    { ...answers[id], series: [...answers[id].series, ...list] },
  ]);
  return { ...answers, ...(Object.fromEntries(added) as Partial<Answers>) };
}

/** The queries leave out owners that are no controllers. */
function isMeant(id: QueryId, labels: RawSeries['labels']): boolean {
  return id !== 'podOwner' || labels['owner_is_controller'] !== 'false';
}
