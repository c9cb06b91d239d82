import { describe, expect, it } from 'vitest';
import { madeUpBatch, madeUpWindows } from '../../../test/support/madeUpBatch.ts';
import { DAY_MS, HOUR_MS } from '../../model/time.ts';
import { QUERY_IDS, RAW_IDS, type QueryId } from '../prometheus/queries.ts';
import { boundBatch } from './boundBatch.ts';
import { QUERY_BOUNDS, RAW_BOUNDS } from './bounds.ts';

const WINDOWS = madeUpWindows(2);
const END = WINDOWS[1]!.end;

/** Of these it counts that there is a series, and what its labels say. */
const OF_LABELS = new Set<QueryId>([
  'podOwner',
  'replicaSetOwner',
  'jobOwner',
  'podLabels',
  'podAnnotations',
  'initInfo',
  'terminatedReason',
  'waitingReason',
  'nodeLabels',
  'namespaceLabels',
  'namespaceAnnotations',
  'clusters',
  'autoscalerInfo',
  'claimMounts',
  'volumePhase',
  'volumeInfo',
  'volumeClaim',
  'claimDevices',
  'claimPods',
  'sliceDevices',
  // The health of the control plane costs nothing.
  'components',
  'apiServer',
  'etcd',
  'controllers',
]);

it('every value that is calculated with has bounds', () => {
  const unbounded = QUERY_IDS.filter((id) => QUERY_BOUNDS[id] === undefined);
  expect(unbounded.filter((id) => !OF_LABELS.has(id))).toEqual([]);
  expect(RAW_IDS.filter((id) => RAW_BOUNDS[id] === undefined && id !== 'podInfo')).toEqual([]);
});

describe('times at which lives are stated to begin and end', () => {
  it('are left out where they cannot be, and named where they are to come', () => {
    const times = (...all: readonly (readonly [string, number])[]) => new Map(all);
    const honest = END - HOUR_MS;
    const { batch, refusals } = boundBatch(
      madeUpBatch(
        WINDOWS,
        {},
        {
          lifeTimes: {
            // Go's zero time is cAdvisor's word for a container that has not begun.
            started: times(['shop/a/app//x', honest], ['shop/b/app//x', -62_135_596_800_000]),
            stated: times(['shop/a/app', END + HOUR_MS]),
            scheduled: times(['shop/a/1', END + DAY_MS], ['shop/b/2', honest]),
            completed: times(['shop/a/1', 1e303], ['shop/b/2', Infinity]),
          },
        },
      ),
    );
    const { started, stated, scheduled, completed } = batch.lifeTimes;
    expect([...started.keys()]).toEqual(['shop/a/app//x']);
    expect([...stated.keys()]).toEqual(['shop/a/app']);
    expect([...scheduled.keys()]).toEqual(['shop/b/2']);
    expect([...completed.keys()]).toEqual([]);
    const named = (refusals.get(2) ?? []).map(({ metric, labels }) => [metric, labels['series']]);
    expect(named).toEqual([
      ['kube_pod_status_scheduled_time', 'shop/a/1'],
      ['kube_pod_completion_time', 'shop/a/1'],
      ['kube_pod_completion_time', 'shop/b/2'],
    ]);
  });
});
