import { IMPERSONATES } from '../../signals/callMemory.ts';
import type { AccessRule } from '../../../model/reviewedObjects.ts';

/** Requests that lead to more than they say, in the API’s own words. */
interface Request {
  readonly verbs: readonly string[];
  readonly group: string;
  /** With subresources, such as `pods/exec`. */
  readonly resources: readonly string[];
}

interface AbilityRow {
  /** Any of these is enough. */
  readonly requests: readonly Request[];
  /** Of kinds without a namespace: a RoleBinding does not grant it. */
  readonly isOfCluster?: boolean;
}

const RBAC = 'rbac.authorization.k8s.io';
const ADMISSION = 'admissionregistration.k8s.io';
const CERTIFICATES = 'certificates.k8s.io';
const READS = ['get', 'list', 'watch'];
const WRITE = ['create', 'update', 'patch'];

function on(group: string, resources: string, ...verbs: readonly string[]): Request {
  return { verbs, group, resources: resources.split(',') };
}

/** Everything that the review looks for in roles. */
const ABILITIES = {
  'read secrets': { requests: [on('', 'secrets', ...READS)] },
  'create secrets': { requests: [on('', 'secrets', 'create')] },
  'run pods': {
    requests: [
      on('', 'pods', 'create'),
      on('', 'replicationcontrollers', ...WRITE),
      on('apps', 'deployments,daemonsets,statefulsets,replicasets', ...WRITE),
      on('batch', 'cronjobs', ...WRITE),
      // The pod template of a Job cannot be changed.
      on('batch', 'jobs', 'create'),
    ],
  },
  // A WebSocket asks for exec and attach by GET.
  'exec into pods': {
    requests: [
      on('', 'pods/exec,pods/attach', 'create', 'get'),
      on('', 'pods/ephemeralcontainers', 'update', 'patch'),
    ],
  },
  'create tokens': { requests: [on('', 'serviceaccounts/token', 'create')] },
  // Groups and UIDs are taken on with a user alone.
  'impersonate users': { requests: [on('', 'users', 'impersonate')], isOfCluster: true },
  'impersonate groups': { requests: [on('', 'groups', 'impersonate')], isOfCluster: true },
  'impersonate UIDs': {
    requests: [on('authentication.k8s.io', 'uids', 'impersonate')],
    isOfCluster: true,
  },
  'impersonate service accounts': { requests: [on('', 'serviceaccounts', 'impersonate')] },
  // Who only creates roles cannot put a right into the one that it has.
  'rewrite roles': { requests: [on(RBAC, 'roles', 'update', 'patch')] },
  'escalate roles': { requests: [on(RBAC, 'roles', 'escalate')] },
  'escalate cluster roles': {
    requests: [on(RBAC, 'clusterroles', 'escalate')],
    isOfCluster: true,
  },
  'rewrite cluster roles': {
    requests: [on(RBAC, 'clusterroles', 'update', 'patch')],
    isOfCluster: true,
  },
  // A RoleBinding may refer to a ClusterRole: bind on clusterroles counts within a namespace too.
  'bind cluster roles': { requests: [on(RBAC, 'clusterroles', 'bind')] },
  'bind roles': { requests: [on(RBAC, 'roles', 'bind')] },
  'write role bindings': { requests: [on(RBAC, 'rolebindings', ...WRITE)] },
  'write cluster role bindings': {
    requests: [on(RBAC, 'clusterrolebindings', ...WRITE)],
    isOfCluster: true,
  },
  'proxy to nodes': { requests: [on('', 'nodes/proxy', 'get', 'create')], isOfCluster: true },
  'approve certificates': {
    requests: [on(CERTIFICATES, 'certificatesigningrequests/approval', 'update', 'patch')],
    isOfCluster: true,
  },
  'approve for signers': { requests: [on(CERTIFICATES, 'signers', 'approve')], isOfCluster: true },
  'request certificates': {
    requests: [on(CERTIFICATES, 'certificatesigningrequests', 'create')],
    isOfCluster: true,
  },
  'change mutating webhooks': {
    requests: [on(ADMISSION, 'mutatingwebhookconfigurations', ...WRITE, 'delete')],
    isOfCluster: true,
  },
  'change validating webhooks': {
    requests: [on(ADMISSION, 'validatingwebhookconfigurations', ...WRITE, 'delete')],
    isOfCluster: true,
  },
  'create persistent volumes': {
    requests: [on('', 'persistentvolumes', 'create')],
    isOfCluster: true,
  },
  'create volume claims': { requests: [on('', 'persistentvolumeclaims', 'create')] },
} as const satisfies Readonly<Record<string, AbilityRow>>;

export type Ability = keyof typeof ABILITIES | 'do everything';

const ROWS = Object.entries(ABILITIES) as readonly (readonly [
  keyof typeof ABILITIES,
  AbilityRow,
])[];

/** True for abilities that a RoleBinding cannot give. */
export function isOfCluster(ability: Ability): boolean {
  return ability !== 'do everything' && (ABILITIES[ability] as AbilityRow).isOfCluster === true;
}

/** What a role’s rules allow of these, with the names that each is held to; null: any. */
export function abilitiesOf(
  rules: readonly AccessRule[],
): ReadonlyMap<Ability, ReadonlySet<string> | null> {
  const found = new Map<Ability, ReadonlySet<string> | null>();
  if (rules.some(isEverything)) found.set('do everything', null);
  for (const [ability, { requests }] of ROWS) {
    let names: Set<string> | null | undefined;
    for (const rule of rules) {
      if (names === null || !requests.some((request) => allows(rule, request))) continue;
      if (rule.resourceNames.length === 0) names = null;
      else names = new Set([...(names ?? []), ...rule.resourceNames]);
    }
    if (names !== undefined) found.set(ability, names);
  }
  return found;
}

/** Verbs that audit events show; `bind`, `escalate` and `approve` are asked for within other requests. */
const SEEN_VERBS: ReadonlySet<string> = new Set([...READS, ...WRITE, 'delete', 'deletecollection']);

/** Whether calls (`get secrets`, `patch deployments.apps`) made use of an ability; null where calls cannot show it. */
export function usesAbility(
  ability: Ability,
  calls: Readonly<Record<string, unknown>>,
): boolean | null {
  if (ability === 'do everything') return null;
  if (ability.startsWith(IMPERSONATES)) return IMPERSONATES in calls;
  const { requests } = ABILITIES[ability] as AbilityRow;
  const seen = requests.flatMap(({ verbs, group, resources }) =>
    resources.flatMap((resource) =>
      verbs.filter((verb) => SEEN_VERBS.has(verb)).map((verb) => callOf(verb, group, resource)),
    ),
  );
  return seen.length === 0 ? null : seen.some((call) => call in calls);
}

/** As audit events are counted: `patch deployments.apps/scale`. */
function callOf(verb: string, group: string, path: string): string {
  const [resource = '', ...subresource] = path.split('/');
  return `${verb} ${[`${resource}${group === '' ? '' : `.${group}`}`, ...subresource].join('/')}`;
}

/** Whether calls made use of any rule; null where calls cannot show it. */
export function usesRules(
  rules: readonly AccessRule[],
  calls: Readonly<Record<string, unknown>>,
): boolean | null {
  const shown = rules.filter(
    ({ verbs, resources }) =>
      resources.length > 0 && verbs.some((verb) => verb === '*' || SEEN_VERBS.has(verb)),
  );
  if (shown.length === 0) return null;
  return Object.keys(calls).some((call) => {
    const [, verb = '', resource = '', group = '', subresource = ''] =
      /^(\S+) ([^./]*)(?:\.([^/]*))?(\/.*)?$/.exec(call) ?? [];
    return shown.some((rule) =>
      allows(rule, { verbs: [verb], group, resources: [`${resource}${subresource}`] }, true),
    );
  });
}

function isEverything({ verbs, apiGroups, resources, resourceNames }: AccessRule): boolean {
  return (
    [verbs, apiGroups, resources].every((one) => one.includes('*')) && resourceNames.length === 0
  );
}

/** As Kubernetes’ own authorizer matches: `pods/*` is a literal, while a star before `/exec` is of every kind. */
function allows(rule: AccessRule, { verbs, group, resources }: Request, anyName = false): boolean {
  if (!has(rule.apiGroups, group)) return false;
  return resources.some((resource) => {
    const [, subresource] = resource.split('/');
    const isResource =
      has(rule.resources, resource) ||
      (subresource !== undefined && rule.resources.includes(`*/${subresource}`));
    // What is to be created has no name yet: rules with names never allow it, but for a subresource of a named object.
    const isNamed = !anyName && rule.resourceNames.length > 0 && subresource === undefined;
    return (
      isResource && verbs.some((verb) => has(rule.verbs, verb) && !(isNamed && verb === 'create'))
    );
  });
}

function has(list: readonly string[], value: string): boolean {
  return list.includes('*') || list.includes(value);
}

/** The API groups that Kubernetes itself serves. */
export const OWN_GROUP = /^$|^(?:apps|autoscaling|batch|policy|extensions)$|\.k8s\.io$/;

/**
 * True where a rule says `*` of what Kubernetes itself serves. An operator’s `*` over its own API group, or over a named
 * object, holds less.
 */
export function hasWildcard({ verbs, apiGroups, resources, resourceNames }: AccessRule): boolean {
  if (resourceNames.length > 0) return false;
  if (apiGroups.includes('*')) return true;
  return (
    apiGroups.some((group) => OWN_GROUP.test(group)) &&
    (verbs.includes('*') || resources.includes('*'))
  );
}
