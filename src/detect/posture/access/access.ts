import type { ClusterObjects } from '../../../model/clusterObjects.ts';
import type {
  AccessRule,
  AccessSubject,
  RoleBindingObject,
  RoleObject,
} from '../../../model/reviewedObjects.ts';
import { selects } from '../../../model/labelSelector.ts';
import type { PostureInput, PosturePod } from '../postureInput.ts';
import { lacks } from '../lists.ts';
import { abilitiesOf, isOfCluster, type Ability } from './abilities.ts';

/** Where and how somebody has an ability. */
export interface Reach {
  readonly ability: Ability;
  /** Null: in the whole cluster. */
  readonly namespace: string | null;
  /** The only objects that it may be used on; null: all. */
  readonly names: ReadonlySet<string> | null;
  readonly binding: RoleBindingObject;
  readonly role: RoleObject;
}

/** A user, group or service account with what bindings give it. */
export interface Grantee {
  readonly subject: AccessSubject;
  readonly bindings: readonly Bound[];
  readonly reaches: readonly Reach[];
}

interface Bound {
  readonly binding: RoleBindingObject;
  /** Null: there is no such role. */
  readonly role: RoleObject | null;
  /** Part of Kubernetes or of kubeadm: it is no mistake. */
  readonly isBuiltIn: boolean;
}

/** Who may do what. */
export interface Access {
  readonly grantees: ReadonlyMap<string, Grantee>;
  /** Every service account that is known of, by `NAMESPACE/NAME`. */
  readonly accounts: ReadonlyMap<string, Account>;
}

export interface Account {
  readonly namespace: string;
  readonly name: string;
  /** Names of the Secrets that hold tokens of it. */
  readonly tokenSecrets: readonly string[];
  /** Pods that run with it. */
  readonly pods: readonly PosturePod[];
  /** Those of them that have its token. */
  readonly withToken: readonly PosturePod[];
}

const EVERYTHING: AccessRule = {
  verbs: ['*'],
  apiGroups: ['*'],
  resources: ['*'],
  resourceNames: [],
};

function builtIn(name: string, ...rules: readonly AccessRule[]): RoleObject {
  return { namespace: '', name, labels: {}, rules, aggregates: [] };
}

function rule(group: string, resources: string, ...verbs: readonly string[]): AccessRule {
  return { verbs, apiGroups: [group], resources: resources.split(','), resourceNames: [] };
}

/** Without a wildcard: these roles name every verb. */
const READ_WRITE = ['get', 'list', 'create', 'update', 'patch'];

const EDIT = [
  rule(
    '',
    'secrets,pods,pods/exec,pods/attach,replicationcontrollers,persistentvolumeclaims',
    ...READ_WRITE,
  ),
  rule('apps', 'deployments,daemonsets,statefulsets,replicasets', ...READ_WRITE),
  rule('batch', 'jobs,cronjobs', ...READ_WRITE),
  rule('', 'serviceaccounts', 'impersonate'),
  rule('', 'serviceaccounts/token', 'create'),
];

/** Roles that every cluster has, where the list does not name them. */
const USUAL_ROLES: readonly RoleObject[] = [
  builtIn('cluster-admin', EVERYTHING),
  builtIn('admin', ...EDIT, rule('rbac.authorization.k8s.io', 'rolebindings,roles', 'create')),
  builtIn('edit', ...EDIT),
  builtIn('view'),
];

/** The roles that Kubernetes makes for people, to be bound in their own namespaces. */
export const ROLES_OF_PEOPLE: ReadonlySet<string> = new Set(['admin', 'edit', 'view']);

const NOTHING: ReturnType<typeof abilitiesOf> = new Map();
const known = new WeakMap<PostureInput, Access>();

/** Who may do what; worked out once an input. */
export function accessOf(input: PostureInput): Access {
  const before = known.get(input);
  if (before !== undefined) return before;
  const access = readAccess(input);
  known.set(input, access);
  return access;
}

function readAccess({ objects, pods }: PostureInput): Access {
  if (objects === null) return { grantees: new Map(), accounts: new Map() };
  const roles = rolesOf(objects);
  const abilities = new Map<RoleObject, ReturnType<typeof abilitiesOf>>();
  const grantees = new Map<
    string,
    { subject: AccessSubject; bindings: Bound[]; reaches: Reach[] }
  >();
  for (const binding of objects.roleBindings) {
    const role = roles.get(roleKey(binding)) ?? null;
    const able = role === null ? NOTHING : (abilities.get(role) ?? abilitiesOf(role.rules));
    if (role !== null) abilities.set(role, able);
    for (const subject of binding.subjects) {
      const key = subjectKey(subject);
      const grantee = grantees.get(key) ?? { subject, bindings: [], reaches: [] };
      grantees.set(key, grantee);
      grantee.bindings.push({ binding, role, isBuiltIn: isBuiltIn(binding, subject, able) });
      if (role === null) continue;
      const namespace = binding.namespace || null;
      for (const [ability, names] of able) {
        if (namespace !== null && isOfCluster(ability)) continue;
        grantee.reaches.push({ ability, namespace, names, binding, role });
      }
    }
  }
  return { grantees, accounts: accountsOf(objects, pods, grantees.values()) };
}

/** Roles by `NAMESPACE/NAME`, aggregated ones with what they gather. */
function rolesOf(objects: ClusterObjects): ReadonlyMap<string, RoleObject> {
  const listed = objects.roles;
  const ofCluster = listed.filter(({ namespace }) => namespace === '');
  /** Aggregated roles gather aggregated roles. */
  const rulesOf = (role: RoleObject, seen: ReadonlySet<RoleObject>): readonly AccessRule[] => {
    if (role.aggregates.length === 0) return role.rules;
    const within = new Set([...seen, role]);
    const parts = ofCluster.filter(
      (one) =>
        !within.has(one) && role.aggregates.some((selector) => selects(selector, one.labels)),
    );
    return [...role.rules, ...parts.flatMap((one) => rulesOf(one, within))];
  };
  const whole = listed.map((role) => ({ ...role, rules: rulesOf(role, new Set()) }));
  return new Map(
    [...USUAL_ROLES, ...whole].map((role) => [`${role.namespace}/${role.name}`, role]),
  );
}

function roleKey({ namespace, role }: RoleBindingObject): string {
  return `${role.kind === 'Role' ? namespace : ''}/${role.name}`;
}

function accountsOf(
  objects: ClusterObjects,
  pods: readonly PosturePod[],
  grantees: Iterable<Grantee>,
): ReadonlyMap<string, Account> {
  const accounts = new Map<string, Account & { pods: PosturePod[]; withToken: PosturePod[] }>();
  const accountOf = (namespace: string, name: string, tokenSecrets: readonly string[] = []) => {
    const key = `${namespace}/${name}`;
    const account = accounts.get(key) ?? { namespace, name, tokenSecrets, pods: [], withToken: [] };
    accounts.set(key, account);
    return account;
  };
  const refusing = new Set<string>();
  for (const { namespace, name, automountToken, tokenSecrets } of objects.serviceAccounts) {
    accountOf(namespace, name, tokenSecrets);
    if (automountToken === false) refusing.add(`${namespace}/${name}`);
  }
  for (const { subject } of grantees)
    if (subject.kind === 'ServiceAccount') accountOf(subject.namespace, subject.name);
  for (const pod of pods) {
    if (pod.spec === null) continue;
    const account = accountOf(pod.namespace, pod.spec.serviceAccount ?? 'default');
    account.pods.push(pod);
    const isPromised =
      pod.spec.isAsWritten === true && !refusing.has(`${account.namespace}/${account.name}`);
    if (pod.spec.tokenMounted || isPromised) account.withToken.push(pod);
  }
  return accounts;
}

/** `ServiceAccount ci/builder`, `Group devs`: how a grantee is called. */
export function subjectKey({ kind, namespace, name }: AccessSubject): string {
  return kind === 'ServiceAccount' ? `${kind} ${namespace}/${name}` : `${kind} ${name}`;
}

/** `RoleBinding shop/deployers`, `ClusterRole view`: how an object is called. */
export function objectName(
  kind: 'Role' | 'RoleBinding',
  { namespace, name }: { readonly namespace: string; readonly name: string },
): string {
  return namespace === '' ? `Cluster${kind} ${name}` : `${kind} ${namespace}/${name}`;
}

/** `Role shop/deployer through RoleBinding shop/deployers`: where a right comes from. */
export function describeGrant({ role, binding }: Pick<Reach, 'role' | 'binding'>): string {
  return `${objectName('Role', role)} through ${objectName('RoleBinding', binding)}`;
}

/** Bindings through which Kubernetes tells everybody about itself. */
const TO_EVERYBODY = new Set([
  'system:basic-user',
  'system:discovery',
  'system:public-info-viewer',
  'system:service-account-issuer-discovery',
]);
const OWN_GROUPS = /^system:(?:nodes|monitoring|bootstrappers(?::.*)?)$/;
const OWN_USERS = /^system:kube-(?:controller-manager|scheduler|proxy)$/;
const OWN_ROLES = /^(?:system|kubeadm):|^extension-apiserver-authentication-reader$/;
const OWN_BINDINGS =
  /^(?:system:kube-dns|system:coredns|kubeadm:node-proxier|system::leader-locking-.*|system::extension-apiserver-authentication-reader)$/;

/**
 * True for what Kubernetes and kubeadm bind by themselves: name, role and subject must all be theirs, so that somebody
 * who adds a subject to such a binding, or a rule to such a role, is seen.
 */
function isBuiltIn(
  { name, namespace, role }: RoleBindingObject,
  subject: AccessSubject,
  abilities: ReadonlyMap<Ability, unknown>,
): boolean {
  const isGroup = subject.kind === 'Group';
  if (name === 'cluster-admin') return isGroup && subject.name === 'system:masters';
  if (name === 'kubeadm:cluster-admins') return isGroup && subject.name === name;
  if (abilities.has('do everything')) return false;
  if (namespace === 'kube-public' && name === 'kubeadm:bootstrap-signer-clusterinfo')
    return subject.name === 'system:anonymous' && abilities.size === 0;
  if (TO_EVERYBODY.has(name)) return role.name === name && abilities.size === 0;
  if (!/^(?:system|kubeadm):/.test(name) || !OWN_ROLES.test(role.name)) return false;
  if (isGroup) return OWN_GROUPS.test(subject.name);
  if (subject.kind === 'User') return OWN_USERS.test(subject.name);
  if (subject.namespace !== 'kube-system') return false;
  return OWN_BINDINGS.test(name) || name === `system:controller:${subject.name}`;
}

/** The lists without which nobody can say that somebody has no access. */
export function lacksAccess(input: PostureInput): boolean {
  return lacks(
    input,
    'roles.rbac.authorization.k8s.io',
    'rolebindings.rbac.authorization.k8s.io',
    'clusterroles.rbac.authorization.k8s.io',
    'clusterrolebindings.rbac.authorization.k8s.io',
  );
}
