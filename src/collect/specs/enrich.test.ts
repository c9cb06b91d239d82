import { describe, expect, it } from 'vitest';
import {
  containerSample,
  nodeSample,
  podSample,
  snapshotOf,
} from '../../../test/support/snapshots.ts';
import { DAY_MS, HOUR_MS } from '../../model/time.ts';
import { enrich } from './enrich.ts';
import { refuseForeign } from './foreign.ts';
import type { RawObject } from '../kubernetes/rawObjects.ts';
import { inventoryOf, rawObject, rawPod } from '../../../test/support/specs.ts';

const AT = Date.parse('2026-11-24T12:00:00Z');
const WINDOW = { start: AT - 300_000, end: AT };
const UID = 'pod-shop-web-6d4cf56db6-x2x4z';
const POD = podSample({ uid: UID, name: 'web-6d4cf56db6-x2x4z' });
const OBJECTS = [
  rawPod(),
  rawObject('v1', 'Node', { name: 'node-1', labels: { 'node.kubernetes.io/instance-type': 'm5' } }),
  rawObject('v1', 'Node', { name: 'node-2' }),
  rawObject('v1', 'Namespace', { name: 'shop', annotations: { 'a8r.io/owner': 'team-shop' } }),
  rawObject('apps/v1', 'Deployment', { name: 'web', namespace: 'shop', labels: { team: 'web' } }),
  rawObject(
    'v1',
    'ResourceQuota',
    { name: 'all', namespace: 'shop' },
    {
      spec: { hard: { 'requests.cpu': '4' } },
    },
  ),
];

describe('enrich', () => {
  const snapshot = snapshotOf(WINDOW, { pods: [POD] });
  const enriched = enrich(snapshot, inventoryOf(OBJECTS, AT));
  const [pod] = enriched.pods;

  it('adds the specification, labels and the workload to the pod of that UID', () => {
    expect(pod?.spec?.containers[0]?.command).toEqual(['/web']);
    expect(pod?.labels['app.kubernetes.io/name']).toBe('web');
    expect(enriched.workloads?.get('shop/Deployment/web')?.labels).toEqual({ team: 'web' });
    expect(enriched.namespaces.get('shop')?.annotations).toEqual({ 'a8r.io/owner': 'team-shop' });
    expect(enriched.nodes[0]?.labels).toEqual({ 'node.kubernetes.io/instance-type': 'm5' });
    expect(enriched.objects?.quotas[0]?.hard).toEqual({ 'requests.cpu': 4 });
  });

  it('invents nothing: neither pods nor nodes nor namespaces that metrics do not show', () => {
    const empty = enrich(
      snapshotOf(WINDOW, { pods: [], nodes: [], namespaces: new Map() }),
      inventoryOf(OBJECTS, AT),
    );
    expect([empty.pods.length, empty.nodes.length, empty.namespaces.size]).toEqual([0, 0, 0]);
    expect(enriched.nodes).toHaveLength(1);
  });

  it('leaves a pod alone whose name was used again', () => {
    const other = { ...POD, uid: 'another' };
    const [same] = enrich(snapshotOf(WINDOW, { pods: [other] }), inventoryOf(OBJECTS, AT)).pods;
    expect(same).toEqual(other);
  });

  it('joins by name only without a UID and when the creation times agree', () => {
    const nameless = { ...POD, uid: `name:shop/${POD.name}` };
    const specOf = (createdAt: number | null) =>
      enrich(snapshotOf(WINDOW, { pods: [{ ...nameless, createdAt }] }), inventoryOf(OBJECTS, AT))
        .pods[0]?.spec ?? null;
    expect(specOf(Date.parse('2026-11-20T08:00:00Z'))).not.toBeNull();
    expect(specOf(Date.parse('2026-11-20T09:00:00Z'))).toBeNull();
    expect(specOf(null)).toBeNull();
  });

  it('gives the past what cannot have changed, and not the state of the moment', () => {
    const past = { start: AT - 3 * DAY_MS, end: AT - 3 * DAY_MS + 300_000 };
    const then = enrich(snapshotOf(past, { pods: [POD] }), inventoryOf(OBJECTS, AT));
    expect(then.pods[0]?.spec).not.toBeNull();
    expect(then.objects).toBeNull();
    const before = { start: AT - 9 * DAY_MS, end: AT - 9 * DAY_MS + HOUR_MS };
    const earlier = enrich(snapshotOf(before, { pods: [] }), inventoryOf(OBJECTS, AT));
    expect(earlier.nodes[0]?.labels).toEqual({});
    expect(earlier.namespaces.get('shop')?.annotations).toEqual({});
  });

  it('lets metrics stand where both speak, and restores mangled names', () => {
    const measured = podSample({
      uid: UID,
      labels: { app: 'then', app_kubernetes_io_name: 'then', gone: 'yes' },
      containers: [containerSample({ cpuRequestCores: null, cpuLimitCores: null })],
    });
    const [both] = enrich(snapshotOf(WINDOW, { pods: [measured] }), inventoryOf(OBJECTS, AT)).pods;
    expect(both?.labels).toEqual({ app: 'then', 'app.kubernetes.io/name': 'then', gone: 'yes' });
    expect(both?.containers[0]).toMatchObject({ cpuRequestCores: 0.25, cpuLimitCores: null });
  });

  it('tells the workload by the owner chain where metrics could not', () => {
    const chain = [
      ...OBJECTS,
      rawObject('apps/v1', 'ReplicaSet', {
        name: 'web-6d4cf56db6',
        namespace: 'shop',
        ownerReferences: [{ kind: 'Rollout', name: 'web', controller: true }],
      }),
    ];
    const unknown = podSample({
      uid: UID,
      workload: { kind: 'Pod', name: POD.name },
      workloadKnown: false,
    });
    const workloadOf = (objects: typeof OBJECTS) => {
      const [one] = enrich(snapshotOf(WINDOW, { pods: [unknown] }), inventoryOf(objects, AT)).pods;
      return [one?.workload.kind, one?.workloadKnown];
    };
    expect(workloadOf(chain)).toEqual(['Rollout', true]);
    expect(workloadOf(OBJECTS)).toEqual(['Deployment', true]);
  });

  it('takes the name that the API server made a pod’s or Job’s name from', () => {
    const given = { name: 'load-bcdfg', namespace: 'shop' };
    const made = { ...given, generateName: 'load-' };
    const workloadOf = (pod: RawObject, ...more: readonly RawObject[]) => {
      const uid = pod.metadata?.uid ?? '';
      const seen = podSample({ uid, name: pod.metadata?.name ?? '', workloadKnown: true });
      const [one] = enrich(
        snapshotOf(WINDOW, { pods: [seen] }),
        inventoryOf([...OBJECTS, pod, ...more], AT),
      ).pods;
      return [one?.workload.kind, one?.workload.name];
    };
    const bare = { uid: 'bare', ownerReferences: [] };
    expect(workloadOf(rawPod({ ...made, ...bare }))).toEqual(['Pod', 'load']);
    expect(workloadOf(rawPod({ ...given, ...bare }))).toEqual(['Pod', 'load-bcdfg']);
    const owner = { kind: 'Job', name: 'load-bcdfg', controller: true };
    const ofJob = rawPod({ name: 'load-bcdfg-xyz12', uid: 'job', ownerReferences: [owner] });
    expect(workloadOf(ofJob, rawObject('batch/v1', 'Job', made))).toEqual(['Job', 'load']);
    expect(workloadOf(ofJob, rawObject('batch/v1', 'Job', given))).toEqual(['Job', 'load-bcdfg']);
  });
});

describe('refuseForeign', () => {
  const pods = Array.from({ length: 12 }, (_, index) =>
    rawPod({ name: `p-${index}`, uid: `u-${index}` }),
  );
  const samples = (prefix: string) =>
    Array.from({ length: 12 }, (_, index) =>
      podSample({ uid: `${prefix}-${index}`, name: `p-${index}` }),
    );
  const inventory = inventoryOf([...pods, ...OBJECTS], AT);

  it('takes nothing from another cluster, and says so', () => {
    const snapshot = snapshotOf(WINDOW, { pods: samples('other'), nodes: [nodeSample()] });
    const trusted = refuseForeign(inventory, [snapshot]);
    expect(trusted.namespaces.size).toBe(0);
    expect(trusted.problems[0]?.text).toContain('they are of another cluster or long past');
  });

  it('takes it from the same cluster, and does not ask windows of the past', () => {
    expect(refuseForeign(inventory, [snapshotOf(WINDOW, { pods: samples('u') })])).toBe(inventory);
    const past = { start: WINDOW.start - DAY_MS, end: WINDOW.end - DAY_MS };
    expect(refuseForeign(inventory, [snapshotOf(past, { pods: samples('other') })])).toBe(
      inventory,
    );
  });
});

describe('what a pod reserves', () => {
  const resized = (asked: string, reason: string) =>
    rawPod(
      {},
      { containers: [{ name: 'app', resources: { requests: { cpu: asked, memory: '512Mi' } } }] },
      {
        conditions: [{ type: 'PodResizePending', status: 'True', reason }],
        containerStatuses: [{ name: 'app', allocatedResources: { cpu: '2', memory: '512Mi' } }],
      },
    );
  const read = (object: ReturnType<typeof rawPod>, cpuRequestCores: number) => {
    const containers = [containerSample({ cpuRequestCores })];
    const snapshot = snapshotOf(WINDOW, { pods: [{ ...POD, containers }] });
    return enrich(snapshot, inventoryOf([object], AT)).pods[0];
  };

  it('is what was granted after a refused resize, not what metrics show as asked', () => {
    expect(read(resized('40', 'Infeasible'), 40)?.containers[0]?.cpuRequestCores).toBe(2);
    expect(read(resized('4', 'Deferred'), 4)?.containers[0]?.cpuRequestCores).toBe(4);
  });

  it('is what metrics say of a window before the resize', () => {
    expect(read(resized('40', 'Infeasible'), 0.5)?.containers[0]?.cpuRequestCores).toBe(0.5);
  });

  it('holds requests and limits of the pod as a whole', () => {
    const resources = { requests: { cpu: '3' }, limits: { memory: '2Gi' } };
    const pod = read(rawPod({}, { resources, containers: [{ name: 'app' }] }), 0);
    expect(pod?.hold?.podLevel['cpu']).toBe(3);
    expect(pod?.containers[0]?.ramLimitBytes).toBe(2 ** 30);
  });
});
