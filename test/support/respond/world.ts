import type { Finding } from '../../../src/model/finding.ts';
import { ApiServer } from '../apiServer/apiServer.ts';
import type { ApiObject } from '../apiServer/objectStore.ts';
import { INSTALL_RESOURCES, STANDARD_RESOURCES } from '../apiServer/resources.ts';
import { aFinding } from '../notify/findings.ts';

const CREATED = '2026-11-20T06:00:00Z';

/** A namespace `shop` with a suspect of every kind, beside honest workloads, on two nodes. */
export async function startWorld(): Promise<ApiServer> {
  const server = await ApiServer.start({
    tls: true,
    tokens: { secret: 'burnwatch' },
    resources: [...STANDARD_RESOURCES, ...INSTALL_RESOURCES],
  });
  server.put(
    node('node-a'),
    node('node-b'),
    ...deployment('miner', 2),
    ...deployment('web', 1),
    pod('runner', { app: 'runner' }, null),
    ...cronJob('nightly'),
    pod('bootstrap', { app: 'static' }, null, { 'kubernetes.io/config.mirror': 'x' }),
  );
  return server;
}

function node(name: string): ApiObject {
  const metadata = { name, labels: { 'kubernetes.io/hostname': name } };
  return { kind: 'Node', metadata, spec: {}, status: { conditions: [] } };
}

function deployment(name: string, replicas: number): readonly ApiObject[] {
  const selector = { matchLabels: { app: name } };
  const template = { metadata: { labels: { app: name } }, spec: podSpec() };
  const set = { ...meta(`${name}-6f`, { app: name }), ...ownedBy('Deployment', name) };
  return [
    {
      kind: 'Deployment',
      metadata: meta(name, {}),
      spec: { replicas, selector, template },
      status: { replicas },
    },
    { kind: 'ReplicaSet', metadata: set, spec: { replicas, selector, template } },
    ...Array.from({ length: replicas }, (_, index) =>
      pod(`${name}-6f-${index}`, { app: name }, ownedBy('ReplicaSet', `${name}-6f`)),
    ),
  ];
}

function cronJob(name: string): readonly ApiObject[] {
  const template = { spec: podSpec() };
  const jobTemplate = { spec: { template } };
  const spec = { schedule: '0 3 * * *', suspend: false, jobTemplate };
  const job = { ...meta(`${name}-1`, {}), ...ownedBy('CronJob', name) };
  return [
    { kind: 'CronJob', metadata: meta(name, {}), spec },
    { kind: 'Job', metadata: job, spec: { template } },
    pod(`${name}-1-x`, { 'job-name': `${name}-1` }, ownedBy('Job', `${name}-1`)),
  ];
}

/** A pod of `shop` on node-a, as the API server would show it. */
export function pod(
  name: string,
  labels: Readonly<Record<string, string>>,
  owner: object | null,
  annotations: Readonly<Record<string, string>> = {},
): ApiObject {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { ...meta(name, { ...labels }), annotations: { ...annotations }, ...owner },
    spec: { nodeName: 'node-a', ...podSpec() },
    status: { phase: 'Running', podIPs: [{ ip: '10.0.0.7' }], hostIP: '192.0.2.1' },
  };
}

function podSpec() {
  return { containers: [{ name: 'app', image: 'registry.example.com/app:1' }] };
}

function meta(name: string, labels: Record<string, string>) {
  return { name, namespace: 'shop', uid: `uid-${name}`, labels, creationTimestamp: CREATED };
}

function ownedBy(kind: string, name: string) {
  return { ownerReferences: [{ kind, name, uid: `uid-${name}`, controller: true }] };
}

/** A critical finding about a workload of `shop`. */
export function suspect(
  kind: string,
  name: string,
  pods: readonly string[],
  more: Partial<Finding> = {},
): Finding {
  const scope = { namespace: 'shop', workload: { kind, name }, container: 'app', subject: null };
  return { ...aFinding({ scope }), cluster: 'test', pods, ...more };
}

/** The suspects of the world, each with its pods. */
export const MINER = suspect('Deployment', 'miner', ['miner-6f-0', 'miner-6f-1']);
export const RUNNER = suspect('Pod', 'runner', ['runner']);
export const NIGHTLY = suspect('CronJob', 'nightly', ['nightly-1-x']);
