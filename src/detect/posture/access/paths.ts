import { ENFORCE } from '../lists.ts';
import type { PostureInput } from '../postureInput.ts';
import {
  accessOf,
  describeGrant,
  subjectKey,
  type Account,
  type Grantee,
  type Reach,
} from './access.ts';
import type { Ability } from './abilities.ts';

/** The last steps: every further one is a way to more of the same. */
const ADMIN = 'cluster-admin';
const NODES = 'every node';

/** How somebody becomes cluster-admin. */
export interface Way {
  /** 0: is it already. */
  readonly steps: number;
  /** What is done in this step, through which role. */
  readonly text: string;
  /** Who does the next step; null: this one is the last. */
  readonly next: string | null;
}

/** One step that somebody can take. */
interface Step {
  readonly text: string;
  readonly to: readonly string[];
}

/** The shortest way of every grantee that has one, by `subjectKey`; `steps` counts what has to be done. */
export function waysToAdmin(input: PostureInput): ReadonlyMap<string, Way> {
  const { grantees, accounts } = accessOf(input);
  const groups = accountGroups(accounts, grantees.values());
  const all = new Map(grantees);
  // Accounts without a binding of their own still have what their groups have.
  for (const { namespace, name } of accounts.values()) {
    const subject = { kind: 'ServiceAccount', namespace, name } as const;
    const key = subjectKey(subject);
    if (!all.has(key)) all.set(key, { subject, bindings: [], reaches: [] });
  }
  const steps = new Map<string, readonly Step[]>();
  for (const [key, grantee] of all) {
    const found = stepsOf(ofGroups(grantee, grantees), input, groups);
    if (found.length > 0) steps.set(key, found);
  }
  const nodes = stepsOfNodes(input, groups);
  if (nodes.length > 0) steps.set(NODES, nodes);
  return shortest(steps, groups);
}

/** From the end: who is one step from what is known already. */
function shortest(
  steps: ReadonlyMap<string, readonly Step[]>,
  groups: ReadonlyMap<string, readonly string[]>,
): ReadonlyMap<string, Way> {
  const ways = new Map<string, Way>();
  const nearest = (
    target: string,
  ): { readonly who: string | null; readonly steps: number } | null => {
    if (target === ADMIN) return { who: null, steps: 0 };
    let best: { readonly who: string; readonly steps: number } | null = null;
    for (const who of groups.get(target) ?? [target]) {
      const way = ways.get(who);
      if (way !== undefined && (best === null || way.steps < best.steps))
        best = { who, steps: way.steps };
    }
    return best;
  };
  for (let round = 0; round <= MOST_STEPS; round += 1) {
    const found: [string, Way][] = [];
    const near = new Map<string, ReturnType<typeof nearest>>();
    for (const [who, choices] of steps) {
      if (ways.has(who)) continue;
      for (const { text, to } of choices) {
        const next = to
          .map((target) => {
            if (!near.has(target)) near.set(target, nearest(target));
            return near.get(target)!;
          })
          .find((one) => one !== null && one.who !== who);
        if (next === undefined) continue;
        const length = text === IS_ADMIN ? 0 : next.steps + 1;
        if (length > round) continue;
        found.push([who, { steps: length, text, next: next.who }]);
        break;
      }
    }
    // What this round finds counts from the next one on.
    for (const [who, way] of found) ways.set(who, way);
  }
  return ways;
}

/** Longer ways are not looked for. */
const MOST_STEPS = 4;
const IS_ADMIN = 'is cluster-admin';

/** With what it has through groups that its account is in. */
function ofGroups(grantee: Grantee, grantees: ReadonlyMap<string, Grantee>): Grantee {
  const { kind, namespace } = grantee.subject;
  const names = [
    ...(kind === 'ServiceAccount'
      ? ['system:serviceaccounts', `system:serviceaccounts:${namespace}`]
      : []),
    ...(kind === 'Group' ? [] : ['system:authenticated']),
  ];
  const more = names.flatMap((name) => grantees.get(`Group ${name}`)?.reaches ?? []);
  return more.length === 0 ? grantee : { ...grantee, reaches: [...grantee.reaches, ...more] };
}

/**
 * `accounts:ci`, `running:ci` and `tokens:ci` (those whose tokens lie in Secrets), those of all namespaces (`accounts:*`),
 * and `User` and `Group` for all of these, as keys of grantees.
 */
function accountGroups(
  accounts: ReadonlyMap<string, Account>,
  grantees: Iterable<Grantee>,
): ReadonlyMap<string, readonly string[]> {
  const groups = new Map<string, string[]>();
  const add = (group: string, key: string): void => {
    const list = groups.get(group) ?? [];
    groups.set(group, list);
    list.push(key);
  };
  for (const account of accounts.values()) {
    const key = subjectKey({ kind: 'ServiceAccount', ...account });
    for (const where of [account.namespace, '*']) {
      add(`accounts:${where}`, key);
      if (account.withToken.length > 0) add(`running:${where}`, key);
      if (account.tokenSecrets.length > 0) add(`tokens:${where}`, key);
    }
  }
  for (const { subject } of grantees)
    if (subject.kind !== 'ServiceAccount') add(subject.kind, subjectKey(subject));
  return groups;
}

function stepsOf(
  { reaches }: Grantee,
  input: PostureInput,
  groups: ReadonlyMap<string, readonly string[]>,
): readonly Step[] {
  const steps: Step[] = [];
  const first = (
    ability: Ability,
    namespace: string | null | undefined,
    isOfAll = false,
  ): Reach | undefined =>
    reaches.find(
      (reach) =>
        reach.ability === ability &&
        (!isOfAll || reach.names === null) &&
        (namespace === undefined || reach.namespace === null || reach.namespace === namespace),
    );
  const add = (reach: Reach | undefined, text: string, ...to: readonly string[]): void => {
    if (reach === undefined) return;
    steps.push({ text: `${text} (${describeGrant(reach)})`, to });
  };
  const whole = (ability: Ability): Reach | undefined => first(ability, null);
  /** What is not held to names. */
  const free = (ability: Ability, namespace: string | null): Reach | undefined =>
    first(ability, namespace, true);

  if (whole('do everything')) return [{ text: IS_ADMIN, to: [ADMIN] }];
  impersonation();
  for (const reach of reaches) if (reach.namespace === null) ownClusterRole(reach);
  const binds = whole('bind cluster roles');
  if (binds && isFree(binds, 'cluster-admin') && free('write cluster role bindings', null))
    add(binds, 'binds cluster-admin to itself', ADMIN);
  add(
    free('change mutating webhooks', null),
    'changes every new object by a webhook of its own',
    ADMIN,
  );
  const signs = whole('approve for signers');
  const isOfUsers = signs && USER_SIGNERS.some((name) => isFree(signs, name));
  if (whole('request certificates') && isOfUsers)
    add(whole('approve certificates'), 'approves a certificate of another user for itself', ADMIN);
  add(
    free('proxy to nodes', null),
    'runs commands in any pod through the kubelets',
    NODES,
    'running:*',
  );
  for (const reach of reaches) stepsWithin(reach);
  return steps;

  /** A group is taken on together with a user or a service account. */
  function impersonation(): void {
    const users = whole('impersonate users');
    const ofGroups = whole('impersonate groups');
    if (ofGroups && (users ?? first('impersonate service accounts', undefined))) {
      if (isFree(ofGroups, 'system:masters'))
        add(ofGroups, 'impersonates the group system:masters', ADMIN);
      add(ofGroups, 'impersonates a group', ...named('Group', ofGroups));
    }
    if (users) add(users, 'impersonates a user', ...named('User', users));
  }

  function named(kind: 'User' | 'Group', { names }: Reach): readonly string[] {
    return names === null ? [kind] : [...names].map((name) => `${kind} ${name}`);
  }

  /** Who writes and escalates the ClusterRole that it has writes everything into it. */
  function ownClusterRole({ role }: Reach): void {
    const writes = whole('rewrite cluster roles');
    const escalates = whole('escalate cluster roles');
    if (writes && escalates && isFree(writes, role.name) && isFree(escalates, role.name))
      add(escalates, 'gives its own role every verb by escalate', ADMIN);
  }

  function stepsWithin(reach: Reach): void {
    const { ability, namespace, names } = reach;
    const where = namespace ?? '*';
    const accounts = `accounts:${where}`;
    const place = namespace === null ? 'any namespace' : namespace;
    const accountsNamed = (): readonly string[] =>
      names === null
        ? [accounts]
        : [...names].flatMap((name) =>
            namespace === null
              ? (groups.get('accounts:*') ?? []).filter((key) => key.endsWith(`/${name}`))
              : [`ServiceAccount ${namespace}/${name}`],
          );
    switch (ability) {
      case 'do everything':
        return add(reach, `does everything in ${place}`, accounts, ...nodesFrom(namespace));
      case 'run pods':
        return add(
          reach,
          `runs a pod in ${place} with an account there`,
          accounts,
          ...nodesFrom(namespace),
        );
      case 'exec into pods':
        if (names === null) add(reach, `runs commands in the pods of ${place}`, `running:${where}`);
        return;
      case 'create tokens':
        return add(reach, `creates a token of an account in ${place}`, ...accountsNamed());
      case 'impersonate service accounts':
        return add(reach, `impersonates an account of ${place}`, ...accountsNamed());
      case 'read secrets':
        if (names !== null) return;
        if (first('create secrets', namespace))
          add(reach, `makes and reads a token Secret of an account in ${place}`, accounts);
        return add(reach, `reads a token Secret of an account in ${place}`, `tokens:${where}`);
      case 'escalate roles': {
        const own = reaches.filter(
          ({ role }) => role.namespace !== '' && (where === '*' || role.namespace === namespace),
        );
        for (const { role } of own) {
          const writes = first('rewrite roles', role.namespace);
          if (writes && isFree(writes, role.name) && isFree(reach, role.name))
            add(
              reach,
              `gives its own role every verb in ${role.namespace}`,
              `accounts:${role.namespace}`,
            );
        }
        return;
      }
      case 'bind cluster roles':
        if (
          STRONG_ROLES.some((name) => isFree(reach, name)) &&
          free('write role bindings', namespace)
        )
          add(reach, `binds a strong role to itself in ${place}`, accounts);
        return;
      case 'create persistent volumes':
        if (first('create volume claims', undefined) && first('run pods', undefined))
          add(reach, 'mounts a node’s root as a volume', NODES);
        return;
      default:
    }
  }

  /** A privileged pod takes its node over, where Pod Security lets one in. */
  function nodesFrom(namespace: string | null): readonly string[] {
    const places = namespace === null ? input.namespaces : [namespace];
    return places.some((name) => letsPrivilegedIn(input, name)) ? [NODES] : [];
  }
}

/** Whose certificates the API server takes for users. */
const USER_SIGNERS = [
  'kubernetes.io/*',
  'kubernetes.io/kube-apiserver-client',
  'kubernetes.io/kube-apiserver-client-kubelet',
];
/** Each of them runs pods in the namespace that it is bound in. */
const STRONG_ROLES = ['cluster-admin', 'admin', 'edit'];

function isFree({ names }: Reach, wanted: string): boolean {
  return names === null || names.has(wanted);
}

function letsPrivilegedIn({ namespaceLabels }: PostureInput, namespace: string): boolean {
  const labels = namespaceLabels?.get(namespace);
  if (labels === undefined) return false;
  const level = labels[ENFORCE];
  return level === undefined || level === 'privileged';
}

/** Whoever has the nodes has the tokens of their pods and, where the control plane is among them, everything. */
function stepsOfNodes(
  { objects }: PostureInput,
  groups: ReadonlyMap<string, readonly string[]>,
): readonly Step[] {
  const hasControlPlane = objects?.nodes.some(
    ({ labels }) => 'node-role.kubernetes.io/control-plane' in labels,
  );
  return [
    ...(hasControlPlane ? [{ text: 'takes over a node of the control plane', to: [ADMIN] }] : []),
    ...(groups.has('running:*')
      ? [{ text: 'takes a token from a pod of its node', to: ['running:*'] }]
      : []),
  ];
}

/** The whole way in words, from who has it. */
export function describeWay(who: string, ways: ReadonlyMap<string, Way>): string {
  const parts: string[] = [];
  let at: string | null = who;
  while (at !== null && parts.length <= MOST_STEPS) {
    const way: Way | undefined = ways.get(at);
    if (way === undefined) break;
    parts.push(`${at === NODES ? 'who has a node' : at} ${way.text}`);
    at = way.next;
  }
  return parts.join('; ');
}
