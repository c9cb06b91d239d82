import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { REPORT_KINDS } from '../signals/scanReports.ts';
import { RESOURCES, resourceName } from './resources.ts';

interface Role {
  readonly kind: string;
  readonly rules?: readonly {
    readonly apiGroups: readonly string[];
    readonly resources: readonly string[];
    readonly verbs: readonly string[];
  }[];
}

it('the ClusterRole that is shipped grants what is read, and nothing else', () => {
  const file = resolve(import.meta.dirname, '../../../deploy/manifests/rbac.yaml');
  const roles = parseAllDocuments(readFileSync(file, 'utf8')).map((one) => one.toJS() as Role);
  const rules = roles.find(({ kind }) => kind === 'ClusterRole')?.rules ?? [];
  const granted = rules.flatMap(({ apiGroups, resources }) =>
    apiGroups.flatMap((group) =>
      resources.map((resource) => (group === '' ? resource : `${resource}.${group}`)),
    ),
  );
  expect(granted.sort()).toEqual([...RESOURCES, ...REPORT_KINDS].map(resourceName).sort());
  expect(new Set(rules.flatMap(({ verbs }) => verbs))).toEqual(new Set(['list']));
});
