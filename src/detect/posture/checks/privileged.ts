import { overSecurity, type PostureCheck } from '../check.ts';

/** Privileged container. */
export const privileged: PostureCheck = {
  id: 'privileged',
  title: 'Privileged container',
  severity: 'critical',
  group: 'privileges',
  names: {
    kubescape: ['C-0057'],
    polaris: ['runAsPrivileged'],
    nsa: 'Pod security',
    cis: '5.2.2',
  },
  run: (input) =>
    overSecurity(input, (container) =>
      container.privileged ? 'is privileged: it has full access to the node' : null,
    ),
};
