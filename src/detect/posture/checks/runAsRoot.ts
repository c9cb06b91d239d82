import { overSecurity, type PostureCheck } from '../check.ts';

/** May run as root. */
export const runAsRoot: PostureCheck = {
  id: 'run-as-root',
  title: 'May run as root',
  severity: 'medium',
  group: 'privileges',
  names: {
    kubescape: ['C-0013'],
    polaris: ['runAsRootAllowed'],
    nsa: 'Pod security: non-root containers',
    cis: '5.2.7',
  },
  run: (input) =>
    overSecurity(input, ({ runAsRoot }) => {
      if (runAsRoot === false) return null;
      return runAsRoot === true ? 'runs as root' : 'may run as root: depends on the image';
    }),
};
