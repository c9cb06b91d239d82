import type { ContainerSpecFacts, PodSpecFacts } from '../../../model/podSpec.ts';
import {
  NO_SPEC,
  overPods,
  overSecurity,
  type PostureCheck,
  type RuleResult,
  type UngroupedCheck,
} from '../check.ts';

/** What the Pod Security Standard “restricted” lets a container add. */
const HARMLESS = new Set(['NET_BIND_SERVICE']);

/** A rule over Linux settings, which the API refuses for Windows: it applies to no container there. */
function overLinux(rule: (spec: ContainerSpecFacts) => RuleResult): PostureCheck['run'] {
  return overSecurity((spec, pod) => (pod.isWindows ? undefined : rule(spec)));
}

function overSpecs(rule: (spec: PodSpecFacts) => RuleResult): PostureCheck['run'] {
  return (input) => overPods(input, ({ spec }) => (spec === null ? NO_SPEC : rule(spec)));
}

/** What a pod or container may do to its node and its cluster. */
export const PRIVILEGE_CHECKS: readonly UngroupedCheck[] = [
  {
    id: 'privileged',
    title: 'Privileged container',
    severity: 'critical',
    names: {
      kubescape: ['C-0057'],
      polaris: ['runAsPrivileged'],
      kubeLinter: ['privileged-container'],
      nsa: 'Pod security',
      cis: '5.2.2',
    },
    run: overSecurity(({ privileged }, { isWindows }) => {
      if (!privileged) return null;
      const kind = isWindows ? 'a HostProcess container' : 'privileged';
      return `is ${kind}: it has full access to the node`;
    }),
  },
  {
    id: 'host-namespaces',
    title: 'Host namespaces',
    severity: 'high',
    names: {
      kubescape: ['C-0038', 'C-0041'],
      polaris: ['hostNetworkSet', 'hostPIDSet', 'hostIPCSet'],
      kubeLinter: ['host-network', 'host-pid', 'host-ipc'],
      nsa: 'Pod security',
      cis: '5.2.3–5.2.5',
    },
    run: overSpecs(({ hostNetwork, hostPid, hostIpc }) => {
      const shared = [
        ...(hostNetwork ? ['network'] : []),
        ...(hostPid ? ['PID'] : []),
        ...(hostIpc ? ['IPC'] : []),
      ];
      return shared.length === 0 ? null : `shares the node’s ${shared.join(', ')} namespace`;
    }),
  },
  {
    id: 'host-path',
    title: 'hostPath volume',
    severity: 'high',
    names: {
      kubescape: ['C-0048'],
      polaris: ['hostPathSet'],
      kubeLinter: ['sensitive-host-mounts'],
      nsa: 'Pod security',
      cis: '5.2.12',
    },
    run: overSpecs(({ hostPaths }) =>
      hostPaths.length === 0 ? null : `mounts ${hostPaths.join(', ')} of its node`,
    ),
  },
  {
    id: 'capabilities-added',
    title: 'Capabilities added',
    severity: 'high',
    names: {
      kubescape: ['C-0046'],
      polaris: ['dangerousCapabilities'],
      nsa: 'Pod security',
      cis: '5.2.9',
    },
    run: overLinux(({ addedCapabilities }) => {
      const beyond = addedCapabilities.filter((name) => !HARMLESS.has(name.replace(/^CAP_/, '')));
      return beyond.length === 0 ? null : `adds the capabilities ${beyond.join(', ')}`;
    }),
  },
  {
    id: 'run-as-root',
    title: 'May run as root',
    severity: 'medium',
    names: {
      kubescape: ['C-0013'],
      polaris: ['runAsRootAllowed'],
      kubeLinter: ['run-as-non-root'],
      popeye: ['302', '306'],
      nsa: 'Pod security: non-root containers',
      cis: '5.2.7',
    },
    run: overSecurity(({ runAsRoot }, { isWindows }) => {
      if (runAsRoot === false) return null;
      const user = isWindows ? 'an administrator' : 'root';
      return runAsRoot === true ? `runs as ${user}` : `may run as ${user}: depends on the image`;
    }),
  },
  {
    id: 'privilege-escalation',
    title: 'Privilege escalation allowed',
    severity: 'medium',
    names: {
      kubescape: ['C-0016'],
      polaris: ['privilegeEscalationAllowed'],
      kubeLinter: ['privilege-escalation-container'],
      nsa: 'Pod security',
      cis: '5.2.6',
    },
    run: overLinux(({ allowPrivilegeEscalation }) =>
      allowPrivilegeEscalation === false ? null : 'may gain more privileges than its parent',
    ),
  },
  {
    id: 'seccomp-missing',
    title: 'No seccomp profile',
    severity: 'low',
    names: { kubescape: ['C-0210', 'C-0055'], nsa: 'Pod security', cis: '5.7.2' },
    run: overLinux(({ seccompProfile }) => {
      if (seccompProfile === 'RuntimeDefault' || seccompProfile === 'Localhost') return null;
      return seccompProfile === null
        ? 'sets no seccomp profile'
        : `its seccomp profile is ${seccompProfile}`;
    }),
  },
  {
    id: 'token-automounted',
    title: 'Service account token mounted',
    severity: 'low',
    names: {
      kubescape: ['C-0034'],
      polaris: ['automountServiceAccountToken'],
      popeye: ['301'],
      nsa: 'Pod security: service account tokens',
      cis: '5.1.6',
    },
    run: overSpecs(({ tokenMounted }) =>
      tokenMounted ? 'has the token of its service account mounted' : null,
    ),
  },
];
