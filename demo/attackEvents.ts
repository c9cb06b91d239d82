import { SIGNAL_ROUTES } from '../src/collect/signals/readers.ts';
import { openHistoryWriter, openSignalStore } from '../src/engines/openHistory.ts';
import { formatTime, MINUTE_MS, SECOND_MS, type TimeMs } from '../src/model/time.ts';
import type { LoadedConfig } from '../src/daemon/config/load.ts';
import type { DemoCluster } from './cluster/cluster.ts';
import { ATTACKED, attackTime } from './cluster/workloads/hidden.ts';

/** A body as a tool posts it to `/ingest/ROUTE`. */
interface Sent {
  readonly route: string;
  readonly at: TimeMs;
  readonly body: unknown;
}

const THIEF = {
  user: { username: 'system:serviceaccount:ci:deployer', groups: ['system:serviceaccounts'] },
  sourceIPs: ['203.0.113.66'],
  userAgent: 'kubectl/v1.34.4 (linux/amd64) kubernetes/1234567',
};

/** What the API server's audit log, Falco and Tetragon say of the attack: a token, an exec, a miner, its pool. */
function attackEvents(cluster: DemoCluster): readonly Sent[] {
  const mining = attackTime(cluster.scenario);
  const { namespace, name } = ATTACKED;
  const pod = cluster
    .pods({ start: mining, end: mining + MINUTE_MS })
    .find(({ workload }) => workload.namespace === namespace && workload.name === name);
  if (pod === undefined) throw new Error(`the made-up cluster has no pod of ${namespace}/${name}`);
  const audit = (auditID: string, at: TimeMs, change: object): Sent => ({
    route: 'audit',
    at,
    body: {
      kind: 'EventList',
      apiVersion: 'audit.k8s.io/v1',
      items: [
        {
          level: 'Metadata',
          auditID,
          stage: 'ResponseComplete',
          verb: 'create',
          ...THIEF,
          requestReceivedTimestamp: formatTime(at),
          stageTimestamp: formatTime(at),
          ...change,
        },
      ],
    },
  });
  const at = {
    token: mining - 21 * MINUTE_MS,
    exec: mining - 2 * MINUTE_MS,
    miner: mining + 4 * SECOND_MS,
    pool: mining + 6 * SECOND_MS,
  };
  const path = `/api/v1/namespaces/${namespace}`;
  const binary = '/tmp/.cache/xmrig';
  return [
    audit('0d6f2b30-0000-4000-8000-000000000001', at.token, {
      requestURI: `${path}/serviceaccounts/default/token`,
      objectRef: { resource: 'serviceaccounts', subresource: 'token', namespace, name: 'default' },
      responseStatus: { code: 201 },
    }),
    audit('0d6f2b30-0000-4000-8000-000000000002', at.exec, {
      requestURI: `${path}/pods/${pod.name}/exec?command=sh&container=server&stdin=true&tty=true`,
      objectRef: { resource: 'pods', subresource: 'exec', namespace, name: pod.name },
      responseStatus: { code: 101 },
    }),
    {
      route: 'falco',
      at: at.miner,
      body: {
        uuid: '0d6f2b30-0000-4000-8000-000000000003',
        output: `Possible miner running | process=xmrig parent=sh`,
        priority: 'Critical',
        rule: 'Detect crypto miners using the Stratum protocol',
        time: formatTime(at.miner),
        source: 'syscall',
        output_fields: {
          'container.name': 'server',
          'k8s.ns.name': namespace,
          'k8s.pod.name': pod.name,
          'proc.cmdline': `${binary} -o stratum+tcp://pool.example:3333`,
          'proc.name': 'xmrig',
          'proc.pname': 'sh',
        },
        tags: ['container', 'mitre_impact', 'process', 'T1496'],
      },
    },
    {
      route: 'ocsf',
      at: at.pool,
      body: {
        process_kprobe: {
          process: {
            exec_id: 'ZGVtbw==',
            binary,
            pod: {
              namespace,
              name: pod.name,
              uid: pod.uid,
              workload: name,
              workload_kind: 'Deployment',
            },
          },
          policy_name: 'connect',
          function_name: 'tcp_connect',
          args: [{ sock_arg: { family: 'AF_INET', daddr: '198.51.100.23', dport: 3333 } }],
          action: 'KPROBE_ACTION_POST',
        },
        node_name: pod.node.name,
        time: formatTime(at.pool),
      },
    },
  ];
}

/**
 * Puts the events into a history that is still empty, read as `/ingest/*` reads them: each is then taken up by the window
 * that it happened in.
 */
export async function sendAttack(
  cluster: DemoCluster,
  { config }: LoadedConfig,
  now: () => TimeMs,
): Promise<void> {
  const { path } = config.history;
  const windowMs = config.schedule.window;
  // The writer makes the history.
  const writer = await openHistoryWriter({
    path,
    command: 'demo',
    clock: now,
    cluster: config.cluster,
    currency: config.pricing.currency,
    windowMs,
  });
  await writer.close();
  const store = await openSignalStore(path);
  try {
    for (const { route, at, body } of attackEvents(cluster)) {
      const signals = SIGNAL_ROUTES[route]!.read(body, { now: at + MINUTE_MS, windowMs });
      await store.append({ signals, digest: `demo-${route}-${at}`, at });
    }
  } finally {
    await store.close();
  }
}
