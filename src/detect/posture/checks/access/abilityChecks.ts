import { hasWildcard } from '../../access/abilities.ts';
import {
  accessOf,
  describeGrant,
  ROLES_OF_PEOPLE,
  type Account,
  type Grantee,
  type Reach,
} from '../../access/access.ts';
import type { PostureCheck, UngroupedCheck } from '../../check.ts';
import { overGrantees, workloadsOf } from './grantees.ts';
import { BY_ABILITY, NSA, type AbilityCheck } from './table.ts';

function abilityChecks(row: AbilityCheck): readonly UngroupedCheck[] {
  const { id, title, severity, inNamespace, names } = row;
  const ofCluster = { id, title, severity, names };
  if (inNamespace === undefined) return [{ ...ofCluster, run: abilityRule(row, true) }];
  return [
    { ...ofCluster, title: `${title} (whole cluster)`, run: abilityRule(row, true) },
    {
      ...ofCluster,
      id: `${id}-in-namespace`,
      title: `${title} (one namespace)`,
      severity: inNamespace,
      run: abilityRule(row, false),
    },
  ];
}

function abilityRule(row: AbilityCheck, isOfCluster: boolean): PostureCheck['run'] {
  return (input) => {
    const { accounts } = accessOf(input);
    return overGrantees(input, (grantee, key) => {
      if (key === 'Group system:masters') return null;
      const reach = grantee.reaches.find(
        (one) => (one.namespace === null) === isOfCluster && matters(one, row, grantee),
      );
      if (reach === undefined) return null;
      const where = isOfCluster ? 'in the whole cluster' : `in ${reach.namespace}`;
      const text = `may ${row.may} ${where}: ${describeGrant(reach)}${runningWith(grantee, accounts)}`;
      return { namespace: reach.namespace, text };
    });
  };
}

function matters(
  { ability, namespace, names, role }: Reach,
  { abilities, strongNames = [] }: AbilityCheck,
  grantee: Grantee,
): boolean {
  if (!abilities.includes(ability)) return false;
  // Who may do everything is said once.
  if (ability !== 'do everything' && hasEverything(grantee, namespace)) return false;
  // People have the roles that Kubernetes made for them in their own namespaces.
  const isOfPeople = grantee.subject.kind !== 'ServiceAccount' && ROLES_OF_PEOPLE.has(role.name);
  if (namespace !== null && isOfPeople) return false;
  // Into a role that one may escalate goes every right, whatever it is called.
  return (
    names === null || ability.startsWith('escalate') || strongNames.some((name) => names.has(name))
  );
}

/** Whether it may do everything in the whole cluster (null), or at least in this namespace. */
function hasEverything({ reaches }: Grantee, place: string | null): boolean {
  return reaches.some(
    ({ ability, namespace }) =>
      ability === 'do everything' && (namespace === null || namespace === place),
  );
}

function runningWith({ subject }: Grantee, accounts: ReadonlyMap<string, Account>): string {
  if (subject.kind !== 'ServiceAccount') return '';
  const pods = accounts.get(`${subject.namespace}/${subject.name}`)?.pods ?? [];
  return `; used by ${pods.length === 0 ? 'no pod now' : workloadsOf(pods)}`;
}

const WILDCARDS: UngroupedCheck = {
  id: 'rbac-wildcards',
  title: 'Rights with a wildcard',
  severity: 'medium',
  names: {
    ...NSA,
    cis: '5.1.3',
    kubescape: ['C-0187'],
    kubeLinter: ['wildcard-in-rules'],
    polaris: ['rolebindingClusterAdminClusterRole', 'rolebindingClusterAdminRole'],
  },
  run: (input) =>
    overGrantees(input, ({ bindings }, _key, whole) => {
      for (const { binding, role, isBuiltIn } of bindings) {
        if (role === null || isBuiltIn) continue;
        const isAdmin = binding.namespace === '' && hasEverything(whole, null);
        const rule = isAdmin ? undefined : role.rules.find(hasWildcard);
        if (rule === undefined) continue;
        const { verbs, apiGroups, resources } = rule;
        const asked = `${verbs.join(',')} on ${resources.join(',')} of API group ${apiGroups.map((one) => one || 'core').join(',')}`;
        const text = `may ${asked}: ${describeGrant({ role, binding })}`;
        return { namespace: binding.namespace || null, text };
      }
      return null;
    }),
};

/** What roles allow, by ability and by wildcard. */
export const ABILITY_CHECKS: readonly UngroupedCheck[] = [
  ...BY_ABILITY.flatMap(abilityChecks),
  WILDCARDS,
];
