import { stringify } from 'yaml';
import type { ContainerHistory } from '../../../store/containerDays/containerDay.ts';
import type { PostureInput } from '../postureInput.ts';
import { SYSTEM_NAMESPACES } from '../checks/namespaces.ts';
import { isolationManifests } from './isolation.ts';
import { podSecurityManifest } from './podSecurity.ts';
import { highestDay } from '../namespaceUse.ts';
import {
  memoryQuantity,
  cpuQuantity,
  roundBytes,
  roundCores,
} from '../../../model/text/quantity.ts';
import { mergeSketches, quantile } from '../../../store/containerDays/sketch.ts';
import { NAMESPACE_NAME } from '../../../model/labelSelector.ts';

/**
 * Manifests that would keep a namespace in shape, as YAML documents for `kubectl apply`. Burnwatch itself
 * changes nothing in the cluster.
 *
 * @param input the cluster as the API or a file has it, for Pod Security and the network; null leaves these out.
 * @throws RangeError for Kubernetes' own namespaces, in which a quota may keep the cluster from running.
 */
export function renderFix(
  namespace: string,
  histories: readonly ContainerHistory[],
  input: PostureInput | null = null,
): string {
  if (SYSTEM_NAMESPACES.has(namespace))
    throw new RangeError(
      `${namespace} is one of Kubernetes' own namespaces: no quota is advised there`,
    );
  const own = histories.filter((history) => history.namespace === namespace);
  const quota = resourceQuotaManifest(namespace, own);
  const limits = limitRangeManifest(namespace, own);
  const documents = [
    document('Defaults for containers that ask for nothing: the median of what runs here.', limits),
    ...(quota === null
      ? ['# No ResourceQuota: there is no history of this namespace to size it from.\n']
      : [document('One and a half times what was requested (or used) on the highest day.', quota)]),
    ...admissionPolicyManifests(namespace).map((manifest) =>
      document(
        'Warns about pods without requests; add Deny once nothing warns (Kubernetes 1.30).',
        manifest,
      ),
    ),
    ...(input === null
      ? []
      : [...podSecurityManifest(namespace, input), ...isolationManifests(namespace, input)].map(
          ({ comment, manifest }) =>
            manifest === undefined ? `# ${comment}\n` : document(comment, manifest),
        )),
  ];
  return documents.join('---\n');
}

function document(comment: string, manifest: object): string {
  return `# ${comment}\n${stringify(manifest)}`;
}

/** Room above the highest day for a rollout's surge (25 % by default) and some growth. */
const HEADROOM = 1.5;
const LEAST = { cpuCores: 0.5, ramBytes: 512 * 2 ** 20 };

/**
 * A ResourceQuota for what the namespace requested on its highest day, or used where it asked for nothing,
 * with headroom. Null without history: a quota from nothing would be a guess that refuses pods.
 */
function resourceQuotaManifest(
  namespace: string,
  histories: readonly ContainerHistory[],
): object | null {
  const highest = highestDay(
    histories,
    ({ cpuRequestCores, cpu, ramRequestBytes, ramPeakBytes }) => ({
      cpuCores: Math.max(cpuRequestCores ?? 0, cpu.max),
      ramBytes: Math.max(ramRequestBytes ?? 0, ramPeakBytes),
    }),
  );
  if (highest === null) return null;
  const wanted = (of: keyof typeof LEAST) => Math.max(LEAST[of], highest[of] * HEADROOM);
  return {
    apiVersion: 'v1',
    kind: 'ResourceQuota',
    metadata: { name: 'burnwatch-quota', namespace },
    spec: {
      hard: {
        'requests.cpu': cpuQuantity(roundCores(wanted('cpuCores'))),
        'requests.memory': memoryQuantity(roundBytes(wanted('ramBytes'))),
      },
    },
  };
}

const MIB = 2 ** 20;
const MARGIN = 1.15;
/** A default that is made from nothing: what small services of the wild ask for. */
const FALLBACK = { cpuCores: 0.1, ramBytes: 128 * MIB };
/** The default memory limit above the default request: room for what is unlike the median. */
const LIMIT_FACTOR = 4;

/**
 * A LimitRange whose defaults fit the median container of the namespace. It sets no CPU limit, which would
 * throttle, and no minimum or maximum, which would refuse what runs today.
 */
function limitRangeManifest(namespace: string, histories: readonly ContainerHistory[]): object {
  const cpu = median(
    histories.flatMap(
      ({ days }) => quantile(mergeSketches(days.map((day) => ({ sketch: day.cpu }))), 0.95) ?? [],
    ),
  );
  const peaks = histories.map(({ days }) => Math.max(...days.map((day) => day.ramPeakBytes)));
  const memory = median(peaks);
  const cores = roundCores(cpu === null ? FALLBACK.cpuCores : Math.max(0.01, cpu * MARGIN));
  const request = memory === null ? FALLBACK.ramBytes : Math.max(64 * MIB, memory * MARGIN);
  // The default limit must also hold the largest container that has run here without one.
  const unlimited = histories.flatMap(({ days }) =>
    days.at(-1)?.ramLimitBytes === null ? [Math.max(...days.map((day) => day.ramPeakBytes))] : [],
  );
  const limit = Math.max(request * LIMIT_FACTOR, ...unlimited.map((peak) => peak * MARGIN));
  return {
    apiVersion: 'v1',
    kind: 'LimitRange',
    metadata: { name: 'burnwatch-defaults', namespace },
    spec: {
      limits: [
        {
          type: 'Container',
          defaultRequest: { cpu: cpuQuantity(cores), memory: memoryQuantity(roundBytes(request)) },
          default: { memory: memoryQuantity(roundBytes(limit)) },
        },
      ],
    },
  };
}

function median(values: readonly number[]): number | null {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor((sorted.length - 1) / 2)] ?? null;
}

/**
 * A ValidatingAdmissionPolicy with its binding to one namespace: pods without CPU and memory requests are
 * warned about and audited. It denies nothing until `validationActions` says Deny. Needs Kubernetes 1.30.
 */
function admissionPolicyManifests(namespace: string): readonly object[] {
  const name = `burnwatch-requests-${namespace}`;
  const requests = (resource: string): string =>
    `object.spec.containers.all(c, has(c.resources) && has(c.resources.requests) && '${resource}' in c.resources.requests)`;
  return [
    {
      apiVersion: 'admissionregistration.k8s.io/v1',
      kind: 'ValidatingAdmissionPolicy',
      metadata: { name },
      spec: {
        failurePolicy: 'Ignore',
        matchConstraints: {
          resourceRules: [
            {
              apiGroups: [''],
              apiVersions: ['v1'],
              operations: ['CREATE'],
              resources: ['pods'],
            },
          ],
        },
        validations: [
          { expression: requests('cpu'), message: 'every container must request CPU' },
          { expression: requests('memory'), message: 'every container must request memory' },
        ],
      },
    },
    {
      apiVersion: 'admissionregistration.k8s.io/v1',
      kind: 'ValidatingAdmissionPolicyBinding',
      metadata: { name },
      spec: {
        policyName: name,
        validationActions: ['Warn', 'Audit'],
        matchResources: {
          namespaceSelector: { matchLabels: { [NAMESPACE_NAME]: namespace } },
        },
      },
    },
  ];
}
