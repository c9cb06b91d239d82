import {
  accessOf,
  describeGrant,
  lacksAccess,
  objectName,
  ROLES_OF_PEOPLE,
  type Account,
  type Grantee,
  type Reach,
} from '../access/access.ts';
import { hasWildcard } from '../access/abilities.ts';
import { describeWay, waysToAdmin } from '../access/paths.ts';
import { CLUSTER, failuresOr, type Failure, type PostureCheck } from '../check.ts';
import { lacks } from '../lists.ts';
import type { PostureInput, PosturePod } from '../postureInput.ts';
import { BY_ABILITY, NSA, type AbilityCheck } from './accessTable.ts';
import { ordinaryNamespaces, SYSTEM_NAMESPACES } from './namespaces.ts';

const NOT_KNOWN = 'roles and bindings are not known';
const MOST_NAMED = 3;

/** Groups and users that everybody is; `rbac-everybody` looks at them. */
const EVERYBODY = new Set([
  'Group system:authenticated',
  'Group system:unauthenticated',
  'User system:anonymous',
]);

function abilityChecks(row: AbilityCheck): readonly PostureCheck[] {
  const { id, title, severity, inNamespace, names } = row;
  const ofCluster = { id, title, severity, group: 'access', names } as const;
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
  return (input) =>
    overGrantees(input, (grantee) => {
      const reach = grantee.reaches.find(
        (one) => (one.namespace === null) === isOfCluster && matters(one, row, grantee),
      );
      if (reach === undefined) return null;
      const where = isOfCluster ? 'in the whole cluster' : `in ${reach.namespace}`;
      return { reach, text: `may ${row.may} ${where}` };
    });
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

/** A rule over every user, group and service account that Kubernetes did not bind by itself. */
function overGrantees(
  input: PostureInput,
  rule: (grantee: Grantee) => { readonly reach: Reach; readonly text: string } | null,
): ReturnType<PostureCheck['run']> {
  const { grantees, accounts } = accessOf(input);
  const failures = [...grantees].flatMap(([key, grantee]): Failure[] => {
    if (EVERYBODY.has(key) || key === 'Group system:masters') return [];
    const own = withoutBuiltIn(grantee);
    const found = own === null ? null : rule(own);
    if (found === null) return [];
    return [
      {
        namespace: placeOf(grantee, found.reach.namespace),
        subject: key,
        text: `${found.text}: ${describeGrant(found.reach)}${runningWith(grantee, accounts)}`,
      },
    ];
  });
  return accessResults(input, failures);
}

/** In every namespace, and in the cluster what is in none. */
function accessResults(
  input: PostureInput,
  failures: readonly Failure[],
  isUnknown = lacksAccess(input),
): ReturnType<PostureCheck['run']> {
  return failuresOr([...input.namespaces, CLUSTER], failures, isUnknown ? NOT_KNOWN : null);
}

function withoutBuiltIn(grantee: Grantee): Grantee | null {
  const builtIn = new Set(
    grantee.bindings.filter((one) => one.isBuiltIn).map(({ binding }) => binding),
  );
  if (builtIn.size === grantee.bindings.length) return null;
  if (builtIn.size === 0) return grantee;
  return { ...grantee, reaches: grantee.reaches.filter(({ binding }) => !builtIn.has(binding)) };
}

/** A service account is its namespace’s matter, wherever its rights are; people are that of where they have them. */
function placeOf({ subject }: Grantee, namespace: string | null): string {
  const group = /^system:serviceaccounts:(.+)$/.exec(subject.name)?.[1];
  if (subject.kind === 'ServiceAccount') return subject.namespace;
  return (subject.kind === 'Group' ? group : undefined) ?? namespace ?? CLUSTER;
}

function runningWith({ subject }: Grantee, accounts: ReadonlyMap<string, Account>): string {
  if (subject.kind !== 'ServiceAccount') return '';
  const pods = accounts.get(`${subject.namespace}/${subject.name}`)?.pods ?? [];
  return `; used by ${pods.length === 0 ? 'no pod now' : workloadsOf(pods)}`;
}

function workloadsOf(pods: readonly PosturePod[]): string {
  const names = [
    ...new Set(pods.map(({ workload }) => `${workload.kind} ${workload.name}`)),
  ].sort();
  const more = names.length - MOST_NAMED;
  return `${names.slice(0, MOST_NAMED).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}

const WILDCARDS: PostureCheck = {
  id: 'rbac-wildcards',
  title: 'Rights with a wildcard',
  severity: 'medium',
  group: 'access',
  names: {
    ...NSA,
    cis: '5.1.3',
    kubescape: ['C-0187'],
    kubeLinter: ['wildcard-in-rules'],
    polaris: ['rolebindingClusterAdminRole'],
  },
  run(input) {
    const { grantees } = accessOf(input);
    const failures = [...grantees].flatMap(([key, grantee]): Failure[] => {
      if (EVERYBODY.has(key)) return [];
      for (const { binding, role, isBuiltIn } of grantee.bindings) {
        if (role === null || isBuiltIn) continue;
        const isAdmin = binding.namespace === '' && hasEverything(grantee, null);
        const rule = isAdmin ? undefined : role.rules.find(hasWildcard);
        if (rule === undefined) continue;
        const { verbs, apiGroups, resources } = rule;
        const asked = `${verbs.join(',')} on ${resources.join(',')} of API group ${apiGroups.map((one) => one || 'core').join(',')}`;
        return [
          {
            namespace: placeOf(grantee, binding.namespace || null),
            subject: key,
            text: `may ${asked}: ${describeGrant({ role, binding })}`,
          },
        ];
      }
      return [];
    });
    return accessResults(input, failures);
  },
};

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
        failures.set(subject, {
          namespace: bound.binding.namespace || CLUSTER,
          subject,
          text,
        });
    }
  }
  return accessResults(input, [...failures.values()]);
}

const BINDING_CHECKS: readonly PostureCheck[] = [
  {
    id: 'rbac-masters-group',
    title: 'The group system:masters bound',
    severity: 'medium',
    group: 'access',
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
    group: 'access',
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
    group: 'access',
    names: { ...NSA, popeye: ['1300'], kubeLinter: ['non-existent-service-account'] },
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

/** The check that says who can become cluster-admin, and how. */
export const ADMIN_PATH = 'rbac-path';

const PATHS: PostureCheck = {
  id: ADMIN_PATH,
  title: 'A way to cluster-admin',
  severity: 'critical',
  group: 'access',
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
        { namespace: placeOf(grantee, grantee.reaches[0]?.namespace ?? null), subject: key, text },
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

/** Who may do what, and where that leads. */
export const ACCESS_CHECKS: readonly PostureCheck[] = [
  PATHS,
  ...BY_ABILITY.flatMap(abilityChecks),
  WILDCARDS,
  DEFAULT_ACCOUNT,
  ...BINDING_CHECKS,
];
