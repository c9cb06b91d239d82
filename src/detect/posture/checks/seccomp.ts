import { overSecurity, type PostureCheck } from '../check.ts';

/** No seccomp profile. */
export const seccomp: PostureCheck = {
  id: 'seccomp-missing',
  title: 'No seccomp profile',
  severity: 'low',
  group: 'privileges',
  names: { kubescape: ['C-0210', 'C-0055'], nsa: 'Pod security', cis: '5.7.2' },
  run: (input) =>
    overSecurity(input, ({ seccompProfile }) => {
      if (seccompProfile === 'RuntimeDefault' || seccompProfile === 'Localhost') return null;
      return seccompProfile === null
        ? 'sets no seccomp profile'
        : `its seccomp profile is ${seccompProfile}`;
    }),
};
