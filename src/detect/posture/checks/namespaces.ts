import { misses, type ClusterObjects } from '../../../model/clusterObjects.ts';
import { formatShare } from '../../../model/text/units.ts';
import {
  NO_HISTORY,
  NO_OBJECTS,
  overContainers,
  overNamespaces,
  type PostureCheck,
  type RuleResult,
  type UngroupedCheck,
} from '../check.ts';
import type { PostureInput } from '../postureInput.ts';

/** From this share on the next rollout may not fit. */
const NEAR = 0.9;
/** A quota beyond this many times the use holds nothing back. */
const FAR = 10;

/** What a rollout takes more of: pods, and what they request. Secrets, Services and claims stay as they are. */
const OF_ROLLOUTS =
  /^(?:cpu|memory|ephemeral-storage|hugepages-.+|pods|count\/(?:pods|replicasets\.apps)|(?:requests|limits)\.(?!storage$).+)$/;

/** Kubernetes' own namespaces: quotas there could keep the cluster's parts from running. */
export const SYSTEM_NAMESPACES: ReadonlySet<string> = new Set([
  'kube-system',
  'kube-public',
  'kube-node-lease',
]);

/** The namespaces that are not Kubernetes' own. */
export function ordinaryNamespaces({
  namespaces,
}: Pick<PostureInput, 'namespaces'>): readonly string[] {
  return namespaces.filter((name) => !SYSTEM_NAMESPACES.has(name));
}

function onObjects(
  { objects }: PostureInput,
  resource: string,
  rule: (objects: ClusterObjects) => RuleResult,
): RuleResult {
  return objects === null || misses(objects, resource) ? NO_OBJECTS : rule(objects);
}

/** A rule over each namespace, as far as the lists of a resource are known. */
function overLists(
  resource: string,
  rule: (namespace: string, objects: ClusterObjects, input: PostureInput) => RuleResult,
): PostureCheck['run'] {
  return (input) =>
    overNamespaces(input, (namespace) =>
      onObjects(input, resource, (objects) => rule(namespace, objects, input)),
    );
}

const NSA = { nsa: 'Namespaces: resource policies' };

/** Quotas and LimitRanges. */
export const NAMESPACE_CHECKS: readonly UngroupedCheck[] = [
  {
    id: 'quota-missing',
    title: 'No ResourceQuota in the namespace',
    severity: 'medium',
    names: NSA,
    run: overLists('resourcequotas', (namespace, { quotas }) => {
      if (SYSTEM_NAMESPACES.has(namespace)) return null;
      const own = quotas.filter((quota) => quota.namespace === namespace && !quota.scoped);
      if (own.some(({ hard }) => Object.keys(hard).some((name) => OF_ROLLOUTS.test(name))))
        return null;
      return own.length === 0
        ? 'has no ResourceQuota'
        : 'has no ResourceQuota of pods, CPU or memory';
    }),
  },
  {
    id: 'quota-nearly-used',
    title: 'ResourceQuota nearly used up',
    severity: 'high',
    names: {},
    run: overLists('resourcequotas', (namespace, { quotas }) => {
      const near = quotas
        .filter((quota) => quota.namespace === namespace)
        .flatMap(({ name, hard, used }) =>
          Object.entries(hard).flatMap(([resource, limit]) => {
            if (!OF_ROLLOUTS.test(resource)) return [];
            const share = limit > 0 ? (used[resource] ?? 0) / limit : 0;
            return share >= NEAR ? [`${formatShare(share)} of ${resource} in ${name}`] : [];
          }),
        );
      return near.length === 0 ? null : `has used ${near.join(', ')}`;
    }),
  },
  {
    id: 'quota-too-large',
    title: 'ResourceQuota far above the use',
    severity: 'info',
    names: {},
    run: overLists('resourcequotas', (namespace, objects, { use }) => {
      const quotas = objects.quotas.filter((quota) => quota.namespace === namespace);
      if (quotas.length === 0) return null;
      const used = use?.get(namespace);
      if (used === undefined) return NO_HISTORY;
      const tooLarge = quotas.flatMap(({ name, hard }) => {
        const cpu = hard['requests.cpu'] ?? hard['cpu'] ?? 0;
        const memory = hard['requests.memory'] ?? hard['memory'] ?? 0;
        return [
          ...(cpu > FAR * used.cpuCores ? [`requests.cpu in ${name}`] : []),
          ...(memory > FAR * used.ramBytes ? [`requests.memory in ${name}`] : []),
        ];
      });
      return tooLarge.length === 0
        ? null
        : `allows more than ${FAR} times what was ever used: ${tooLarge.join(', ')}`;
    }),
  },
  {
    id: 'limit-range-missing',
    title: 'No LimitRange in the namespace',
    severity: 'low',
    names: NSA,
    run: overLists('limitranges', (namespace, { limitRanges }) => {
      if (SYSTEM_NAMESPACES.has(namespace)) return null;
      const has = limitRanges.some((range) => range.namespace === namespace);
      return has ? null : 'has no LimitRange for containers: those without requests stay without';
    }),
  },
  {
    id: 'limit-range-breaks',
    title: 'LimitRange breaks the workload',
    severity: 'high',
    names: {},
    // A workload runs now under defaults with which it cannot start again.
    run: (input) =>
      overContainers(input, ({ requests, limits }, { namespace }) =>
        onObjects(input, 'limitranges', ({ limitRanges }) => {
          if (requests === null || limits === null)
            return { unknown: 'requests or limits are not known' };
          for (const range of limitRanges) {
            if (range.namespace !== namespace) continue;
            for (const resource of ['cpu', 'memory']) {
              const limit = limits[resource] ?? range.defaultLimit[resource];
              // Without a request of its own a container gets the default, or else its limit.
              const request = requests[resource] ?? range.defaultRequest[resource] ?? limit;
              if (limit !== undefined && request !== undefined && limit < request)
                return `LimitRange ${range.name} gives it a limit of ${resource} below its request`;
              const { min, max } = range;
              const least = min[resource];
              const most = max[resource];
              if (request !== undefined && least !== undefined && request < least)
                return `its request of ${resource} is below the minimum of LimitRange ${range.name}`;
              if (limit !== undefined && most !== undefined && limit > most)
                return `its limit of ${resource} is above the maximum of LimitRange ${range.name}`;
            }
          }
          return null;
        }),
      ),
  },
];
