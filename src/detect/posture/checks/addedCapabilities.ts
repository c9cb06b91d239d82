import { overSecurity, type PostureCheck } from '../check.ts';

/** What the Pod Security Standard “restricted” lets a container add. */
const HARMLESS = new Set(['NET_BIND_SERVICE']);

/** Capabilities added. */
export const addedCapabilities: PostureCheck = {
  id: 'capabilities-added',
  title: 'Capabilities added',
  severity: 'high',
  group: 'privileges',
  names: {
    kubescape: ['C-0046'],
    polaris: ['dangerousCapabilities', 'insecureCapabilities'],
    nsa: 'Pod security',
    cis: '5.2.9',
  },
  run: (input) =>
    overSecurity(input, ({ addedCapabilities: added }) => {
      const beyond = added.filter((name) => !HARMLESS.has(name.replace(/^CAP_/, '')));
      return beyond.length === 0 ? null : `adds the capabilities ${beyond.join(', ')}`;
    }),
};
