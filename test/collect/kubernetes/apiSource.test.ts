import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createApiSource } from '../../../src/collect/specs/apiSource.ts';
import type { Inventory, SpecSource } from '../../../src/collect/specs/inventory.ts';
import { InventoryBuilder } from '../../../src/collect/specs/inventoryBuilder.ts';
import {
  RESOURCES,
  resourceOf,
  type ResourceKind,
} from '../../../src/collect/kubernetes/resources.ts';
import { createSpecSource } from '../../../src/collect/specs/createSpecSource.ts';
import { plantedCluster } from '../../support/posture/plantedCluster.ts';
import { rawObject, rawPod } from '../../support/specs.ts';
import { configSchema } from '../../../src/daemon/config/schema.ts';
import { HOUR_MS, MINUTE_MS } from '../../../src/model/time.ts';
import { ApiServer } from '../../support/apiServer/apiServer.ts';
import type { ApiObject } from '../../support/apiServer/objectStore.ts';
import { CUSTOM_RESOURCES, STANDARD_RESOURCES } from '../../support/apiServer/resources.ts';
import { ApiStatus, expired } from '../../support/apiServer/status.ts';

const AT = Date.parse('2026-11-24T12:00:00Z');
const TOKEN = 'canary-token-of-burnwatch';
let server: ApiServer;
let folder: string;
let kubeconfig: string;
let slept: number[];
beforeEach(async () => {
  slept = [];
  folder = await mkdtemp(join(tmpdir(), 'burnwatch-api-'));
  kubeconfig = join(folder, 'kubeconfig');
  server = await ApiServer.start({ tls: true, tokens: { [TOKEN]: 'burnwatch' } });
  put(
    rawPod(),
    rawPod({ name: 'b', namespace: 'blog', uid: 'b' }),
    rawObject('v1', 'Namespace', { name: 'shop', labels: { team: 'shop' } }),
    rawObject('v1', 'Node', { name: 'node-1' }),
    rawObject('apps/v1', 'Deployment', { name: 'web', namespace: 'shop' }),
    rawObject('apps/v1', 'ReplicaSet', {
      name: 'web-6d4cf56db6',
      namespace: 'shop',
      ownerReferences: [{ kind: 'Deployment', name: 'web', controller: true }],
    }),
  );
  await writeFile(kubeconfig, server.kubeconfig(TOKEN));
});
afterEach(async () => {
  await server[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

function put(...objects: readonly object[]): void {
  server.put(...(objects as ApiObject[]));
}

function sourceOf(workloads: object = {}, env = {}): SpecSource {
  const config = configSchema.parse({
    workloads: { source: 'kubernetes', kubeconfig, ...workloads },
  });
  const deps = {
    env,
    random: () => 0,
    sleep: async (ms: number) => void slept.push(ms),
  };
  const source = createSpecSource(config, deps);
  if (source === null) throw new Error('the configuration asks for metrics alone');
  return source;
}

const read = (source = sourceOf(), now = AT): Promise<Inventory> =>
  source.read(now, new AbortController().signal);
const texts = ({ problems }: Inventory) => problems.map(({ code, text }) => `${code} ${text}`);
const status = (code: number, reason: string, headers = {}) =>
  new ApiStatus(code, reason, `${reason} of the stand-in`, { headers });

describe('the Kubernetes API as a source of specifications', () => {
  it('skips items that cannot be read, counts and names them', async () => {
    const inventory = new InventoryBuilder();
    const resource = resourceOf('v1', 'Pod') as ResourceKind;
    const items: readonly unknown[] = [null, { metadata: {} }, 'odd', { metadata: null }, rawPod()];
    for (const item of items) inventory.addItem(resource, 'v1', item);
    const whole = new InventoryBuilder();
    whole.absorb(inventory);
    expect(whole.pods.size).toBe(1);
    expect(whole.skippedItems('kube.example')).toMatchObject([
      { code: 'bad-item', subject: 'pods', text: expect.stringMatching(/kube.example listed 4/) },
    ]);
  });

  it('reads everything with a token over TLS, owner chains from metadata alone', async () => {
    const inventory = await read();
    expect(texts(inventory)).toEqual([]);
    expect(inventory.pods.size).toBe(2);
    expect(inventory.owners.get('shop/ReplicaSet/web-6d4cf56db6')).toEqual({
      kind: 'Deployment',
      name: 'web',
    });
    expect(inventory.workloads.has('shop/Deployment/web')).toBe(true);
    expect(inventory.namespaces.get('shop')?.labels).toEqual({ team: 'shop' });
    expect(inventory.objects.missing).toEqual([]);
    const replicaSets = server.requests.find(({ path }) => path.endsWith('/replicasets'));
    expect(replicaSets?.accept).toContain('PartialObjectMetadataList');
    expect(new Set(server.requests.map(({ method }) => method))).toEqual(new Set(['GET']));
  });

  it('lists once for all who ask at the same time', async () => {
    const source = sourceOf();
    const [one, other] = await Promise.all([read(source), read(source, AT + 1)]);
    expect(other).toBe(one);
    expect(server.requests.filter(({ path }) => path.endsWith('/pods'))).toHaveLength(1);
    const next = await read(source, AT + 10 * MINUTE_MS);
    expect(next.pods.size).toBe(2);
    expect(server.requests.filter(({ path }) => path.endsWith('/pods'))).toHaveLength(2);
  });

  it('reads large lists page by page, and one whose token expired from the start', async () => {
    put(
      ...Array.from({ length: 1_100 }, (_, index) =>
        rawPod({ name: `p-${index}`, uid: `u-${index}` }),
      ),
    );
    expect((await read()).pods.size).toBe(1_102);
    const pages = server.requests.filter(({ path }) => path === '/api/v1/pods');
    expect(pages).toHaveLength(5);
    const source = sourceOf();
    server.faults.push({ path: '/api/v1/pods', status: expired(), times: 1 });
    expect((await read(source)).pods.size).toBe(1_102);
  });

  it('reads a list in one piece when its tokens expire again and again', async () => {
    put(
      ...Array.from({ length: 1_100 }, (_, index) =>
        rawPod({ name: `p-${index}`, uid: `u-${index}` }),
      ),
    );
    server.expiresLists = true;
    const inventory = await read();
    expect(inventory.pods.size).toBe(1_102);
    expect(texts(inventory)).toEqual([]);
  });

  it('lacks only what depends on a resource that it may not list, and names it', async () => {
    server.denials.push(
      { resource: 'nodes' },
      { resource: 'horizontalpodautoscalers.autoscaling' },
    );
    const inventory = await read();
    expect(inventory.pods.size).toBe(2);
    expect(inventory.objects.missing).toEqual(['nodes', 'horizontalpodautoscalers.autoscaling']);
    expect(texts(inventory)).toEqual([
      expect.stringMatching(
        /^resource-absent the Kubernetes API at 127.0.0.1:\d+ does not let nodes be listed \(nodes is forbidden: User "burnwatch" cannot list resource "nodes" in API group "" at the cluster scope\), and without them instance type, region .*; grant "list" on nodes to Burnwatch$/,
      ),
      expect.stringContaining(
        'recommendations know of autoscalers only what kube-state-metrics tells',
      ),
    ]);
  });

  it('needs no more than one namespace in namespaced mode', async () => {
    server.denials.push({ verb: 'list', unlessIn: ['shop'] });
    const inventory = await read(sourceOf({ namespaces: ['shop'] }));
    expect([...inventory.pods.values()].map(({ namespace }) => namespace)).toEqual(['shop']);
    expect(inventory.namespaces.get('shop')?.labels).toEqual({ team: 'shop' });
    expect(inventory.objects.missing).toEqual([
      'nodes',
      'clusterroles.rbac.authorization.k8s.io',
      'clusterrolebindings.rbac.authorization.k8s.io',
      'validatingwebhookconfigurations.admissionregistration.k8s.io',
      'mutatingwebhookconfigurations.admissionregistration.k8s.io',
      'validatingadmissionpolicies.admissionregistration.k8s.io',
      'validatingadmissionpolicybindings.admissionregistration.k8s.io',
    ]);
    expect(texts(inventory)).toHaveLength(1);
  });

  it('lists what only the review reads once an hour, and says which of it is refused', async () => {
    const source = sourceOf();
    const lists = () => server.requests.filter(({ path }) => path.includes('/clusterroles')).length;
    server.denials.push({ verb: 'list', resource: 'networkpolicies.networking.k8s.io' });
    const first = await read(source);
    expect(first.objects.missing).toEqual(['networkpolicies.networking.k8s.io']);
    expect(texts(first)).toEqual([
      expect.stringMatching(
        /let networkpolicies.*posture cannot say what the network lets through/,
      ),
    ]);
    for (const minutes of [5, 30, 55]) await read(source, AT + minutes * MINUTE_MS);
    expect(lists()).toBe(1);
    await read(source, AT + HOUR_MS);
    expect(lists()).toBe(2);
    const off = await read(sourceOf({ clusterReview: false }));
    expect(lists()).toBe(2);
    expect(off.objects.missing).toContain('serviceaccounts');
    expect(texts(off)).toEqual([]);
  });

  it('reads the review of 3,000 objects by one paginated LIST a kind and hour', async () => {
    const objects = plantedCluster(3_000);
    put(...objects);
    const source = sourceOf();
    const before = server.requests.length;
    for (let window = 0; window < 12; window += 1) await read(source, AT + window * 5 * MINUTE_MS);
    const asked = server.requests.slice(before).map(({ path }) => path);
    for (const { resource, group, kind, isReviewed = false } of RESOURCES) {
      if (!isReviewed) continue;
      const path = new RegExp(`^/(?:api|apis/${group})/v1/${resource}$`);
      const count = new Set(
        objects
          .filter((one) => one.kind === kind)
          .map(({ metadata }) => `${metadata?.namespace}/${metadata?.name}`),
      ).size;
      const pages = Math.max(1, Math.ceil(count / 250));
      expect([resource, asked.filter((one) => path.test(one)).length]).toEqual([resource, pages]);
    }
  });

  it('reads custom resources where there are any, in the version that is served', async () => {
    await server[Symbol.asyncDispose]();
    server = await ApiServer.start({
      resources: [
        ...STANDARD_RESOURCES.filter(({ kind }) => kind !== 'HorizontalPodAutoscaler'),
        ...CUSTOM_RESOURCES,
        {
          group: 'autoscaling',
          version: 'v1',
          plural: 'horizontalpodautoscalers',
          kind: 'HorizontalPodAutoscaler',
          namespaced: true,
        },
      ],
    });
    await writeFile(kubeconfig, server.kubeconfig(null));
    const target = { kind: 'Rollout', name: 'canary' };
    put(
      rawPod(),
      rawObject(
        'argoproj.io/v1alpha1',
        'Rollout',
        { name: 'canary', namespace: 'shop' },
        { spec: { replicas: 4 } },
      ),
      rawObject('serving.knative.dev/v1', 'Service', { name: 'fn', namespace: 'shop' }),
      rawObject(
        'autoscaling/v1',
        'HorizontalPodAutoscaler',
        { name: 'h', namespace: 'shop' },
        {
          spec: { scaleTargetRef: target, maxReplicas: 9, targetCPUUtilizationPercentage: 70 },
        },
      ),
    );
    const source = sourceOf();
    const { workloads, objects } = await read(source);
    expect(workloads.get('shop/Rollout/canary')?.replicas).toBe(4);
    expect(workloads.has('shop/KnativeService/fn')).toBe(true);
    expect(objects.autoscalers[0]).toMatchObject({
      target,
      targets: [{ resource: 'cpu', container: null, percent: 70 }],
      minReplicas: 1,
    });
    expect(objects.missing).toEqual([]);
  });

  it('waits as long as the server asks, within reason, and then goes on', async () => {
    const busy = status(429, 'TooManyRequests', { 'retry-after': '2' });
    server.faults.push({ path: '/api/v1/pods', status: busy, times: 1 });
    expect((await read()).pods.size).toBe(2);
    expect(slept).toEqual([2_000]);
    server.faults.push({
      path: '/nodes',
      status: status(429, 'TooManyRequests', { 'retry-after': '900' }),
    });
    const inventory = await read();
    expect(slept).toEqual([2_000]);
    expect(texts(inventory)[0]).toContain('nodes could not be listed');
  });

  it('keeps what a resource gave last while it fails, and says since when', async () => {
    const source = sourceOf();
    await read(source);
    server.faults.push({ path: '/nodes', status: status(503, 'ServiceUnavailable') });
    const after = await read(source, AT + 10 * MINUTE_MS);
    expect(after.objects.nodes).toHaveLength(1);
    expect(after.objects.missing).toEqual([]);
    expect(texts(after)[0]).toMatch(
      /503: ServiceUnavailable of the stand-in.*what was read at 2026-11-24T12:00:00Z still stands/,
    );
    const late = await read(source, AT + 4 * HOUR_MS);
    expect(late.objects.missing).toEqual(['nodes']);
  });

  it('says nothing of refusals right after a restart of the API server, until they last', async () => {
    const source = sourceOf();
    await read(source);
    server.denials.push({ resource: 'nodes' }, { resource: 'namespaces' });
    for (const minutes of [5, 10, 14]) {
      const after = await read(source, AT + minutes * MINUTE_MS);
      expect(texts(after)).toEqual([]);
      expect(after.objects.missing).toEqual([]);
      expect(after.objects.nodes).toHaveLength(1);
    }
    server.denials.pop();
    const lasting = await read(source, AT + 20 * MINUTE_MS);
    expect(texts(lasting)).toEqual([expect.stringContaining('does not let nodes be listed')]);
    expect(lasting.objects.missing).toEqual(['nodes']);
    server.denials.pop();
    expect(texts(await read(source, AT + 25 * MINUTE_MS))).toEqual([]);
  });

  it('takes a replaced token into use, and says when one is no longer accepted', async () => {
    const source = sourceOf();
    server.tokens.delete(TOKEN);
    server.tokens.set('of-somebody-else', 'other');
    const refused = await read(source);
    expect(texts(refused)).toEqual([
      expect.stringMatching(
        /^source-unavailable the Kubernetes API at \S+: it does not accept the credentials of user "tester" of \S+ \(401: Unauthorized\); they may have expired/,
      ),
    ]);
    expect(refused.objects.missing.length).toBeGreaterThan(10);
    expect(JSON.stringify(refused.problems)).not.toContain(TOKEN);
    server.tokens.set('the-next-token', 'burnwatch');
    await writeFile(kubeconfig, server.kubeconfig('the-next-token'));
    expect((await read(source, AT + 10 * MINUTE_MS)).pods.size).toBe(2);
  });

  it('remembers pods that have gone, while their windows may still be asked', async () => {
    const source = sourceOf();
    await read(source);
    server.remove('Pod', 'blog', 'b');
    expect((await read(source, AT + 10 * MINUTE_MS)).pods.has('b')).toBe(true);
    expect((await read(source, AT + 4 * HOUR_MS)).pods.has('b')).toBe(false);
  });

  it('lists once for many batches of a catch-up', async () => {
    const source = sourceOf();
    await read(source);
    const { length } = server.requests;
    await read(source, AT + MINUTE_MS);
    expect(server.requests).toHaveLength(length);
  });

  it('says what is wrong with an address, a context and a kubeconfig', async () => {
    server.faults.push({ path: '/', body: '<html>log in</html>' });
    expect(texts(await read())[0]).toContain('is this the address of a Kubernetes API server?');
    const context = texts(await read(sourceOf({ context: 'prod' })));
    expect(context).toEqual([
      expect.stringContaining(`workloads.context prod is not in ${kubeconfig}, which has test`),
    ]);
    const none = texts(await read(sourceOf({ kubeconfig: join(folder, 'none') })));
    expect(none[0]).toContain(`${join(folder, 'none')} does not exist: set workloads.kubeconfig`);
    await server[Symbol.asyncDispose]();
    expect(texts(await read())).toEqual([
      expect.stringContaining('it cannot be reached (ECONNREFUSED)'),
    ]);
  });

  it('sends no token over plain HTTP', async () => {
    await using plain = await ApiServer.start();
    await writeFile(kubeconfig, plain.kubeconfig(TOKEN));
    const inventory = await read();
    expect(texts(inventory)).toEqual([]);
    expect(plain.requests.length).toBeGreaterThan(10);
    expect(plain.authorizations).toEqual(new Set([undefined]));
  });

  it('waits for nobody for ever, and takes what came in time', async () => {
    const { workloads } = configSchema.parse({ workloads: { kubeconfig } });
    const deps = { random: () => 0, sleep: async () => undefined };
    const limited = (requestMs: number, togetherMs: number) =>
      createApiSource(workloads, { env: {} }, deps, { requestMs, togetherMs });
    // Only what hangs may run into the limits: the other lists come well within them on a busy machine, too.
    server.faults.push({ path: '/nodes', hang: true });
    const slow = await read(limited(2_000, 600_000));
    expect(slow.pods.size).toBe(2);
    expect(texts(slow)).toEqual([expect.stringContaining('it did not answer within 2 s')]);
    const late = await read(limited(600_000, 5_000));
    expect(late.pods.size).toBe(2);
    expect(texts(late)).toEqual([expect.stringContaining('took longer than 5 s')]);
    server.faults.push({ path: '/pods', hang: true });
    const silent = await read(limited(2_000, 600_000));
    expect(texts(silent)).toEqual([expect.stringMatching(/^source-unavailable .*within 2 s/)]);
    const stop = AbortSignal.abort(new Error('stopped'));
    await expect(limited(2_000, 5_000).read(AT, stop)).rejects.toThrow('stopped');
  });

  it('logs in with the service account inside of a cluster, and with its next token', async () => {
    const secrets = join(folder, 'var/run/secrets/kubernetes.io/serviceaccount');
    await mkdir(secrets, { recursive: true });
    await writeFile(join(secrets, 'ca.crt'), server.certificate?.cert ?? '');
    await writeFile(join(secrets, 'token'), `${TOKEN}\n`);
    const { hostname, port } = new URL(server.url);
    const env = { KUBERNETES_SERVICE_HOST: hostname, KUBERNETES_SERVICE_PORT: port };
    for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value);
    try {
      const deps = { env, root: folder, random: () => 0, sleep: async () => undefined };
      const source = createSpecSource(configSchema.parse({}), deps)!;
      expect((await read(source)).pods.size).toBe(2);
      server.tokens.set('rotated', 'burnwatch');
      server.tokens.delete(TOKEN);
      await writeFile(join(secrets, 'token'), 'rotated');
      expect(texts(await read(source, AT + 10 * MINUTE_MS))).toEqual([]);
    } finally {
      vi.unstubAllEnvs();
    }
  });

  it('auto asks nobody where no API is at hand', () => {
    const config = (workloads: object) => configSchema.parse({ workloads });
    const deps = { env: { HOME: folder }, random: () => 0, sleep: async () => undefined };
    expect(createSpecSource(config({}), deps)).toBeNull();
    expect(createSpecSource(config({ source: 'prometheus' }), deps)).toBeNull();
    expect(createSpecSource(config({ kubeconfig }), deps)).not.toBeNull();
    expect(
      createSpecSource(config({}), { ...deps, env: { KUBECONFIG: kubeconfig } }),
    ).not.toBeNull();
  });
});
