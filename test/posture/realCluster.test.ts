import { parseAllDocuments } from 'yaml';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SYSTEM_DEPS } from '../../src/collect/systemDeps.ts';
import { createApiClient, type ApiClient } from '../../src/collect/kubernetes/api/apiClient.ts';
import { connect, type Connection } from '../../src/collect/kubernetes/api/connect.ts';
import { createSpecSource } from '../../src/collect/specs/createSpecSource.ts';
import { configSchema } from '../../src/daemon/config/schema.ts';
import type { Ability } from '../../src/detect/posture/access/abilities.ts';
import { accessOf, subjectKey, type Reach } from '../../src/detect/posture/access/access.ts';
import { renderFix } from '../../src/detect/posture/fix/renderFix.ts';
import type { PostureInput } from '../../src/detect/posture/postureInput.ts';
import { postureOfInventory } from '../../src/detect/posture/readInput.ts';
import type { AccessSubject } from '../../src/model/reviewedObjects.ts';
import { IS_REAL, kubectl, KUBECONFIG } from '../support/respond/realCluster.ts';
import { namespaceOf, serviceAccount, type AnyObject } from '../support/posture/rawObjects.ts';
import { aHistory, daysOfUse } from '../support/rightsize/advice.ts';
import { eventually } from '../support/waiting.ts';

/**
 * What the review says of access, against the authorizer of a real API server. `npm run cluster` starts one; its
 * kubeconfig goes into BURNWATCH_TEST_KUBECONFIG.
 */
const SEED = Number(process.env['FC_SEED'] ?? 24);
/** Namespaces take minutes to go: each run has its own. */
const RUN = process.pid.toString(36);
const HOME = `burnwatch-access-${RUN}-a`;
const OTHER = `burnwatch-access-${RUN}-b`;
const LABEL = 'burnwatch.test/access';
const RBAC = 'rbac.authorization.k8s.io';

/** A second reading of what each ability is: `verbs@group/resources`. */
const REQUESTS: Readonly<Record<Exclude<Ability, 'do everything'>, readonly string[]>> = {
  'read secrets': ['get,list,watch@/secrets'],
  'create secrets': ['create@/secrets'],
  'run pods': [
    'create@/pods',
    'create,update,patch@/replicationcontrollers',
    'create,update,patch@apps/deployments,daemonsets,statefulsets,replicasets',
    'create,update,patch@batch/cronjobs',
    'create@batch/jobs',
  ],
  'exec into pods': ['create,get@/pods/exec,pods/attach', 'update,patch@/pods/ephemeralcontainers'],
  'create tokens': ['create@/serviceaccounts/token'],
  'impersonate users': ['impersonate@/users'],
  'impersonate groups': ['impersonate@/groups'],
  'impersonate UIDs': ['impersonate@authentication.k8s.io/uids'],
  'impersonate service accounts': ['impersonate@/serviceaccounts'],
  'rewrite roles': [`update,patch@${RBAC}/roles`],
  'escalate roles': [`escalate@${RBAC}/roles`],
  'escalate cluster roles': [`escalate@${RBAC}/clusterroles`],
  'rewrite cluster roles': [`update,patch@${RBAC}/clusterroles`],
  'bind cluster roles': [`bind@${RBAC}/clusterroles`],
  'bind roles': [`bind@${RBAC}/roles`],
  'write role bindings': [`create,update,patch@${RBAC}/rolebindings`],
  'write cluster role bindings': [`create,update,patch@${RBAC}/clusterrolebindings`],
  'proxy to nodes': ['get,create@/nodes/proxy'],
  'approve certificates': ['update,patch@certificates.k8s.io/certificatesigningrequests/approval'],
  'approve for signers': ['approve@certificates.k8s.io/signers'],
  'request certificates': ['create@certificates.k8s.io/certificatesigningrequests'],
  'change mutating webhooks': [
    'create,update,patch,delete@admissionregistration.k8s.io/mutatingwebhookconfigurations',
  ],
  'change validating webhooks': [
    'create,update,patch,delete@admissionregistration.k8s.io/validatingwebhookconfigurations',
  ],
  'create persistent volumes': ['create@/persistentvolumes'],
  'create volume claims': ['create@/persistentvolumeclaims'],
};
/** Kinds without a namespace: a request for them names none. */
const OF_CLUSTER =
  /^(users|groups|uids|clusterroles|clusterrolebindings|nodes|certificatesigningrequests|signers|.*webhookconfigurations|persistentvolumes)(\/|$)/;

let seed = SEED;
function random(below: number): number {
  seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31;
  return Math.floor((seed / 2 ** 31) * below);
}
function some<T>(list: readonly T[], most: number): readonly T[] {
  return Array.from({ length: 1 + random(most) }, () => list[random(list.length)]!);
}

const ODD_RESOURCES = [
  '*',
  '*/exec',
  '*/token',
  '*/*',
  'pods/*',
  'Pods',
  'deployments/scale',
  'serviceaccounts/*',
  'nodes/metrics',
  'userextras/scopes',
];
const VERBS =
  'get,list,watch,create,update,patch,delete,deletecollection,impersonate,bind,escalate,approve,*,Get,'.split(
    ',',
  );
const TARGETS = Object.values(REQUESTS)
  .flat()
  .map((text) => text.slice(text.indexOf('@') + 1));

/** A rule near what the review looks for, often with an odd spelling. */
function someRule(isOfCluster: boolean): object {
  if (isOfCluster && random(12) === 0) return { nonResourceURLs: ['*'], verbs: ['*'] };
  const target = TARGETS[random(TARGETS.length)]!;
  const slash = target.indexOf('/');
  const [group, own] = [target.slice(0, slash), target.slice(slash + 1).split(',')];
  const names = [[], [], [], ['x'], ['*'], ['x', 'cluster-admin']][random(6)]!;
  return {
    verbs: some(VERBS, 5),
    apiGroups:
      random(8) === 0
        ? ['*']
        : random(8) === 0
          ? ['apps', 'example.com']
          : [group, ...(random(4) ? [] : ['apps'])],
    resources:
      random(3) === 0
        ? some(ODD_RESOURCES, 2)
        : [...some(own, 2), ...(random(4) ? [] : ['configmaps'])],
    ...(names.length > 0 && { resourceNames: names }),
  };
}

const ACCOUNTS = [0, 1, 2, 3, 4].map((index) => ({
  namespace: index < 3 ? HOME : OTHER,
  name: `account-${index}`,
}));
const userOf = ({ namespace, name }: { readonly namespace: string; readonly name: string }) =>
  `system:serviceaccount:${namespace}:${name}`;

/** Roles, aggregated ones among them, and bindings of every form, to subjects of every kind. */
function someAccess(): readonly AnyObject[] {
  const labels = { [LABEL]: RUN };
  const object = (
    kind: string,
    namespace: string | null,
    name: string,
    rest: object,
    more = {},
  ): AnyObject => ({
    apiVersion: `${RBAC}/v1`,
    kind,
    metadata: { ...(namespace !== null && { namespace }), name, labels: { ...labels, ...more } },
    ...rest,
  });
  const rules = (isOfCluster: boolean) =>
    Array.from({ length: 1 + random(3) }, () => someRule(isOfCluster));
  const parts = ['one', 'two', 'three'];
  const objects = [
    ...Array.from({ length: 8 }, (_, index) =>
      object(
        'ClusterRole',
        null,
        `burnwatch-access-${RUN}-${index}`,
        { rules: rules(true) },
        { [`${LABEL}-part`]: parts[index % 3] },
      ),
    ),
    object('ClusterRole', null, `burnwatch-access-${RUN}-gathers`, {
      rules: [],
      aggregationRule: {
        clusterRoleSelectors: [
          {
            matchLabels: { [`${LABEL}-part`]: 'one' },
            matchExpressions: [{ key: LABEL, operator: 'In', values: [RUN] }],
          },
          { matchExpressions: [{ key: `${LABEL}-part`, operator: 'In', values: ['two', 'four'] }] },
        ],
      },
    }),
    ...Array.from({ length: 6 }, (_, index) =>
      object('Role', index % 2 ? HOME : OTHER, `role-${index}`, { rules: rules(false) }),
    ),
  ];
  const subjects = (): readonly object[] =>
    some(
      [
        ...ACCOUNTS.map(({ namespace, name }) => ({ kind: 'ServiceAccount', namespace, name })),
        ...ACCOUNTS.slice(0, 2).map((one) => ({ kind: 'User', apiGroup: RBAC, name: userOf(one) })),
        { kind: 'Group', apiGroup: RBAC, name: `system:serviceaccounts:${OTHER}` },
        { kind: 'User', apiGroup: RBAC, name: 'burnwatch-alice' },
        { kind: 'Group', apiGroup: RBAC, name: 'burnwatch-devs' },
      ],
      2,
    );
  const bindings = Array.from({ length: 22 }, (_, index): AnyObject => {
    const ofCluster =
      [`burnwatch-access-${RUN}-gathers`, `burnwatch-access-${RUN}-missing`][random(12)] ??
      `burnwatch-access-${RUN}-${random(8)}`;
    const bind = (kind: string, namespace: string | null, role: string, roleName: string) =>
      object(kind, namespace, `burnwatch-access-${RUN}-${index}`, {
        roleRef: { apiGroup: RBAC, kind: role, name: roleName },
        subjects: subjects(),
      });
    if (index % 3 === 0) return bind('ClusterRoleBinding', null, 'ClusterRole', ofCluster);
    const role = random(6);
    if (index % 3 === 1)
      return bind('RoleBinding', role % 2 ? HOME : OTHER, 'Role', `role-${role}`);
    return bind('RoleBinding', random(2) ? HOME : OTHER, 'ClusterRole', ofCluster);
  });
  return [...objects, ...bindings];
}

let client: ApiClient;
let connection: Connection;
const signal = AbortSignal.timeout(600_000);

const config = configSchema.parse({
  workloads: { source: 'kubernetes', kubeconfig: KUBECONFIG || '/none' },
});

async function readCluster(): Promise<PostureInput> {
  const source = createSpecSource(config, SYSTEM_DEPS)!;
  const inventory = await source.read(Date.now(), signal);
  expect(inventory.problems).toEqual([]);
  return postureOfInventory(inventory, null);
}

interface Question {
  readonly ability: Exclude<Ability, 'do everything'>;
  /** Empty: all. */
  readonly namespace: string;
  /** Null: without a name. */
  readonly name: string | null;
}

interface Asker {
  readonly subject: AccessSubject;
  readonly user: string;
  readonly groups: readonly string[];
}

const ASKERS: readonly Asker[] = [
  ...ACCOUNTS.map((account): Asker => ({
    subject: { kind: 'ServiceAccount', ...account },
    user: userOf(account),
    groups: [
      'system:serviceaccounts',
      `system:serviceaccounts:${account.namespace}`,
      'system:authenticated',
    ],
  })),
  {
    subject: { kind: 'User', namespace: '', name: 'burnwatch-alice' },
    user: 'burnwatch-alice',
    groups: ['system:authenticated'],
  },
  {
    subject: { kind: 'Group', namespace: '', name: 'burnwatch-devs' },
    user: 'burnwatch-nobody',
    groups: ['burnwatch-devs', 'system:authenticated'],
  },
];

/** The API server's own answer: one of the requests of the ability is allowed; null where none can have a name. */
async function isAllowed(
  { user, groups }: Asker,
  { ability, namespace, name }: Question,
): Promise<boolean | null> {
  let isAsked = false;
  const onlyCreates = REQUESTS[ability].every((text) => text.startsWith('create@'));
  for (const text of REQUESTS[ability]) {
    const [verbs = '', target = ''] = text.split('@');
    const slash = target.indexOf('/');
    for (const path of target.slice(slash + 1).split(',')) {
      const [resource, subresource = ''] = path.split('/');
      for (const verb of verbs.split(',')) {
        // What is to be created has no name yet, but for what is created of a named object.
        const isNew = verb === 'create' && subresource === '';
        if (name !== null && isNew && onlyCreates) continue;
        isAsked = true;
        const resourceAttributes = {
          ...(namespace !== '' && !OF_CLUSTER.test(path) && { namespace }),
          verb,
          group: target.slice(0, slash),
          resource,
          subresource,
          ...(name !== null && !isNew && { name }),
        };
        const review = await client.post(
          '/apis/authorization.k8s.io/v1/subjectaccessreviews',
          {
            apiVersion: 'authorization.k8s.io/v1',
            kind: 'SubjectAccessReview',
            spec: { user, groups, resourceAttributes },
          },
          signal,
        );
        if (review.status?.['allowed'] === true) return true;
      }
    }
  }
  return isAsked ? false : null;
}

/** What the review says of the same. */
function isClaimed(reaches: readonly Reach[], { ability, namespace, name }: Question): boolean {
  return reaches.some(
    (one) =>
      one.ability === ability &&
      (one.namespace === null || one.namespace === namespace) &&
      (one.names === null || (name !== null && one.names.has(name))),
  );
}

describe.skipIf(!IS_REAL)('the review of a real cluster', () => {
  beforeAll(async () => {
    connection = await connect(config.workloads, SYSTEM_DEPS);
    client = createApiClient(connection, SYSTEM_DEPS, 30_000);
    const items = [
      ...[HOME, OTHER].map((name) => namespaceOf(name)),
      ...ACCOUNTS.map(({ namespace, name }) => serviceAccount(namespace, name)),
      ...someAccess(),
    ];
    await kubectl(['apply', '-f', '-'], { apiVersion: 'v1', kind: 'List', items });
  });
  afterAll(async () => {
    connection.close();
    await kubectl(['delete', 'clusterrole,clusterrolebinding', '-l', `${LABEL}=${RUN}`]);
    await kubectl(['delete', 'namespace', HOME, OTHER, '--wait=false']);
  });

  it('says of everybody what the API server says', async () => {
    const gathers = [
      'get',
      'clusterrole',
      `burnwatch-access-${RUN}-gathers`,
      '-o',
      'jsonpath={.rules}',
    ];
    await eventually(
      () => kubectl(gathers),
      (rules) => rules.includes('verbs'),
    );
    const { grantees } = accessOf(await readCluster());
    const wrong: string[] = [];
    let asked = 0;
    let allowed = 0;
    const compare = async (asker: Asker, question: Question): Promise<void> => {
      const keys = [subjectKey(asker.subject), ...asker.groups.map((group) => `Group ${group}`)];
      const reaches = [...new Set(keys)].flatMap((key) => grantees.get(key)?.reaches ?? []);
      const real = await isAllowed(asker, question);
      if (real === null) return;
      asked += 1;
      if (real) allowed += 1;
      if (real !== isClaimed(reaches, question))
        wrong.push(`${asker.user} ${JSON.stringify(question)}: the API server says ${real}`);
    };
    const questions = ASKERS.flatMap((asker) =>
      (Object.keys(REQUESTS) as Question['ability'][]).flatMap((ability) => {
        const isOfCluster = REQUESTS[ability].every((text) =>
          OF_CLUSTER.test(text.slice(text.indexOf('/', text.indexOf('@')) + 1)),
        );
        const places = isOfCluster ? [''] : ['', HOME, OTHER];
        return places.flatMap((namespace) =>
          [null, 'x', '*', 'y'].map((name) => [asker, { ability, namespace, name }] as const),
        );
      }),
    );
    const queue = questions.values();
    const worker = async (): Promise<void> => {
      for (const [asker, question] of queue) await compare(asker, question);
    };
    await Promise.all(Array.from({ length: 8 }, worker));
    expect(wrong).toEqual([]);
    // Both answers are well represented.
    expect(allowed).toBeGreaterThan(asked / 40);
    expect(allowed).toBeLessThan(asked / 1.5);
  }, 300_000);

  it('a group is impersonated only together with a user', async () => {
    const as = (...args: readonly string[]) =>
      kubectl(
        ['auth', 'whoami', '-o', 'jsonpath={.status.userInfo.groups}', ...args],
        undefined,
        0,
      );
    await expect(as('--as-group=system:masters')).rejects.toThrow(/without impersonating a user/);
    expect(await as('--as=burnwatch-alice', '--as-group=system:masters')).toContain(
      'system:masters',
    );
  });

  it('the API server admits what --fix prints, and a namespace keeps its labels', async () => {
    const object = (kind: string, spec: object, more: object = {}) => ({
      apiVersion: 'v1',
      kind,
      metadata: { name: 'web', namespace: HOME },
      spec,
      ...more,
    });
    const items = [
      namespaceOf(HOME, { team: 'shop' }),
      object('Service', {
        type: 'NodePort',
        selector: { app: 'web' },
        ports: [{ port: 80, targetPort: 'http' }],
      }),
      {
        ...object('Ingress', {
          defaultBackend: { service: { name: 'web', port: { number: 80 } } },
        }),
        apiVersion: 'networking.k8s.io/v1',
      },
    ];
    await kubectl(['apply', '-f', '-'], { apiVersion: 'v1', kind: 'List', items });
    const input = await readCluster();
    const histories = [{ ...aHistory(daysOfUse(7, () => ({}), 4)), namespace: HOME }];
    const manifests = parseAllDocuments(renderFix(HOME, histories, input))
      .map((document) => document.toJS() as { kind: string } | null)
      .filter((one) => one !== null);
    const kinds = manifests.map(({ kind }) => kind);
    expect(kinds).toEqual(
      expect.arrayContaining([
        'LimitRange',
        'ResourceQuota',
        'ValidatingAdmissionPolicy',
        'Namespace',
        'NetworkPolicy',
      ]),
    );
    const list = { apiVersion: 'v1', kind: 'List', items: manifests };
    const text = await kubectl(['apply', '--dry-run=server', '-o', 'json', '-f', '-'], list);
    const made = JSON.parse(text) as { items: { kind: string; metadata: { labels: object } }[] };
    expect(made.items.map(({ kind }) => kind).sort()).toEqual(kinds.sort());
    expect(made.items.find(({ kind }) => kind === 'Namespace')?.metadata.labels).toMatchObject({
      team: 'shop',
      'pod-security.kubernetes.io/enforce': 'baseline',
    });
  });
});
