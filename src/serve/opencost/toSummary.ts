import { formatTime, type Window } from '../../model/time.ts';
import type { AllocationJson } from './allocationJson.ts';
import type { AllocationSet } from './computeAllocations.ts';
import type { OpenCostQuery } from './parseQuery.ts';

/** The figures of `SummaryAllocationResponse` (opencost core/pkg/opencost/summaryallocation_json.go). */
const FIGURES = [
  'name',
  'start',
  'end',
  'cpuCoreRequestAverage',
  'cpuCoreUsageAverage',
  'cpuCost',
  'cpuCostIdle',
  'gpuRequestAverage',
  'gpuUsageAverage',
  'gpuCost',
  'gpuCostIdle',
  'networkCost',
  'loadBalancerCost',
  'pvCost',
  'ramByteRequestAverage',
  'ramByteUsageAverage',
  'ramCost',
  'ramCostIdle',
  'sharedCost',
  'externalCost',
  'totalEfficiency',
  'totalCost',
] as const satisfies readonly (keyof AllocationJson)[];

const NS_PER_MS = 1e6;

/** Sets of allocations in the form of `/allocation/summary`: `step` is in nanoseconds, as Go writes it. */
export function toSummary(sets: readonly AllocationSet[], query: OpenCostQuery) {
  const [first] = query.sets;
  return {
    step: first === undefined ? 0 : (first.end - first.start) * NS_PER_MS,
    sets: sets.map((set, index) => ({
      allocations: Object.fromEntries(
        Object.entries(set).map(([name, json]) => [
          name,
          Object.fromEntries(FIGURES.map((figure) => [figure, json[figure]])),
        ]),
      ),
      window: windowJson(query.sets[index] ?? query.window),
    })),
    window: windowJson({
      start: first?.start ?? query.window.start,
      end: query.sets.at(-1)?.end ?? query.window.end,
    }),
  };
}

export function windowJson({ start, end }: Window) {
  return { start: formatTime(start), end: formatTime(end) };
}
