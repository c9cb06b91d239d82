import type { AnswerMemory, DataProblem } from '../../model/snapshot.ts';
import type { Window } from '../../model/time.ts';
import { hasSample } from '../measure/samples.ts';
import { formatCoverage } from '../../model/text/units.ts';
import { BELIEVED_MS } from '../prometheus/refusedQueries.ts';
import { samplesOf, type ContainerEntry, type PodEntry } from './podEntry.ts';
import { at, countAt } from './series.ts';
import type { LivingPod } from './windowFacts.ts';

/** Metrics that nearly every pod has, and how it is told that one has them in a window. */
const OF_EVERY_POD: readonly {
  readonly metric: string;
  readonly without: string;
  has(pod: LivingPod, window: Window): boolean;
  /** The scrape that shows a pod's CPU shows it too. Else all pods are looked at, of which some may lack it. */
  readonly isSureBeside?: true;
}[] = [
  {
    metric: 'container_memory_working_set_bytes',
    without: 'memory use is unknown there',
    has: ({ entry }, window) =>
      someContainer(entry, ({ ram }) => ram.some((series) => hasSample(series, window))),
    isSureBeside: true,
  },
  {
    metric: 'container_network_receive_bytes_total',
    without: 'traffic is unknown there',
    has: ({ entry }, window) =>
      samplesOf(entry.receive).some((samples) => hasSample(samples, window)),
  },
  {
    metric: 'kube_pod_container_resource_requests',
    without: 'it is unknown what the others ask for',
    has: ({ entry, told }) =>
      someContainer(entry, ({ requests }) =>
        [...requests.values()].some((values) => at(values, told) !== null),
      ),
  },
  {
    metric: 'kube_pod_container_info',
    without: 'images are unknown there',
    has: ({ entry, told }) =>
      someContainer(entry, ({ images }) => images.some(({ values }) => countAt(values, told) > 0)),
  },
  {
    metric: 'kube_pod_owner',
    without: 'it is unknown whose the others are',
    has: ({ entry, told }) => entry.owners.some(({ values }) => at(values, told) !== null),
  },
  // Its own lack is told by the time that it does not cover.
  { metric: 'container_cpu_usage_seconds_total', without: '', has: hasCpu },
];
const CPU_PLACE = OF_EVERY_POD.length - 1;

function hasCpu({ entry }: LivingPod, window: Window): boolean {
  return someContainer(entry, ({ cpu }) => cpu.some(({ samples }) => hasSample(samples, window)));
}

/** A smaller part of what there was is no part of the cluster, but of the answer. */
const LACKING_SHARE = 0.5;
/** The same of pods that surely have it. */
const SURE_SHARE = 0.9;
/** A metric that a smaller part of the pods has may be lost by chance. */
const LEAST_SHARE = 0.5;

/** What a window shows of metrics that every pod has. */
interface AnswerCheck {
  readonly memory: Readonly<Record<string, AnswerMemory>>;
  /** One for each metric of which most is lacking, without the store having said so. */
  readonly problems: readonly DataProblem[];
}

/** Counts which metrics that every pod has a pod has in a window, in a fixed order. */
export function countAnswered(have: number[], pod: LivingPod, window: Window): void {
  for (let index = 0; index < OF_EVERY_POD.length; index++)
    have[index] = (have[index] ?? 0) + (OF_EVERY_POD[index]!.has(pod, window) ? 1 : 0);
}

/** How many of some pods have each of these metrics, in the same order. */
export interface AnsweredPods {
  readonly pods: number;
  readonly have: readonly number[];
}

/** Compares the share of a window's pods that have a metric with that of the windows before. */
export function checkAnswers(
  { pods, have }: AnsweredPods,
  window: Window,
  known: AnswerCheck['memory'] = {},
): AnswerCheck {
  const memory: Record<string, AnswerMemory> = { ...known };
  const problems: DataProblem[] = [];
  if (pods === 0) return { memory, problems };
  for (const [index, { metric, without, has, isSureBeside }] of OF_EVERY_POD.entries()) {
    const having = isSureBeside === true ? (have[CPU_PLACE] ?? 0) : pods;
    if (has === hasCpu || having === 0) continue;
    const share = Math.min(1, (have[index] ?? 0) / having);
    const before = known[metric] ?? { share: 0 };
    const least = before.share * (isSureBeside === true ? SURE_SHARE : LACKING_SHARE);
    const isLacking = before.share >= LEAST_SHARE && share < least;
    const windows = (before.lacking ?? 0) + 1;
    const lastsMs = windows * (window.end - window.start);
    if (!isLacking || lastsMs > BELIEVED_MS) {
      memory[metric] = { share };
      continue;
    }
    memory[metric] = { share: before.share, lacking: windows };
    problems.push({
      code: 'partial-answer',
      subject: metric,
      text: `Prometheus answered ${metric} for ${formatCoverage(share)} of the pods, and for ${formatCoverage(before.share)} before: something is left out, and ${without}`,
    });
  }
  return { memory, problems };
}

function someContainer(
  { containers }: PodEntry,
  isMeant: (container: ContainerEntry) => boolean,
): boolean {
  for (const container of containers.values()) if (isMeant(container)) return true;
  return false;
}
