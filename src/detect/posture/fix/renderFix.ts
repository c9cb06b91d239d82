import { stringify } from 'yaml';
import type { ContainerHistory } from '../../../store/containerDays/containerDay.ts';
import type { PostureInput } from '../postureInput.ts';
import { SYSTEM_NAMESPACES } from '../checks/namespaces.ts';
import { admissionPolicyManifests } from './admissionPolicy.ts';
import { isolationManifests } from './isolation.ts';
import { limitRangeManifest } from './limitRange.ts';
import { podSecurityManifest } from './podSecurity.ts';
import { resourceQuotaManifest } from './resourceQuota.ts';

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
