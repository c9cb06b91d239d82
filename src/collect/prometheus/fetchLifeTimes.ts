import { SECOND_MS, type Span, type TimeMs } from '../../model/time.ts';
import { NEAR_MS } from '../measure/samples.ts';
import { spanOf, type FirstAnswers, type FurtherAsking, type LifeTimes } from './batch.ts';
import { readFurther, readSamples } from './fetchRaw.ts';
import { quoteRegex, type LabelMatcher } from './matchers.ts';
import { BY_CGROUP, BY_POD, CONTAINER } from './queries.ts';
import type { RawSeries } from './rawSamples.ts';

/**
 * Kubernetes cuts times to whole seconds. A pod is held from the second in which it was scheduled, since controllers
 * act at whole seconds, to the middle of the one in which it was finished.
 */
const HALF_SECOND_MS = SECOND_MS / 2;

/** More pods than these are not named one by one: all are asked for. */
const NAMED_PODS = 200;

const WITHOUT = 'it is known less well when containers and pods began and ended';

/** Asks when the containers and pods began and ended that did so in the batch. @throws CollectError */
export async function fetchLifeTimes(
  asking: FurtherAsking,
  first: FirstAnswers,
): Promise<LifeTimes> {
  const { context } = asking;
  const windows = spanOf(first.grid);
  const span = { from: windows.from - NEAR_MS, to: windows.to + first.aheadMs };
  const young = first.raw.cpu.series.filter(({ times }) => (times[0] ?? 0) > windows.from);
  const changing = [
    ...first.raw.podInfo.series.filter(
      ({ times }) => (times[0] ?? 0) > windows.from || (times.at(-1) ?? 0) < windows.to,
    ),
    ...first.answers.podPhase.series.filter(({ labels }) => isTerminalPhase(labels['phase'])),
  ];
  const ask = async (
    over: 'min' | 'last',
    by: string,
    metric: string,
    pods: readonly { readonly labels: RawSeries['labels'] }[],
    ...own: readonly LabelMatcher[]
  ): Promise<readonly RawSeries[]> => {
    if (pods.length === 0) return [];
    const series = context.select(metric, ...own, ...podMatcher(pods));
    const promql = (range: string): string =>
      `max by (${by}) (${over}_over_time(${series}[${range}]))`;
    return readFurther(asking, { metric, without: WITHOUT }, span, promql);
  };
  const pending = first.answers.podPhase.series.filter(
    ({ labels, values }) => labels['phase'] === 'Pending' && values.some((value) => value > 0),
  );
  const isScheduled: LabelMatcher = { name: 'condition', op: '=', value: 'true' };
  const [starts, schedulings, completions, conditions, terminated] = await Promise.all([
    ask('last', BY_CGROUP, 'container_start_time_seconds', young, ...CONTAINER),
    // A kubelet that restarts says that its static pods were scheduled then: what was said first holds.
    ask('min', BY_POD, 'kube_pod_status_scheduled_time', changing),
    ask('last', BY_POD, 'kube_pod_completion_time', changing),
    ask('last', BY_POD, 'kube_pod_status_scheduled', pending, isScheduled),
    terminations(asking, young, { from: windows.from, to: span.to }),
  ]);
  const started = timesBy(starts, cgroupKey);
  const unstarted = young.filter(({ labels }) => !started.has(cgroupKey(labels)));
  const stated = await ask(
    'last',
    `${BY_POD},container`,
    'kube_pod_container_state_started',
    unstarted,
  );
  return {
    unscheduled: new Set(
      conditions.filter(({ values }) => values.at(-1) === 0).map(({ labels }) => podKey(labels)),
    ),
    started,
    ended: endsOf(terminated),
    stated: timesBy(stated, lifeTimeKey),
    scheduled: timesBy(schedulings, podKey),
    completed: new Map(
      [...timesBy(completions, podKey)].map(([key, time]) => [key, time + HALF_SECOND_MS]),
    ),
  };
}

/** The samples of when containers of some pods ended last. @throws CollectError */
async function terminations(
  asking: FurtherAsking,
  pods: readonly RawSeries[],
  span: Span,
): Promise<readonly RawSeries[]> {
  if (pods.length === 0) return [];
  const metric = 'kube_pod_container_status_last_terminated_timestamp';
  const selector = asking.context.select(metric, ...podMatcher(pods));
  return readSamples(asking, { metric, without: WITHOUT }, selector, span);
}

/** Succeeded and Failed pods hold nothing on their node any more. */
export function isTerminalPhase(phase: string | undefined): boolean {
  return phase === 'Succeeded' || phase === 'Failed';
}

type Labels = RawSeries['labels'];

/** OpenCost's exporter calls the pod `pod_name`. */
export function lifeTimeKey({ namespace = '', pod, pod_name, container = '' }: Labels): string {
  return `${namespace}/${pod ?? pod_name ?? ''}/${container}`;
}

export function cgroupKey(labels: Labels): string {
  return `${lifeTimeKey(labels)}/${labels['id'] ?? ''}`;
}

export function podKey({ namespace = '', pod = '', uid = '' }: Labels): string {
  return `${namespace}/${pod}/${uid}`;
}

/** The ends that a container has had: kube-state-metrics shows the latest one at each scrape. */
function endsOf(series: readonly RawSeries[]): LifeTimes['ended'] {
  const ended = new Map<string, Map<string, readonly TimeMs[]>>();
  for (const { labels, values } of series) {
    const ofPod = ended.get(podKey(labels)) ?? new Map<string, readonly TimeMs[]>();
    ended.set(podKey(labels), ofPod);
    const name = labels['container'] ?? '';
    const times = values.map((seconds) => seconds * SECOND_MS + HALF_SECOND_MS);
    ofPod.set(
      name,
      [...new Set([...(ofPod.get(name) ?? []), ...times])].sort((a, b) => a - b),
    );
  }
  return ended;
}

function timesBy(
  series: readonly RawSeries[],
  key: (labels: Labels) => string,
): ReadonlyMap<string, TimeMs> {
  return new Map(
    series.map(({ labels, values }) => [key(labels), (values.at(-1) ?? 0) * SECOND_MS]),
  );
}

/** Names the pods that are meant, where they are few. */
export function podMatcher(
  series: readonly { readonly labels: Labels }[],
  name = 'pod',
): readonly LabelMatcher[] {
  const pods = [...new Set(series.map(({ labels }) => labels[name] ?? ''))].sort();
  if (pods.length > NAMED_PODS) return [];
  return [{ name, op: '=~', value: pods.map(quoteRegex).join('|') }];
}
