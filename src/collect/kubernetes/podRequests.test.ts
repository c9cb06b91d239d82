import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { madeUpBatch, madeUpWindows } from '../../../test/support/madeUpBatch.ts';
import type { MadeUpSeries } from '../../../test/support/madeUpBatch.ts';
import { assemble } from '../assemble/assemble.ts';
import { nameRestorer } from '../labels.ts';
import { reservation } from '../../cost/allocateContainers.ts';
import type { PodSample } from '../../model/snapshot.ts';
import type { Window } from '../../model/time.ts';
import { metricAmounts } from './quantity.ts';
import type { RawContainer } from './rawObjects.ts';
import { podRecord } from './podRecord.ts';
import { addHeld, heldRequests, podHold, type Amounts } from '../../model/podHold.ts';
import { metricName } from '../../model/resources.ts';

interface Vector {
  readonly name: string;
  readonly spec: Readonly<Record<string, unknown>>;
  readonly status?: Readonly<Record<string, unknown>>;
  readonly requests: Readonly<Record<string, string>>;
}

const VECTORS = JSON.parse(
  readFileSync(new URL('../../../test/collect/podRequests/vectors.json', import.meta.url), 'utf8'),
) as readonly Vector[];

/** What a pod of this specification reserves, by resource; what is nothing is left out. */
function reserved({ spec, status }: Vector): Amounts {
  const metadata = { uid: 'u', name: 'p', namespace: 'n' };
  const record = podRecord({ apiVersion: 'v1', kind: 'Pod', metadata, spec, status: status ?? {} });
  if (record === null) throw new Error('not read');
  const { requesting } = record;
  const hold = podHold(requesting);
  const own = requesting.containers
    .filter(({ role }) => role !== 'init')
    .map((container) => heldRequests(container, requesting));
  const whole = [...own, hold.init, hold.podLevel, hold.overhead].reduce(addHeld, {});
  return Object.fromEntries(
    Object.entries(whole)
      .map(([name, amount]) => [name, Number(amount.toPrecision(9))] as const)
      .filter(([, amount]) => amount !== 0),
  );
}

function answer({ requests }: Vector): Amounts {
  const amounts = Object.entries(requests).map(([name, amount]) => [
    metricName(name),
    Number(Number(amount).toPrecision(9)),
  ]);
  return Object.fromEntries(amounts.filter(([, amount]) => amount !== 0)) as Amounts;
}

describe('what a pod reserves', () => {
  it('is what Kubernetes’ own scheduler code says, for every vector', () => {
    expect(VECTORS.length).toBeGreaterThan(500);
    const wrong = VECTORS.filter(
      (vector) =>
        JSON.stringify(sorted(reserved(vector))) !== JSON.stringify(sorted(answer(vector))),
    );
    expect(wrong.map(({ name }) => name)).toEqual([]);
  });

  it.each(VECTORS.slice(0, 9).map((vector) => [vector.name, vector] as const))(
    '%s',
    (_, vector) => {
      expect(reserved(vector)).toEqual(answer(vector));
    },
  );
});

describe('what metrics alone tell of it', () => {
  const told = VECTORS.filter(({ spec, status }) => {
    const { conditions, containerStatuses, initContainerStatuses } = status ?? {};
    return !spec['resources'] && !conditions && !containerStatuses && !initContainerStatuses;
  });

  it('is the same wherever the order of init containers does not matter, and else says so', () => {
    expect(told.length).toBeGreaterThan(200);
    const unsure = told.filter((vector) => !isSame(vector, fromMetrics(vector)));
    for (const vector of unsure) expect(fromMetrics(vector).hold?.isOrderGuessed).toBe(true);
    expect(unsure.length).toBeLessThan(told.length / 2);
  });
});

function isSame(vector: Vector, pod: PodSample): boolean {
  const resources = new Set(Object.keys(answer(vector)));
  const devices = (resource: string): number =>
    pod.containers.reduce((sum, one) => sum + (one.init ? 0 : (one.devices?.[resource] ?? 0)), 0) +
    (pod.hold?.init[resource] ?? 0);
  return [...resources].every((resource) => {
    const amount =
      resource === 'cpu' || resource === 'memory' ? reservation(pod, resource) : devices(resource);
    return Math.abs(amount - (answer(vector)[resource] ?? 0)) < 1e-6 * amount;
  });
}

/** The pod as kube-state-metrics describes it: its init containers in no order. */
function fromMetrics({ spec }: Vector): PodSample {
  const [window] = madeUpWindows(1) as [Window];
  const self = { namespace: 'n', pod: 'p', uid: 'u' };
  const series = (key: 'containers' | 'initContainers'): MadeUpSeries[] =>
    ((spec[key] ?? []) as RawContainer[]).flatMap(({ name = '', resources }) =>
      Object.entries(metricAmounts(resources?.requests)).map(([resource, amount]): MadeUpSeries => [
        { ...self, container: name, resource },
        [null, amount],
      ]),
    );
  const info = ((spec['initContainers'] ?? []) as RawContainer[]).map(
    ({ name = '', restartPolicy = '' }): MadeUpSeries => [
      { ...self, container: name, restart_policy: restartPolicy },
      [null, 1],
    ],
  );
  const overhead = Object.entries(metricAmounts(spec['overhead'])).map(
    ([resource, amount]): MadeUpSeries => [
      {
        ...self,
        __name__: `kube_pod_overhead_${resource === 'cpu' ? 'cpu_cores' : 'memory_bytes'}`,
      },
      [null, amount],
    ],
  );
  const batch = madeUpBatch(
    [window],
    {
      requests: series('containers'),
      initRequests: series('initContainers'),
      initInfo: info,
      podOverhead: overhead,
    },
    { podInfo: [[{ ...self, node: 'n1' }, [15, 75, 135, 195, 255].map((at) => [at, 1] as const)]] },
  );
  const settings = { cluster: 'c', restoreName: nameRestorer([]) };
  const pod = assemble(batch, [window], {}, settings)[0]?.pods[0];
  if (pod === undefined) throw new Error('no pod');
  return pod;
}

function sorted(amounts: Amounts): readonly (readonly [string, number])[] {
  return Object.entries(amounts).sort(([a], [b]) => (a < b ? -1 : 1));
}
