import { NO_SPEC, overPods, type PostureCheck } from '../check.ts';

/** Host namespaces. */
export const hostNamespaces: PostureCheck = {
  id: 'host-namespaces',
  title: 'Host namespaces',
  severity: 'high',
  group: 'privileges',
  names: {
    kubescape: ['C-0038', 'C-0041'],
    polaris: ['hostNetworkSet', 'hostPIDSet', 'hostIPCSet'],
    nsa: 'Pod security',
    cis: '5.2.3–5.2.5',
  },
  run: (input) =>
    overPods(input, ({ spec }) => {
      if (spec === null) return NO_SPEC;
      const shared = [
        ...(spec.hostNetwork ? ['network'] : []),
        ...(spec.hostPid ? ['PID'] : []),
        ...(spec.hostIpc ? ['IPC'] : []),
      ];
      return shared.length === 0 ? null : `shares the node’s ${shared.join(', ')} namespace`;
    }),
};
