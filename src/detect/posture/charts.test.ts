import { describe, expect, it } from 'vitest';
import { podRecord, type PodRecord } from '../../collect/kubernetes/podRecord.ts';
import type { RawContainer, RawObject } from '../../collect/kubernetes/rawObjects.ts';
import { workloadOfRecord } from '../../collect/specs/recordWorkload.ts';
import { aContainer, aPod, aSnapshot } from '../../../test/support/cost.ts';
import { goodObjects } from '../../../test/support/posture/posture.ts';
import {
  CHART_PODS,
  readChartPod,
  valueOf,
  type ChartContainer,
  type ChartPod,
} from '../../../test/support/posture/charts.ts';
import { evaluatePosture } from './evaluate.ts';
import type { PostureInput } from './postureInput.ts';
import { postureOfInventory, postureOfSnapshot } from './readInput.ts';

const RESOURCES = ['cpu', 'memory', 'ephemeral-storage'];
const TOKEN_PATH = '/var/run/secrets/kubernetes.io/serviceaccount';
const PODS = CHART_PODS.map(readChartPod);

/** The pod as the API server would write it. */
function rawPod(pod: ChartPod): RawObject {
  const { flags, namespace, name, kind } = pod;
  const token = (source: object) => [
    { name: 'token', projected: { sources: [{ serviceAccountToken: source }] } },
  ];
  const volumes = [
    ...(flags.has('token') || flags.has('own-token') ? token({ expirationSeconds: 3607 }) : []),
    ...(flags.has('cloud-token') && !flags.has('token') ? token({ audience: 'sts.example' }) : []),
    ...(flags.has('old-token')
      ? [{ name: 'token', secret: { secretName: 'default-token-x' } }]
      : []),
    ...[...flags].flatMap((flag, index) =>
      flag.startsWith('path=')
        ? [{ name: `path-${index}`, hostPath: { path: flag.slice(5) } }]
        : [],
    ),
  ];
  const mountPath = flags.has('own-token') ? '/var/run/tokens' : TOKEN_PATH;
  const of = (role: ChartContainer['role'], more: object = {}) =>
    pod.containers
      .filter((container) => container.role === role)
      .map((container): RawContainer => ({
        ...rawContainer(container),
        volumeMounts: [{ name: 'token', mountPath }],
        ...more,
      }));
  const level = valueOf(flags, 'pod')?.split('/');
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      namespace,
      name,
      uid: `${namespace}/${name}`,
      ownerReferences: kind === 'Pod' ? [] : [{ kind, name, controller: true }],
    },
    spec: {
      hostNetwork: flags.has('hostnet'),
      hostPID: flags.has('hostpid'),
      hostIPC: flags.has('hostipc'),
      ...(flags.has('windows') ? { os: { name: 'windows' } } : {}),
      ...(level && { resources: resourcesOf(level.slice(0, 2), level.slice(2)) }),
      securityContext: {
        ...securityOf(flags),
        ...(flags.has('hostprocess') ? { windowsOptions: { hostProcess: true } } : {}),
      },
      volumes,
      containers: of('main'),
      initContainers: [...of('init'), ...of('sidecar', { restartPolicy: 'Always' })],
      ephemeralContainers: of('debug'),
    },
    status: { phase: 'Running' },
  };
}

function rawContainer({ name, image, requests, limits, flags }: ChartContainer): RawContainer {
  const add = valueOf(flags, 'caps')?.split('+');
  return {
    name,
    image,
    resources: resourcesOf(requests, limits),
    securityContext: {
      ...securityOf(flags),
      ...(flags.has('priv') ? { privileged: true } : {}),
      ...(flags.has('unpriv') ? { privileged: false } : {}),
      ...(flags.has('noesc') ? { allowPrivilegeEscalation: false } : {}),
      ...(flags.has('esc') ? { allowPrivilegeEscalation: true } : {}),
      ...(add && { capabilities: { add } }),
    },
  };
}

function securityOf(flags: ReadonlySet<string>) {
  const user = valueOf(flags, 'user');
  return {
    ...(flags.has('nonroot') ? { runAsNonRoot: true } : {}),
    ...(user === undefined ? {} : { runAsUser: Number(user) }),
    ...(flags.has('seccomp') ? { seccompProfile: { type: 'RuntimeDefault' } } : {}),
    ...(flags.has('unconfined') ? { seccompProfile: { type: 'Unconfined' } } : {}),
  };
}

function resourcesOf(requests: readonly string[], limits: readonly string[]) {
  const set = (amounts: readonly string[]) =>
    Object.fromEntries(
      amounts.flatMap((amount, index) => (amount === '-' ? [] : [[RESOURCES[index], amount]])),
    );
  return { requests: set(requests), limits: set(limits) };
}

/** Which checks a line fails, by the words of it: neither specifications nor Burnwatch's readers are asked. */
function failuresOf(pod: ChartPod): readonly string[] {
  const { flags } = pod;
  const isWindows = flags.has('windows');
  const level = valueOf(flags, 'pod')?.split('/') ?? ['-', '-', '-', '-'];
  const has = (isMemory: boolean, ...amounts: readonly (string | undefined)[]): boolean => {
    const amount = amounts.find((one) => one !== undefined && one !== '-') ?? '0';
    return !amount.startsWith('0') && !(isMemory && amount.endsWith('m'));
  };
  const failures: string[] = [];
  const fails = (check: string, container: ChartContainer | null, isFailure: boolean): void => {
    if (isFailure) failures.push(`${check} ${container?.name ?? ''}`.trim());
  };
  for (const container of pod.containers) {
    const { role, image, requests, limits } = container;
    const own = container.flags;
    if (role === 'main' || role === 'sidecar') {
      const [cpu, memory, storage] = requests;
      fails('cpu-request-missing', container, !has(false, cpu, limits[0], level[0], level[2]));
      fails('memory-request-missing', container, !has(true, memory, limits[1], level[1], level[3]));
      fails('ephemeral-request-missing', container, !has(true, storage));
      fails('memory-limit-missing', container, !has(true, limits[1], level[3]));
      fails('cpu-limit-missing', container, !has(false, limits[0], level[2]));
    }
    if (role !== 'debug') {
      const tag = image.split('/').at(-1)!.split(':')[1];
      const isPinned = image.includes('@') || (tag !== undefined && tag !== 'latest');
      fails('image-unpinned', container, !isPinned);
    }
    fails('privileged', container, own.has('priv') || flags.has('hostprocess'));
    const user = valueOf(own, 'user') ?? valueOf(flags, 'user') ?? '0';
    const isNonRoot = own.has('nonroot') || flags.has('nonroot');
    fails('run-as-root', container, !isNonRoot && user === '0');
    if (isWindows) continue;
    const caps = valueOf(own, 'caps')?.split('+') ?? [];
    fails(
      'capabilities-added',
      container,
      caps.some((cap) => !cap.endsWith('NET_BIND_SERVICE')),
    );
    fails('privilege-escalation', container, !own.has('noesc'));
    fails('seccomp-missing', container, !own.has('seccomp') && !flags.has('seccomp'));
  }
  fails(
    'host-namespaces',
    null,
    ['hostnet', 'hostpid', 'hostipc'].some((flag) => flags.has(flag)),
  );
  fails('host-path', null, valueOf(flags, 'path') !== undefined);
  fails(
    'token-automounted',
    null,
    ['token', 'own-token', 'old-token'].some((f) => flags.has(f)),
  );
  return failures.sort();
}

const CHECKED = [
  'cpu-request-missing',
  'memory-request-missing',
  'ephemeral-request-missing',
  'memory-limit-missing',
  'cpu-limit-missing',
  'image-unpinned',
  'privileged',
  'host-namespaces',
  'host-path',
  'capabilities-added',
  'run-as-root',
  'privilege-escalation',
  'seccomp-missing',
  'token-automounted',
];
const POLICY = { severities: {}, minKnown: 0.67 };

const records = new Map(
  PODS.map((pod) => {
    const record = podRecord(rawPod(pod)) as PodRecord;
    return [record.uid, record] as const;
  }),
);
const objects = goodObjects();
const namespaces = new Map<string, never>();
const ofApi = postureOfInventory({ pods: records, namespaces, owners: new Map(), objects }, null);

/** The same pods as the hourly job sees them: in a window, with the specifications that the API told. */
const ofWindow = postureOfSnapshot(
  aSnapshot({
    objects,
    namespaces,
    nodes: [],
    pods: [...records.values()].map((record) =>
      aPod({
        ...record,
        workload: workloadOfRecord(record, new Map()).workload,
        containers: record.containers.map(({ name }) => aContainer({ name })),
      }),
    ),
  }),
  null,
);

function outcomesOf(input: PostureInput): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, string[]>();
  for (const pod of input.pods) {
    const own = evaluatePosture({ ...input, namespaces: [pod.namespace], pods: [pod] }, POLICY);
    const failures = own[0]!.checks.flatMap(({ check, results }) =>
      CHECKED.includes(check.id)
        ? results.flatMap(({ outcome, container }) =>
            outcome === 'failed' ? [`${check.id} ${container ?? ''}`.trim()] : [],
          )
        : [],
    );
    found.set(`${pod.namespace}/${pod.name}`, failures.sort());
  }
  return found;
}

describe('pods of well-known charts', () => {
  it('fail what their lines say they fail, and nothing else', () => {
    expect(PODS.length).toBeGreaterThanOrEqual(200);
    expect(records.size).toBe(PODS.length);
    const expected = new Map(PODS.map((pod) => [`${pod.namespace}/${pod.name}`, failuresOf(pod)]));
    expect(outcomesOf(ofApi)).toEqual(expected);
    expect([...expected.values()].flat().length).toBeGreaterThan(1_000);
  });

  it('have the same score in a window and from the API', () => {
    const inWindow = evaluatePosture(ofWindow, POLICY);
    expect(inWindow).toEqual(evaluatePosture(ofApi, POLICY));
    expect(inWindow.length).toBeGreaterThan(80);
  });
});
