import { accessOf, type Account } from '../../access/access.ts';
import { describeWay, waysToAdmin } from '../../access/paths.ts';
import type { Failure, UngroupedCheck } from '../../check.ts';
import type { PostureInput } from '../../postureInput.ts';
import { SYSTEM_NAMESPACES } from '../namespaces.ts';
import { accessResults, namespaceOfGrantee, withoutBuiltIn, workloadsOf } from './grantees.ts';
import { NSA } from './table.ts';

/** The check that says who can become cluster-admin, and how. */
export const ADMIN_PATH = 'rbac-path';

/** Who can become cluster-admin, and how. */
export const PATH_CHECK: UngroupedCheck = {
  id: ADMIN_PATH,
  title: 'A way to cluster-admin',
  severity: 'critical',
  names: {
    ...NSA,
    kubescape: ['C-0267', 'C-0272'],
    rbacPolice: ['obtain_token_weak_ns', 'rce_weak_ns'],
  },
  run(input) {
    const ways = waysToAdmin(input);
    const { grantees, accounts } = accessOf(input);
    const failures = [...ways].flatMap(([key, way]): Failure[] => {
      const account = accounts.get(key.replace(/^ServiceAccount /, ''));
      if (account !== undefined && key.startsWith('ServiceAccount ')) {
        const { namespace, withToken } = account;
        if (withToken.length === 0 || SYSTEM_NAMESPACES.has(namespace)) return [];
        const who = `${podsWith(account, input)} ${becomes(way.steps)}`;
        return [{ namespace, subject: key, text: `${who}: ${describeWay(key, ways)}` }];
      }
      const grantee = grantees.get(key);
      // People who are cluster-admin are said so by their own check.
      if (grantee === undefined || way.steps === 0 || withoutBuiltIn(grantee) === null) return [];
      const text = `${key} ${becomes(way.steps)}: ${describeWay(key, ways)}`;
      return [
        {
          namespace: namespaceOfGrantee(grantee, grantee.reaches[0]?.namespace ?? null),
          subject: key,
          text,
        },
      ];
    });
    return accessResults(input, failures);
  },
};

function becomes(steps: number): string {
  return steps === 0
    ? 'is cluster-admin'
    : `can become cluster-admin in ${steps === 1 ? 'one step' : `${steps} steps`}`;
}

/** `any pod in ci` where all of its pods have the token, else the workloads that have it. */
function podsWith({ namespace, withToken }: Account, { pods }: PostureInput): string {
  const all = pods.filter((pod) => pod.namespace === namespace);
  return all.length === withToken.length
    ? `any pod in ${namespace}`
    : `any pod of ${workloadsOf(withToken)} in ${namespace}`;
}
