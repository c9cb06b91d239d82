import {
  accessOf,
  lacksAccess,
  objectName,
  ROLES_OF_PEOPLE,
  type Grantee,
} from '../../access/access.ts';
import { CLUSTER, type Failure, type PostureCheck, type UngroupedCheck } from '../../check.ts';
import { lacks } from '../../lists.ts';
import type { PostureInput } from '../../postureInput.ts';
import { accessResults, EVERYBODY } from './grantees.ts';
import { NSA } from './table.ts';

/** A rule over bindings, each said once. */
function overBindings(
  input: PostureInput,
  rule: (grantee: Grantee, key: string, bound: Grantee['bindings'][number]) => string | null,
): ReturnType<PostureCheck['run']> {
  const failures = new Map<string, Failure>();
  for (const [key, grantee] of accessOf(input).grantees) {
    for (const bound of grantee.bindings) {
      const text = rule(grantee, key, bound);
      const subject = objectName('RoleBinding', bound.binding);
      if (text !== null)
        failures.set(subject, { namespace: bound.binding.namespace || CLUSTER, subject, text });
    }
  }
  return accessResults(input, [...failures.values()]);
}

/** Bindings that are a mistake by themselves. */
export const BINDING_CHECKS: readonly UngroupedCheck[] = [
  {
    id: 'rbac-masters-group',
    title: 'The group system:masters bound',
    severity: 'medium',
    names: { ...NSA, cis: '5.1.7' },
    run: (input) =>
      overBindings(input, (_grantee, key, { isBuiltIn }) =>
        key === 'Group system:masters' && !isBuiltIn
          ? 'names the group system:masters, which passes every check and cannot be taken away from a certificate'
          : null,
      ),
  },
  {
    id: 'rbac-everybody',
    title: 'Rights for everybody',
    severity: 'critical',
    names: {
      nsa: 'Authentication and authorization: anonymous requests',
      kubescape: ['C-0262', 'C-0265'],
    },
    run: (input) =>
      overBindings(input, ({ reaches }, key, { binding, isBuiltIn }) => {
        if (!EVERYBODY.has(key) || isBuiltIn) return null;
        if (key !== 'Group system:authenticated')
          return `gives rights to requests without credentials (${key})`;
        const [reach] = reaches.filter((one) => one.binding === binding);
        if (reach !== undefined) return `lets every user and pod ${reach.ability} (${key})`;
        return ROLES_OF_PEOPLE.has(binding.role.name)
          ? `gives every user and pod the role ${binding.role.name}`
          : null;
      }),
  },
  {
    id: 'rbac-dangling',
    title: 'Binding of what does not exist',
    severity: 'low',
    names: { ...NSA, popeye: ['1300'] },
    // Who makes the role, or the account, has or decides what it may do.
    run: (input) => {
      if (lacksAccess(input) || lacks(input, 'serviceaccounts'))
        return accessResults(input, [], true);
      const accounts = new Set(
        input.objects?.serviceAccounts.map(({ namespace, name }) => `${namespace}/${name}`),
      );
      return overBindings(input, ({ subject }, _key, { binding, role, isBuiltIn }) => {
        if (isBuiltIn || /^(?:system|kubeadm):/.test(binding.name)) return null;
        if (role === null)
          return `refers to the ${binding.role.kind} ${binding.role.name}, which does not exist`;
        const { kind, namespace, name } = subject;
        if (kind !== 'ServiceAccount' || accounts.has(`${namespace}/${name}`)) return null;
        return `names the service account ${namespace}/${name}, which does not exist`;
      });
    },
  },
];
