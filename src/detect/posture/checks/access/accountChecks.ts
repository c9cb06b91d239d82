import { accessOf, objectName } from '../../access/access.ts';
import { failuresOr, type Failure, type PostureCheck } from '../../check.ts';
import { lacks } from '../../lists.ts';
import { ordinaryNamespaces, SYSTEM_NAMESPACES } from '../namespaces.ts';
import { workloadsOf } from './grantees.ts';
import { NSA } from './table.ts';

const DEFAULT_ACCOUNT: PostureCheck = {
  id: 'rbac-default-account',
  title: 'Default service account in use',
  severity: 'low',
  group: 'access',
  names: {
    ...NSA,
    cis: '5.1.5',
    kubescape: ['C-0189'],
    kubeLinter: ['default-service-account'],
    popeye: ['300'],
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
    const isUnknown = lacks(input, 'serviceaccounts');
    return failuresOr(
      ordinaryNamespaces(input),
      failures,
      isUnknown ? 'service accounts are not known' : null,
    );
  },
};

/** Service accounts as they are used. */
export const ACCOUNT_CHECKS: readonly PostureCheck[] = [DEFAULT_ACCOUNT];
