import { NO_SPEC, overPods, type PostureCheck } from '../check.ts';

/** Service account token mounted. */
export const automountToken: PostureCheck = {
  id: 'token-automounted',
  title: 'Service account token mounted',
  severity: 'low',
  group: 'privileges',
  names: {
    kubescape: ['C-0034'],
    polaris: ['automountServiceAccountToken'],
    nsa: 'Pod security: service account tokens',
    cis: '5.1.6',
  },
  run: (input) =>
    overPods(input, ({ spec }) => {
      if (spec === null) return NO_SPEC;
      return spec.automountToken === false ? null : 'has the token of its service account mounted';
    }),
};
