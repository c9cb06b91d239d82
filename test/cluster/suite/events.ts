import { ATTACK_NAMESPACE, KINDS_NAMESPACE } from './workloads.ts';
import { kubectl, restart, startKubectl, type Target } from './target.ts';

/** A third of a core or so. */
const MINER_SCRIPT = 'while :; do i=0; while [ $i -lt 250000 ]; do i=$((i+1)); done; sleep 1; done';

/** Something that happens once in a run. */
export interface ClusterEvent {
  readonly name: string;
  /** When, as a share of the run. */
  readonly at: number;
  run(): Promise<void>;
}

/** What happens to workloads and to the cluster while Burnwatch watches. */
export function clusterEvents(target: Target): ClusterEvent[] {
  const inKinds = ['--namespace', KINDS_NAMESPACE];
  const inAttack = ['--namespace', ATTACK_NAMESPACE];
  const of = (args: readonly string[], input?: string): Promise<void> =>
    kubectl(target, args, input).then(() => undefined);
  const events: ClusterEvent[] = [
    {
      name: 'a miner starts by exec in an idle pod',
      at: 0.2,
      run: () => {
        startKubectl(target, [
          'exec',
          ...inAttack,
          'idle-with-exec',
          '--',
          'sh',
          '-c',
          MINER_SCRIPT,
        ]);
        return Promise.resolve();
      },
    },
    {
      name: 'a miner starts in an ephemeral container',
      at: 0.2,
      run: async () => {
        startKubectl(target, [
          'debug',
          ...inAttack,
          'idle-with-ephemeral',
          `--image=${target.image}`,
          '--container=debugger',
          '--',
          'sh',
          '-c',
          MINER_SCRIPT,
        ]);
      },
    },
    {
      name: 'a pod is resized in place',
      at: 0.3,
      run: () =>
        of([
          'patch',
          'pod',
          ...inKinds,
          'resized',
          '--subresource=resize',
          '--patch',
          JSON.stringify({
            spec: { containers: [{ name: 'hold', resources: { requests: { cpu: '60m' } } }] },
          }),
        ]),
    },
    {
      name: 'a pod is evicted, as a drain does',
      at: 0.55,
      run: async () => {
        const name = await kubectl(target, [
          'get',
          'pods',
          ...inKinds,
          '--selector=app=evicted',
          '--output=jsonpath={.items[0].metadata.name}',
        ]);
        const eviction = {
          apiVersion: 'policy/v1',
          kind: 'Eviction',
          metadata: { name, namespace: KINDS_NAMESPACE },
        };
        const path = `/api/v1/namespaces/${KINDS_NAMESPACE}/pods/${name}/eviction`;
        await of(['create', `--raw=${path}`, '--filename=-'], JSON.stringify(eviction));
      },
    },
    {
      name: 'a pod of the same name again',
      at: 0.65,
      run: async () => {
        const pod = JSON.parse(
          await kubectl(target, ['get', 'pod', ...inKinds, 'again', '--output=json']),
        ) as { spec: Record<string, unknown>; metadata: object };
        await of(['delete', 'pod', ...inKinds, 'again', '--wait']);
        delete pod.spec['nodeName'];
        const again = {
          apiVersion: 'v1',
          kind: 'Pod',
          metadata: { name: 'again', namespace: KINDS_NAMESPACE },
          spec: pod.spec,
        };
        await of(['create', '--filename=-'], JSON.stringify(again));
      },
    },
  ];
  const { local } = target;
  if (!local) return events;
  const restarts: readonly [string, number, number][] = [
    ['prometheus', 0.4, 30],
    ['prometheus-resource', 0.4, 30],
    ['kubelet', 0.5, 30],
    ['kube-state-metrics', 0.75, 40],
    ['kube-apiserver', 0.8, 5],
  ];
  for (const [program, at, seconds] of restarts) {
    events.push({
      name: `${program} is away for ${seconds} s`,
      at,
      run: () => restart(local, program, seconds),
    });
  }
  return events.sort((left, right) => left.at - right.at);
}
