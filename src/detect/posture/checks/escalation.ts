import { overSecurity, type PostureCheck } from '../check.ts';

/** Privilege escalation allowed. */
export const escalation: PostureCheck = {
  id: 'privilege-escalation',
  title: 'Privilege escalation allowed',
  severity: 'medium',
  group: 'privileges',
  names: {
    kubescape: ['C-0016'],
    polaris: ['privilegeEscalationAllowed'],
    nsa: 'Pod security',
    cis: '5.2.6',
  },
  run: (input) =>
    overSecurity(input, ({ allowPrivilegeEscalation }) =>
      allowPrivilegeEscalation === false ? null : 'may gain more privileges than its parent',
    ),
};
