import { usesAbility, usesRules } from '../../access/abilities.ts';
import { accessOf, describeGrant, objectName, type Grantee } from '../../access/access.ts';
import { DAY_MS, formatTime } from '../../../../model/time.ts';
import { CLUSTER, failuresOr, type Failure, type UngroupedCheck } from '../../check.ts';
import { lacks } from '../../lists.ts';
import { ordinaryNamespaces, SYSTEM_NAMESPACES } from '../namespaces.ts';
import { overGrantees, workloadsOf } from './grantees.ts';
import { NSA } from './table.ts';

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
