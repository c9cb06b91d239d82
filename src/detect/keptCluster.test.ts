import { inflateRawSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { aContainer, aPod, aSnapshot } from '../../test/support/cost.ts';
import { plantedCluster } from '../../test/support/posture/plantedCluster.ts';
import { inventoryOf, rawObject, rawPod } from '../../test/support/specs.ts';
import type { RawObject } from '../collect/kubernetes/rawObjects.ts';
import { enrich } from '../collect/specs/enrich.ts';
import { workloadOfRecord } from '../collect/specs/recordWorkload.ts';
import type { PodSample, Snapshot } from '../model/snapshot.ts';
import { HOUR_MS, MINUTE_MS } from '../model/time.ts';
import { emptyState } from '../store/cycleState.ts';
import { KEPT_CLUSTER, keepCluster, readCluster } from './keptCluster.ts';
import { evaluatePosture } from './posture/evaluate.ts';
import { postureOfInventory, postureOfSnapshot } from './posture/readInput.ts';

const OBJECTS = 2_000;
const HOUR = Date.UTC(2026, 10, 23, 10);

const SERVER = rawPod(
  {
    name: 'kube-apiserver-a',
    namespace: 'kube-system',
    uid: 'a',
    labels: { component: 'kube-apiserver' },
  },
  {
    initContainers: [{ name: 'once', image: 'once:1' }],
    containers: [
      {
        name: 'kube-apiserver',
        image: 'kube-apiserver:1',
        command: ['kube-apiserver', '--token-auth-file=/not-to-be-kept'],
        args: ['--profiling=not-to-be-kept'],
        env: [{ name: 'NOT-TO-BE-KEPT-NAME', value: 'not-to-be-kept' }],
      },
    ],
  },
);

/** A window with all pods of a cluster that holds these objects. */
function windowOf(objects: readonly RawObject[], change: Partial<Snapshot> = {}): Snapshot {
  const window = { start: HOUR - 5 * MINUTE_MS, end: HOUR };
  const inventory = inventoryOf(objects, HOUR);
  const pods = Array.from(inventory.pods.values(), (record): PodSample => {
    const { workload } = workloadOfRecord(record, inventory.owners);
    const containers = record.containers.map(({ name }) => aContainer({ name }));
    return aPod({ ...record, workload, containers, spec: null });
  });
  const namespaces = new Map(
    pods.map(({ namespace: name }) => [name, { name, labels: {}, annotations: {} }] as const),
  );
  return enrich(aSnapshot({ window, pods, namespaces, ...change }), inventory);
}

/** State as it is stored, and a reader of it. */
class KeptState extends Map<string, Uint8Array> {
  written = 0;
  override set(key: string, row: Uint8Array): this {
    this.written += 1;
    return super.set(key, row);
  }
  take(snapshot: Snapshot): void {
    keepCluster(snapshot, () => postureOfSnapshot(snapshot, null), ['team'], this);
  }
  read() {
    const detectors = new Map([[KEPT_CLUSTER.name, this]]);
    return readCluster({ loadState: async () => ({ ...emptyState(), detectors }) });
  }
}

/** The same window five minutes or more later. */
function later(snapshot: Snapshot, minutes: number): Snapshot {
  const { start, end } = snapshot.window;
  const ms = minutes * MINUTE_MS;
  return { ...snapshot, window: { start: start + ms, end: end + ms } };
}

describe('the cluster that is kept', () => {
  const empty = rawObject('v1', 'Namespace', { name: 'empty' });
  const objects = [...(plantedCluster(OBJECTS) as readonly RawObject[]), SERVER, empty];
  const snapshot = windowOf(objects);
  const state = new KeptState();
  state.take(snapshot);

  it('is judged as the API’s objects are', async () => {
    const kept = (await state.read())!;
    const policy = { severities: {}, minKnown: 0.67 };
    const input = postureOfInventory(inventoryOf(objects, HOUR), null);
    expect(kept.posture.namespaces).toContain('empty');
    const evaluated = evaluatePosture(kept.posture, policy);
    expect(evaluated).toEqual(evaluatePosture(input, policy));
    expect(kept.asOf).toBe(HOUR);
    expect(kept.objects).toEqual(snapshot.objects);
    const ofServer = evaluated.flatMap(({ checks }) =>
      checks.filter(({ check }) => check.id === 'api-server-flags'),
    );
    const texts = ofServer.flatMap(({ results }) => results.map(({ text }) => text));
    expect(texts).toContainEqual(expect.stringContaining('--token-auth-file takes tokens'));
  });

  it('has what advice asks of every pod', async () => {
    const kept = (await state.read())!;
    const said = (pods: readonly Pick<PodSample, 'namespace' | 'name' | 'workload'>[]) =>
      pods
        .map((pod) => {
          const { namespace, name, workload, spec } = pod as PodSample;
          const roles = spec!.containers.map((one) => [one.name, one.role]);
          const { qosClass, isWindows, resources } = spec!;
          return [namespace, name, workload, roles, qosClass, isWindows, resources];
        })
        .map((pod) => JSON.stringify(pod))
        .sort();
    expect(kept.pods.length).toBeGreaterThan(100);
    expect(said(kept.pods)).toEqual(said(snapshot.pods));
  });

  it('holds no word of a command line or an environment', () => {
    const text = Array.from(state.values(), (row) => inflateRawSync(row).toString()).join('');
    expect(text).toContain('kube-apiserver:1');
    expect(text).not.toMatch(/not-to-be-kept/i);
  });

  it('holds of annotations only those that answers rest on', async () => {
    const annotations = {
      'meta.helm.sh/release-name': 'shop',
      'service.beta.kubernetes.io/aws-load-balancer-internal': 'true',
      'nginx.ingress.kubernetes.io/ssl-redirect': 'true',
      team: 'web',
      'example.com/note': 'not-to-be-kept',
    };
    const place = { name: 'web', namespace: 'shop', annotations };
    const state = new KeptState();
    state.take(
      windowOf([
        rawPod({ ...place, uid: 'a' }),
        rawObject('v1', 'Namespace', { name: 'shop', annotations }),
        rawObject('apps/v1', 'Deployment', place),
        rawObject('v1', 'Service', place, { spec: { type: 'LoadBalancer' } }),
      ]),
    );
    const { posture, objects } = (await state.read())!;
    const { team } = annotations;
    expect(posture.namespaceAnnotations).toEqual(new Map([['shop', { team }]]));
    expect(objects?.workloads[0]?.annotations).toMatchObject({
      'meta.helm.sh/release-name': 'shop',
    });
    expect(objects?.services[0]?.annotations).toMatchObject({
      'service.beta.kubernetes.io/aws-load-balancer-internal': 'true',
    });
    expect(JSON.stringify([posture.pods, objects])).not.toContain('not-to-be-kept');
  });

  it('is small, and written again where something changed', () => {
    const bytes = Array.from(state.values()).reduce((sum, row) => sum + row.length, 0);
    expect(bytes / OBJECTS).toBeLessThan(60);
    const before = state.written;
    state.take(later(snapshot, 60));
    // The one that has the time.
    expect(state.written - before).toBe(1);
    const [pod] = snapshot.pods;
    const pods = snapshot.pods.map((one) => (one === pod ? { ...one, name: 'renamed' } : one));
    state.take(later({ ...snapshot, pods }, 120));
    expect(state.written - before).toBe(4);
  });
});

describe('when the cluster is kept', () => {
  const snapshot = windowOf([SERVER]);
  const asOf = async (...windows: readonly Snapshot[]) => {
    const state = new KeptState();
    for (const one of windows) state.take(one);
    return (await state.read())?.asOf ?? null;
  };
  const partial = (minutes: number) => ({ ...later(snapshot, minutes), complete: false });

  it('is the first window that ends in an hour', async () => {
    expect(await asOf()).toBeNull();
    expect(await asOf(later(snapshot, 25), later(snapshot, 30))).toBe(HOUR + 25 * MINUTE_MS);
    expect(await asOf(snapshot, later(snapshot, 55))).toBe(HOUR);
    expect(await asOf(snapshot, later(snapshot, 60))).toBe(HOUR + HOUR_MS);
  });

  it('is later where that window shows less, and two hours later at most', async () => {
    const withoutApi = (minutes: number) => ({ ...later(snapshot, minutes), objects: null });
    const missing = (minutes: number, ...kinds: readonly string[]) => ({
      ...later(snapshot, minutes),
      objects: { ...snapshot.objects!, missing: kinds },
    });
    for (const poor of [partial, withoutApi, (minutes: number) => missing(minutes, 'roles')]) {
      expect(await asOf(snapshot, poor(60), later(snapshot, 65))).toBe(HOUR + 65 * MINUTE_MS);
      expect(await asOf(snapshot, poor(60))).toBe(HOUR);
      expect(await asOf(snapshot, poor(115), poor(120))).toBe(HOUR + 120 * MINUTE_MS);
      expect(await asOf(poor(0))).toBe(HOUR);
      // In the same hour, too.
      expect(await asOf(poor(0), later(snapshot, 5))).toBe(HOUR + 5 * MINUTE_MS);
    }
    expect(await asOf(missing(0, 'a', 'b'), missing(5, 'a'))).toBe(HOUR + 5 * MINUTE_MS);
    expect(await asOf(withoutApi(0), partial(5))).toBe(HOUR + 5 * MINUTE_MS);
  });

  it('is not while nothing is seen', async () => {
    expect(await asOf(snapshot, { ...later(snapshot, 60), pods: [] })).toBe(HOUR);
  });

  it('forgets a namespace that is gone', async () => {
    const state = new KeptState();
    state.take(windowOf([SERVER, rawPod({ name: 'b', namespace: 'gone', uid: 'b' })]));
    expect((await state.read())!.posture.namespaces).toEqual(['gone', 'kube-system']);
    state.take(later(snapshot, 60));
    expect((await state.read())!.posture.namespaces).toEqual(['kube-system']);
  });
});

it('knows of init containers, and no objects, where only metrics tell', async () => {
  const containers = [aContainer({ name: 'once', init: true }), aContainer({ name: 'app' })];
  const pods = [aPod({ name: 'web', containers }), aPod({ name: 'plain' })];
  const state = new KeptState();
  state.take(aSnapshot({ pods }));
  const kept = (await state.read())!;
  expect(kept.objects).toBeNull();
  expect(kept.pods).toMatchObject([
    { name: 'web', spec: null, containers: [{ name: 'once', init: true }] },
  ]);
  expect(kept.posture).toEqual(postureOfSnapshot(aSnapshot({ pods }), null));
});
