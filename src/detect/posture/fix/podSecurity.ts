import { ENFORCE, holdsPods, POD_SECURITY } from '../lists.ts';
import type { PostureInput, PosturePod } from '../postureInput.ts';
import type { Advised } from './isolation.ts';

const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';

/** What the Pod Security Standard `baseline` lets a container add. */
const BASELINE_CAPABILITIES = new Set([
  'AUDIT_WRITE',
  'CHOWN',
  'DAC_OVERRIDE',
  'FOWNER',
  'FSETID',
  'KILL',
  'MKNOD',
  'NET_BIND_SERVICE',
  'SETFCAP',
  'SETGID',
  'SETPCAP',
  'SETUID',
  'SYS_CHROOT',
]);

/** Labels that enforce the Pod Security Standard that every pod of the namespace keeps today, and warn of the next one. */
export function podSecurityManifest(namespace: string, input: PostureInput): readonly Advised[] {
  const labels = input.namespaceLabels?.get(namespace);
  if (labels === undefined)
    return [{ comment: 'No Pod Security labels: the labels of the namespace are not known.' }];
  if (holdsPods(labels[ENFORCE])) return [];
  const pods = input.pods.filter((pod) => pod.namespace === namespace);
  if (pods.some(({ spec }) => spec === null))
    return [{ comment: 'No Pod Security labels: specifications of its pods are not known.' }];
  const beyond = pods.filter(breaksBaseline).map(({ workload }) => workload.name);
  // kubectl apply takes away what a manifest no longer has: labels and annotations stay as they are.
  const { [LAST_APPLIED]: _, ...annotations } = input.namespaceAnnotations?.get(namespace) ?? {};
  const manifest = (...pairs: readonly (readonly [string, string])[]): object => ({
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: {
      name: namespace,
      labels: {
        ...labels,
        ...Object.fromEntries(pairs.map(([name, value]) => [`${POD_SECURITY}/${name}`, value])),
      },
      ...(Object.keys(annotations).length > 0 && { annotations }),
    },
  });
  if (beyond.length > 0)
    return [
      {
        comment: `Warns of pods beyond the Pod Security Standard baseline; enforce it once these keep it: ${[...new Set(beyond)].sort().join(', ')}.`,
        manifest: manifest(['warn', 'baseline'], ['audit', 'baseline']),
      },
    ];
  return [
    {
      comment:
        'Every pod that runs here keeps baseline (host ports are not looked at); restricted is the next step.',
      manifest: manifest(['enforce', 'baseline'], ['warn', 'restricted'], ['audit', 'restricted']),
    },
  ];
}

function breaksBaseline({ spec }: PosturePod): boolean {
  if (spec === null) return true;
  const { hostNetwork, hostPid, hostIpc, hostPaths, containers } = spec;
  if (hostNetwork || hostPid || hostIpc || hostPaths.length > 0) return true;
  return containers.some(
    ({ privileged, addedCapabilities, seccompProfile }) =>
      privileged ||
      seccompProfile === 'Unconfined' ||
      addedCapabilities.some((name) => !BASELINE_CAPABILITIES.has(name.replace(/^CAP_/, ''))),
  );
}
