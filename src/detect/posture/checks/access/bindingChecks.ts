import {
  accessOf,
  lacksAccess,
  objectName,
  ROLES_OF_PEOPLE,
  describeGrant,
  type Grantee,
} from '../../access/access.ts';
import {
  CLUSTER,
  failuresOr,
  type Failure,
  type PostureCheck,
  type UngroupedCheck,
} from '../../check.ts';
import { lacks } from '../../lists.ts';
import type { PostureInput } from '../../postureInput.ts';
import { accessResults, EVERYBODY, overGrantees, workloadsOf } from './grantees.ts';
import { NSA } from './table.ts';
import { usesAbility, usesRules } from '../../access/abilities.ts';
import { DAY_MS, formatTime } from '../../../../model/time.ts';
import { ordinaryNamespaces, SYSTEM_NAMESPACES } from '../namespaces.ts';

const DEFAULT_ACCOUNT: UngroupedCheck = {
  id: 'rbac-default-account',
  title: 'Default service account in use',
  severity: 'low',
  names: {
    ...NSA,
    cis: '5.1.5',
    kubescape: ['C-0189'],
    kubeLinter: ['default-service-account'],
    popeye: ['300', '308'],
  },
  run(input) {
    const { objects } = input;
    const { grantees, accounts } = accessOf(input);
    const failures = (objects?.serviceAccounts ?? []).flatMap((account): Failure[] => {
      const { namespace, name, automountToken } = account;
      if (name !== 'default' || SYSTEM_NAMESPACES.has(namespace)) return [];
      const subject = `ServiceAccount ${namespace}/default`;
      const bindings = grantees.get(subject)?.bindings ?? [];
      const withToken = accounts.get(`${namespace}/default`)?.withToken ?? [];
      const why = [
        ...bindings
          .slice(0, 1)
          .map(({ binding }) => `is bound by ${objectName('RoleBinding', binding)}`),
        ...(withToken.length > 0 ? [`gives its token to ${workloadsOf(withToken)}`] : []),
        ...(automountToken === false ? [] : ['does not set automountServiceAccountToken: false']),
      ];
      return why.length === 0 ? [] : [{ namespace, subject, text: why.join(', ') }];
    });
    const unknown = lacks(input, 'serviceaccounts') && 'service accounts are not known';
    return failuresOr(ordinaryNamespaces(input), failures, unknown);
  },
};

/** Monthly jobs run within it. */
const LEAST_DAYS = 30;
const MOST_GRANTS = 3;

/** Grants that no audit event shows in use. Groups are left out: events are counted by user. */
const UNUSED: UngroupedCheck = {
  id: 'rbac-unused',
  title: 'Grant that was not used (informational)',
  severity: 'info',
  names: NSA,
  run(input) {
    const { calls = null, objects } = input;
    const unknown = (why: string) => failuresOr([CLUSTER], [], why);
    if (calls === null) return unknown('no audit events come in (signals.audit)');
    const days = Math.floor((calls.last - calls.since) / DAY_MS);
    if (days < LEAST_DAYS)
      return unknown(`audit events are known of ${days} days, ${LEAST_DAYS} are needed`);
    if (objects !== null && objects.observedAt - calls.last > 2 * DAY_MS)
      return unknown(`audit events ended at ${formatTime(calls.last)}`);
    return overGrantees(input, (own) => {
      const { kind, namespace, name } = own.subject;
      if (kind === 'Group') return null;
      const user = kind === 'User' ? name : `system:serviceaccount:${namespace}:${name}`;
      const unused = unusedOf(own, calls.users.get(user) ?? {});
      if (unused.length === 0) return null;
      const more = unused.length - MOST_GRANTS;
      const listed = `${unused.slice(0, MOST_GRANTS).join('; ')}${more > 0 ? `; and ${more} more` : ''}`;
      const text = `has not used in ${days} days of audit events: ${listed}`;
      return { namespace: null, text };
    });
  },
};

/** Whole grants, and of those in use the strong rights that are not. */
function unusedOf(
  { bindings, reaches }: Grantee,
  calls: Readonly<Record<string, unknown>>,
): readonly string[] {
  return bindings.flatMap(({ binding, role, isBuiltIn }) => {
    if (isBuiltIn || role === null) return [];
    const grant = describeGrant({ role, binding });
    const isUsed = usesRules(role.rules, calls);
    if (isUsed === null) return [];
    if (!isUsed) return [grant];
    const rights = reaches
      .filter((one) => one.binding === binding && usesAbility(one.ability, calls) === false)
      .map(({ ability }) => ability);
    return rights.length === 0 ? [] : [`${rights.join(', ')} of ${grant}`];
  });
}

/** Service accounts as they are used. */
export const ACCOUNT_CHECKS: readonly UngroupedCheck[] = [DEFAULT_ACCOUNT, UNUSED];

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
