import { NO_SPEC, overPods, type PostureCheck } from '../check.ts';

/** hostPath volume. */
export const hostPath: PostureCheck = {
  id: 'host-path',
  title: 'hostPath volume',
  severity: 'high',
  group: 'privileges',
  names: { kubescape: ['C-0048'], polaris: ['hostPathSet'], nsa: 'Pod security', cis: '5.2.12' },
  run: (input) =>
    overPods(input, ({ spec }) => {
      if (spec === null) return NO_SPEC;
      return spec.hostPaths.length === 0 ? null : `mounts ${spec.hostPaths.join(', ')} of its node`;
    }),
};
