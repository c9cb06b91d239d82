import { readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createCollector } from '../../src/collect/createCollector.ts';
import { readSpecFile } from '../../src/collect/specs/fileSource.ts';
import type { Inventory } from '../../src/collect/specs/inventory.ts';
import { createSpecSource } from '../../src/collect/specs/createSpecSource.ts';
import { workloadOfRecord } from '../../src/collect/specs/recordWorkload.ts';
import { configSchema, type Config } from '../../src/daemon/config/schema.ts';
import { nodeFacts } from '../../src/model/nodeFacts.ts';
import { MINUTE_MS } from '../../src/model/time.ts';
import type { ContainerSample, PodSample, Snapshot } from '../../src/model/snapshot.ts';
import { workloadKey } from '../../src/model/workload.ts';
import { ownershipOf } from '../../src/detect/owners/ownership.ts';
import { Kubectl } from '../support/apiServer/kubectl.ts';
import { startStatedCluster, type StatedCluster } from '../support/stated/statedCluster.ts';
import { STATED_WORKLOADS } from '../support/stated/statedObjects.ts';
import { lastMonday } from '../support/testCluster.ts';

const END = lastMonday();
const NOW = END + 3 * MINUTE_MS;
const KINDS =
  'pods,nodes,namespaces,deployments,replicasets,statefulsets,daemonsets,jobs,cronjobs,hpa,resourcequotas,limitranges,pdb,pvc,services,rollouts.argoproj.io,services.serving.knative.dev,serviceaccounts,roles,rolebindings,clusterroles,clusterrolebindings,networkpolicies,ingresses,validatingwebhookconfigurations,mutatingwebhookconfigurations,validatingadmissionpolicies,validatingadmissionpolicybindings';

let stock: StatedCluster;
let listed: StatedCluster;
beforeAll(async () => {
  stock = await startStatedCluster(END, 1);
  listed = await startStatedCluster(END, 1, { allowLists: true });
  await using kubectl = await Kubectl.for(stock.api, 'token-of-the-stated-cluster');
  const { stdout } = await kubectl.run(['get', KINDS, '-A', '-o', 'json']);
  writeFileSync(stock.specsFile, stdout);
  utimesSync(stock.specsFile, NOW / 1000, NOW / 1000);
});
afterAll(async () => {
  await stock[Symbol.asyncDispose]();
  await listed[Symbol.asyncDispose]();
});

const deps = {
  steady: () => 0,
  random: () => 0,
  sleep: async () => undefined,
  now: () => NOW,
  env: {},
};
const configOf = (cluster: StatedCluster, workloads: object): Config =>
  configSchema.parse({ prometheus: { url: cluster.prometheusUrl, attempts: 1 }, workloads });

/** The last window as a source shows it. */
async function observe(cluster: StatedCluster, workloads: object): Promise<Snapshot> {
  const collector = await createCollector(configOf(cluster, workloads), deps);
  try {
    const window = { start: END - 5 * MINUTE_MS, end: END };
    const expected = {};
    const [snapshot] = await collector.collect([window], expected, new AbortController().signal);
    return snapshot!;
  } finally {
    await collector.close();
  }
}

const SOURCES: Readonly<Record<string, () => Promise<Snapshot>>> = {
  'metrics alone': () => observe(stock, { source: 'prometheus' }),
  'metrics with allow-lists': () => observe(listed, { source: 'prometheus' }),
  file: () => observe(stock, { source: 'file', path: stock.specsFile }),
  'Kubernetes API': () => observe(stock, { source: 'auto', kubeconfig: stock.kubeconfig }),
};

const containers = ({ pods }: Snapshot): readonly ContainerSample[] =>
  pods.flatMap((pod) => pod.containers);
const every = <T>(list: readonly T[], holds: (one: T) => boolean): boolean =>
  list.length > 0 && list.every(holds);
const specOf = ({ pods }: Snapshot) => pods.map(({ spec }) => spec);
const isMiner = ({ workload }: PodSample): boolean => workload.name === 'warmer';
const owners = (snapshot: Snapshot) =>
  ownershipOf(snapshot, configOf(stock, {})).map(({ namespace, workload, owner, from }) => ({
    key: workloadKey(namespace, workload),
    owner,
    on: from?.on ?? null,
  }));

/** How a run shows that a source gives a feature of the table. */
const PROBES: Readonly<Record<string, (snapshot: Snapshot) => boolean>> = {
  'pods, requests, limits, usage and cost': (snapshot) =>
    every(
      containers(snapshot).filter(({ init }) => !init),
      (one) => one.cpuUsageCores !== null && one.cpuRequestCores !== null,
    ) && containers(snapshot).some(({ cpuLimitCores }) => cpuLimitCores === 1),
  'the workload of every pod': ({ pods }) =>
    every(pods, ({ workloadKnown }) => workloadKnown) &&
    [...new Set(pods.map((pod) => workloadKey(pod.namespace, pod.workload)))].sort().join() ===
      STATED_WORKLOADS.join(),
  images: (snapshot) => every(containers(snapshot), ({ image }) => image !== null),
  'sizes and storage classes of claims': ({ volumes }) =>
    every(volumes, ({ bytes, storageClass }) => bytes === 10 * 2 ** 30 && storageClass === 'gp3'),
  'owners named on namespaces and pods': (snapshot) =>
    owners(snapshot).some(({ owner }) => owner === 'team-shop') &&
    owners(snapshot).some(({ on }) => on === 'pod'),
  'owners named on workloads themselves': (snapshot) =>
    owners(snapshot).some(({ on }) => on === 'workload'),
  'instance type, region and capacity type of nodes': ({ nodes }) =>
    every(
      nodes.map((node) => nodeFacts(node)),
      ({ instanceType, region }) => instanceType === 'm5.2xlarge' && region === 'eu-central-1',
    ) && nodes.map((node) => nodeFacts(node)).some(({ capacityType }) => capacityType === 'spot'),
  'signatures in commands, arguments and environment': ({ pods }) =>
    pods.some(
      (pod) => isMiner(pod) && pod.spec?.containers[0]?.args.includes('--donate-level') === true,
    ),
  'security settings of containers': (snapshot) => every(specOf(snapshot), (spec) => spec !== null),
  autoscalers: ({ objects }) => objects?.autoscalers.length === 1,
  'quotas and limit ranges': ({ objects }) =>
    objects?.quotas.length === 1 && objects.limitRanges.length === 1,
  'disruption budgets': ({ objects }) => objects?.disruptionBudgets.length === 1,
  'review of access (roles, bindings, service accounts)': ({ objects }) =>
    objects?.roles.length === 2 &&
    objects.roleBindings.length === 2 &&
    objects.serviceAccounts.length === 1,
  'review of the network (NetworkPolicies, Ingresses, Services)': ({ objects }) =>
    objects?.networkPolicies.length === 1 && objects.ingresses.length === 1,
  'review of admission (webhooks, admission policies)': ({ objects }) =>
    objects?.webhooks.length === 2 &&
    objects.admissionPolicies.length === 1 &&
    objects.admissionBindings.length === 1,
  'desired replicas': ({ objects }) =>
    objects?.workloads.find(({ workload }) => workload.name === 'web')?.replicas === 2,
  'changes of the command line': (snapshot) =>
    every(specOf(snapshot), (spec) =>
      every(spec?.containers ?? [], ({ commandHash }) => commandHash !== undefined),
    ),
};

function sorted<T>(map: ReadonlyMap<string, T>): Map<string, T> {
  return new Map([...map].sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** The table of the documentation: feature → source → yes or no. */
function documentedTable(): ReadonlyMap<string, Readonly<Record<string, string>>> {
  const text = readFileSync(resolve(import.meta.dirname, '../../docs/workload-sources.md'), 'utf8');
  const rows = text
    .split('\n')
    .filter((line) => line.startsWith('| '))
    .map((line) =>
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
  const head = rows.findIndex(([first]) => first === 'feature');
  const [, ...sources] = rows[head]!;
  return new Map(
    rows
      .slice(head + 2)
      .map(([feature = '', ...cells]) => [
        feature,
        Object.fromEntries(sources.map((source, index) => [source, cells[index] ?? ''])),
      ]),
  );
}

describe('what each source gives', () => {
  it('is what the table of the documentation says, cell by cell', async () => {
    const table = documentedTable();
    expect([...table.keys()]).toEqual(Object.keys(PROBES));
    for (const [source, observeIt] of Object.entries(SOURCES)) {
      const snapshot = await observeIt();
      const found = Object.entries(PROBES).map(([feature, probe]) => [
        feature,
        probe(snapshot) ? 'yes' : 'no',
      ]);
      expect([source, found]).toEqual([
        source,
        [...table].map(([feature, cells]) => [feature, cells[source]]),
      ]);
    }
  });

  it('shows the same pods, nodes and amounts, whatever the source', async () => {
    const amounts = (snapshot: Snapshot) => ({
      pods: snapshot.pods.map(
        ({ spec: _spec, labels: _labels, annotations: _annotations, ...pod }) => pod,
      ),
      nodes: snapshot.nodes.map(({ labels: _labels, ...node }) => node),
      volumes: snapshot.volumes,
      coverage: snapshot.coverage,
      complete: snapshot.complete,
    });
    const [first, ...others] = await Promise.all(Object.values(SOURCES).map((one) => one()));
    expect(first!.complete).toBe(true);
    for (const other of others) expect(amounts(other)).toEqual(amounts(first!));
  });
});

describe('a static cluster', () => {
  it('is the same to the API and to a file that kubectl wrote', async () => {
    const source = createSpecSource(
      configOf(stock, { source: 'kubernetes', kubeconfig: stock.kubeconfig }),
      deps,
    )!;
    const fromApi = await source.read(NOW, new AbortController().signal);
    const fromFile = await readSpecFile(stock.specsFile, NOW);
    const comparable = ({ pods, namespaces, owners, workloads, objects }: Inventory) => ({
      pods: sorted(pods),
      namespaces,
      owners: sorted(owners),
      workloads: sorted(workloads),
      objects: { ...objects, missing: [] },
    });
    expect(comparable(fromFile)).toEqual(comparable(fromApi));
    expect(fromApi.problems).toEqual([]);
    expect(fromFile.problems).toEqual([]);
  });

  it('is told alike by metrics alone and by specifications, in every field that both have', async () => {
    const snapshot = await SOURCES['metrics alone']!();
    const inventory = await readSpecFile(stock.specsFile, NOW);
    expect(snapshot.pods.map(({ uid }) => uid).sort()).toEqual([...inventory.pods.keys()].sort());
    for (const pod of snapshot.pods) {
      const record = inventory.pods.get(pod.uid)!;
      expect(workloadOfRecord(record, inventory.owners)).toEqual({
        workload: pod.workload,
        known: true,
      });
      const { namespace, name, node, createdAt, phase } = record;
      expect({ namespace, name, node, createdAt, phase }).toEqual({
        namespace: pod.namespace,
        name: pod.name,
        node: pod.node,
        createdAt: pod.createdAt,
        phase: pod.phase,
      });
      expect(record.spec.hostNetwork).toBe(pod.hostNetwork);
      const told = new Map(record.containers.map((container) => [container.name, container]));
      expect([...told.keys()].sort()).toEqual(pod.containers.map((container) => container.name));
      for (const container of pod.containers) {
        const { image, role, requests, limits } = told.get(container.name)!;
        expect([image, role === 'init', requests['cpu'] ?? 0, requests['memory'] ?? 0]).toEqual([
          container.image,
          container.init,
          container.cpuRequestCores,
          container.ramRequestBytes,
        ]);
        expect([limits['cpu'] ?? null, limits['memory'] ?? null]).toEqual([
          container.cpuLimitCores,
          container.ramLimitBytes,
        ]);
      }
    }
    const { autoscalers, quotas, limitRanges } = inventory.objects;
    expect(snapshot.objects).toMatchObject({ autoscalers, quotas, limitRanges });
    for (const node of snapshot.nodes) {
      const object = inventory.objects.nodes.find(({ name }) => name === node.name);
      expect(object).toMatchObject({
        cpuCores: node.cpuCores,
        ramBytes: node.ramBytes,
        providerId: node.providerId,
        allocatableCpuCores: node.allocatableCpuCores,
        allocatableRamBytes: node.allocatableRamBytes,
      });
    }
  });
});
