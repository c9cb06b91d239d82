import {
  addHeld,
  podHold,
  type Amounts,
  type RequestingContainer,
} from '../../../model/podHold.ts';
import { overContainers, overPods, type PostureCheck, type UngroupedCheck } from '../check.ts';
import type { PosturePod } from '../postureInput.ts';

/** The kernel counts memory in pages: less than one is nothing, as of `memory: 512m`, which is half a byte. */
const PAGE_BYTES = 4096;

/** True for a request or limit that has an effect. */
function isSet(resource: string, value: number | undefined): boolean {
  return value !== undefined && (resource === 'cpu' ? value > 0 : value >= PAGE_BYTES);
}

/** Fails with `text` where a request or limit is not set; a resource that no source has is unknown. */
function mustSet(
  field: 'requests' | 'limits',
  resource: string,
  text: string,
): PostureCheck['run'] {
  return (input) =>
    overContainers(input, ({ [field]: values, known }) => {
      if (values === null || !known[field].includes(resource))
        return { unknown: `${field} of ${resource} are not known` };
      const value = values[resource];
      if (isSet(resource, value)) return null;
      return value === undefined
        ? text
        : `${text} (it is ${value}${resource === 'cpu' ? '' : ' bytes'})`;
    });
}

const NSA = { nsa: 'Namespaces: resource policies' };

/** Requests and limits of containers and pods. */
export const RESOURCE_CHECKS: readonly UngroupedCheck[] = [
  {
    id: 'cpu-request-missing',
    title: 'No CPU request',
    severity: 'medium',
    names: {
      kubescape: ['C-0268'],
      polaris: ['cpuRequestsMissing'],
      kubeLinter: ['unset-cpu-requirements'],
      popeye: ['106'],
      ...NSA,
    },
    run: mustSet('requests', 'cpu', 'requests no CPU: the scheduler counts it as zero'),
  },
  {
    id: 'memory-request-missing',
    title: 'No memory request',
    severity: 'medium',
    names: {
      kubescape: ['C-0269'],
      polaris: ['memoryRequestsMissing'],
      popeye: ['106'],
      ...NSA,
    },
    run: mustSet('requests', 'memory', 'requests no memory: among the first to be evicted'),
  },
  {
    id: 'ephemeral-request-missing',
    title: 'No ephemeral storage request',
    severity: 'info',
    names: NSA,
    run: mustSet(
      'requests',
      'ephemeral-storage',
      'requests no ephemeral storage: a full disk evicts its neighbours',
    ),
  },
  {
    id: 'memory-limit-missing',
    title: 'No memory limit',
    severity: 'high',
    names: {
      kubescape: ['C-0271', 'C-0004'],
      polaris: ['memoryLimitsMissing'],
      kubeLinter: ['unset-memory-requirements'],
      popeye: ['107'],
      ...NSA,
    },
    run: mustSet('limits', 'memory', 'has no memory limit: a leak can exhaust the node'),
  },
  {
    id: 'cpu-limit-missing',
    title: 'No CPU limit (informational)',
    severity: 'info',
    names: {
      kubescape: ['C-0270', 'C-0050'],
      polaris: ['cpuLimitsMissing'],
      popeye: ['107'],
      ...NSA,
    },
    run: mustSet('limits', 'cpu', 'has no CPU limit'),
  },
  {
    id: 'limit-below-request',
    title: 'Limit below the request',
    severity: 'high',
    names: {},
    // The API refuses it: a chart or a LimitRange that makes one breaks a rollout.
    run: (input) =>
      overContainers(input, ({ requests, limits }) => {
        if (requests === null || limits === null)
          return { unknown: 'requests or limits are not known' };
        const wrong = Object.keys(limits).filter(
          (resource) =>
            isSet(resource, limits[resource]) && limits[resource]! < (requests[resource] ?? 0),
        );
        return wrong.length === 0 ? null : `its limit of ${wrong.join(', ')} is below its request`;
      }),
  },
  {
    id: 'fits-no-node',
    title: 'Requests fit no node',
    severity: 'high',
    names: {},
    run: (input) =>
      overPods(input, (pod) => {
        const { nodes } = input;
        if (nodes === null || nodes.length === 0)
          return { unknown: 'the sizes of nodes are not known' };
        const request = podRequest(pod);
        if (request === null) return { unknown: 'requests are not known' };
        const fits = nodes.some(
          ({ cpuCores, ramBytes }) =>
            (request['cpu'] ?? 0) <= cpuCores && (request['memory'] ?? 0) <= ramBytes,
        );
        return fits ? null : 'requests more than any node has: it stays pending when rescheduled';
      }),
  },
];

/** What the scheduler reserves for a pod. Null where the requests of any container are unknown. */
function podRequest({ containers, spec }: PosturePod): Amounts | null {
  const requesting: RequestingContainer[] = [];
  for (const { role, requests } of containers) {
    if (requests === null) return null;
    if (role !== 'ephemeral') requesting.push({ role, requests });
  }
  const podLevel = spec?.resources && { ...spec.resources, allocated: null, actuated: null };
  const hold = podHold({ containers: requesting, podLevel: podLevel ?? null });
  const running = requesting.filter(({ role }) => role !== 'init').map(({ requests }) => requests);
  return [...running, hold.init, hold.podLevel].reduce(addHeld, {});
}
