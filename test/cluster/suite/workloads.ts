/** A kind of workload that the suite runs, and how far off Burnwatch may be about it. */
export interface Kind {
  readonly name: string;
  readonly namespace: string;
  /** As Burnwatch must name its owner. */
  readonly owner: { readonly kind: string; readonly name: string };
  readonly manifests: readonly object[];
  /** How long one of its pods lives, in seconds; absent: as long as the run. */
  readonly lifeSeconds?: number;
  /** A pod that the kubelet of the local cluster reads from a file. */
  readonly staticPod?: object;
  /** True for a workload that takes what is not its own. */
  readonly isAttack?: boolean;
}

export const KINDS_NAMESPACE = 'burnwatch-kinds';
const QUOTA_NAMESPACE = 'burnwatch-quota';
export const ATTACK_NAMESPACE = 'burnwatch-attack';
export const NAMESPACES = [KINDS_NAMESPACE, QUOTA_NAMESPACE, ATTACK_NAMESPACE] as const;

/** Busy without end; a CPU limit makes it a steady load. */
const BUSY = 'while :; do :; done';
const IDLE = 'while :; do sleep 3600; done';

interface Container {
  readonly name: string;
  readonly script: string;
  readonly cpuRequest?: string;
  readonly memoryRequest?: string;
  readonly cpuLimit?: string;
  readonly memoryLimit?: string;
  readonly isSidecar?: boolean;
  readonly mounts?: readonly object[];
}

/** The kinds, each with an idle container that reserves and a busy one that does not, so that each figure shows alone. */
export function workloadKinds(image: string, node: string | null): Kind[] {
  const container = (from: Container): object => ({
    name: from.name,
    image,
    imagePullPolicy: 'IfNotPresent',
    command: ['/bin/sh', '-c', `trap exit TERM; ${from.script}`],
    resources: {
      requests: quantities(from.cpuRequest ?? '0', from.memoryRequest ?? '0'),
      limits: quantities(from.cpuLimit, from.memoryLimit),
    },
    ...(from.isSidecar && { restartPolicy: 'Always' }),
    ...(from.mounts && { volumeMounts: from.mounts }),
  });
  const work = (script: string, cpuLimit: string): object =>
    container({ name: 'work', script, cpuLimit });
  const hold = (script = IDLE): object =>
    container({ name: 'hold', script, cpuRequest: '20m', memoryRequest: '32Mi' });
  const pod = (containers: readonly object[], more: object = {}): object => ({
    terminationGracePeriodSeconds: 1,
    automountServiceAccountToken: false,
    containers,
    ...more,
  });
  const busyFor = (seconds: number): string =>
    `end=$(($(date +%s)+${seconds})); while [ $(date +%s) -lt $end ]; do i=0; while [ $i -lt 2000 ]; do i=$((i+1)); done; done`;
  const lasting = (seconds: number): object[] => [
    work(busyFor(seconds), '100m'),
    hold(`sleep ${seconds}`),
  ];
  const steady = [work(BUSY, '50m'), hold()];
  const kinds = new Builder(KINDS_NAMESPACE);
  const attacks = new Builder(ATTACK_NAMESPACE);
  return [
    kinds.controller('Deployment', 'deployment', pod(steady), { replicas: 2 }),
    kinds.controller(
      'StatefulSet',
      'statefulset',
      pod([
        container({
          name: 'work',
          script:
            'while :; do dd if=/dev/zero of=/data/f bs=64k count=16 2>/dev/null; sleep 2; done',
          mounts: [{ name: 'data', mountPath: '/data' }],
        }),
        hold(),
      ]),
      {
        serviceName: 'statefulset',
        volumeClaimTemplates: [
          {
            metadata: { name: 'data' },
            spec: {
              accessModes: ['ReadWriteOnce'],
              resources: { requests: { storage: '1Gi' } },
            },
          },
        ],
      },
    ),
    kinds.controller('DaemonSet', 'daemonset', pod(steady)),
    kinds.job('job', pod(lasting(200)), 200),
    kinds.cronJob('cronjob-5s', pod(lasting(5)), 5, '* * * * *'),
    kinds.cronJob('cronjob-20s', pod(lasting(20)), 20, '* * * * *'),
    kinds.cronJob('cronjob-90s', pod(lasting(90)), 90, '*/3 * * * *'),
    kinds.pod('bare', pod(steady)),
    ...(node === null ? [] : [kinds.staticPod('static', pod(steady))]),
    kinds.pod(
      'init',
      pod(steady, {
        initContainers: [
          container({
            name: 'prepare',
            script: busyFor(20),
            cpuRequest: '60m',
            memoryRequest: '128Mi',
            cpuLimit: '100m',
          }),
        ],
      }),
    ),
    ...[true, false].map((isBefore) => {
      const sidecar = container({
        name: 'sidecar',
        script: IDLE,
        cpuRequest: '10m',
        memoryRequest: '64Mi',
        isSidecar: true,
      });
      const init = container({
        name: 'prepare',
        script: 'sleep 5',
        cpuRequest: '60m',
        memoryRequest: '512Mi',
      });
      const initContainers = isBefore ? [sidecar, init] : [init, sidecar];
      return kinds.pod(
        `sidecar-${isBefore ? 'before' : 'after'}-init`,
        pod([hold()], { initContainers }),
      );
    }),
    {
      ...kinds.controller(
        'Deployment',
        'oom-loop',
        pod([
          container({
            name: 'work',
            script: `${busyFor(8)}; tail /dev/zero`,
            cpuLimit: '100m',
            memoryLimit: '24Mi',
          }),
          hold(),
        ]),
      ),
      lifeSeconds: 10,
    },
    kinds.pod(
      'pending',
      pod([container({ name: 'hold', script: IDLE, cpuRequest: '64', memoryRequest: '32Mi' })]),
    ),
    new Builder(QUOTA_NAMESPACE).controller('Deployment', 'quota', pod([hold()]), { replicas: 3 }, [
      {
        apiVersion: 'v1',
        kind: 'ResourceQuota',
        metadata: { name: 'small', namespace: QUOTA_NAMESPACE },
        spec: { hard: { 'requests.cpu': '45m' } },
      },
    ]),
    kinds.pod('resized', pod([hold()])),
    kinds.pod(
      'pod-level',
      pod([container({ name: 'hold', script: IDLE, cpuRequest: '30m' })], {
        resources: { requests: { cpu: '90m', memory: '64Mi' }, limits: { memory: '128Mi' } },
      }),
    ),
    kinds.pod(
      'edge-burst',
      pod([
        work(
          'while :; do s=$(($(date +%s)%300)); if [ $s -lt 12 ] || [ $s -gt 288 ]; then i=0; while [ $i -lt 2000 ]; do i=$((i+1)); done; else sleep 1; fi; done',
          '400m',
        ),
        hold(),
      ]),
    ),
    kinds.controller('Deployment', 'evicted', pod(steady)),
    kinds.pod('again', pod(steady)),
    kinds.controller(
      'Deployment',
      'memory',
      pod([
        container({
          name: 'work',
          script: `x=$(dd if=/dev/zero bs=1M count=24 2>/dev/null | tr '\\0' a); ${IDLE}`,
        }),
        hold(),
      ]),
    ),
    attacks.controller(
      'Deployment',
      'steady-miner',
      pod([work(`${busyFor(10)}; ${BUSY}`, '120m')]),
      {},
      [],
      true,
    ),
    attacks.controller('Deployment', 'throttled-miner', pod([work(BUSY, '30m')]), {}, [], true),
    attacks.controller(
      'Deployment',
      'duty-cycled-miner',
      pod([work(`while :; do ${busyFor(60)}; sleep 180; done`, '200m')]),
      {},
      [],
      true,
    ),
    attacks.controller(
      'Deployment',
      'spread-miner',
      pod([work(BUSY, '20m')]),
      { replicas: 4 },
      [],
      true,
    ),
    attacks.pod('idle-with-exec', pod([container({ name: 'work', script: IDLE })]), true),
    attacks.pod('idle-with-ephemeral', pod([container({ name: 'work', script: IDLE })]), true),
  ];
}

class Builder {
  readonly #namespace: string;

  constructor(namespace: string) {
    this.#namespace = namespace;
  }

  controller(
    kind: 'Deployment' | 'StatefulSet' | 'DaemonSet',
    name: string,
    podSpec: object,
    more: object = {},
    others: readonly object[] = [],
    isAttack = false,
  ): Kind {
    const labels = { app: name };
    const spec = {
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: podSpec },
      ...more,
    };
    return this.#kind(kind, name, [...others, this.#object('apps/v1', kind, name, spec)], isAttack);
  }

  job(name: string, podSpec: object, lifeSeconds: number): Kind {
    const spec = { backoffLimit: 0, template: { spec: { ...podSpec, restartPolicy: 'Never' } } };
    return {
      ...this.#kind('Job', name, [this.#object('batch/v1', 'Job', name, spec)]),
      lifeSeconds,
    };
  }

  cronJob(name: string, podSpec: object, lifeSeconds: number, schedule: string): Kind {
    const template = { spec: { ...podSpec, restartPolicy: 'Never' } };
    const spec = {
      schedule,
      successfulJobsHistoryLimit: 2,
      jobTemplate: { spec: { backoffLimit: 0, template } },
    };
    const cronJob = this.#object('batch/v1', 'CronJob', name, spec);
    return { ...this.#kind('CronJob', name, [cronJob]), lifeSeconds };
  }

  pod(name: string, podSpec: object, isAttack = false): Kind {
    return this.#kind('Pod', name, [this.#object('v1', 'Pod', name, podSpec)], isAttack);
  }

  staticPod(name: string, podSpec: object): Kind {
    const pod = this.#object('v1', 'Pod', name, podSpec);
    // As Burnwatch names it: the node's name is no part of it.
    return { ...this.#kind('StaticPod', name, []), staticPod: pod };
  }

  #kind(kind: string, name: string, manifests: readonly object[], isAttack = false): Kind {
    const owner = { kind, name };
    return { name, namespace: this.#namespace, owner, manifests, ...(isAttack && { isAttack }) };
  }

  #object(apiVersion: string, kind: string, name: string, spec: object): object {
    return { apiVersion, kind, metadata: { name, namespace: this.#namespace }, spec };
  }
}

function quantities(cpu?: string, memory?: string): object {
  return { ...(cpu !== undefined && { cpu }), ...(memory !== undefined && { memory }) };
}
