import { overSecurity, type PostureCheck } from '../check.ts';

/** The root file system can be written to. */
export const writableRoot: PostureCheck = {
  id: 'root-filesystem-writable',
  title: 'Root file system is writable',
  severity: 'low',
  group: 'privileges',
  names: { kubescape: ['C-0017'], nsa: 'Pod security: immutable file systems' },
  run: overSecurity(({ readOnlyRootFilesystem }) =>
    readOnlyRootFilesystem ? null : 'its root file system is writable',
  ),
};
