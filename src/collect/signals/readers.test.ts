import { describe, expect, it } from 'vitest';
import { RECORDED, RECORDED_AT } from '../../../test/support/signals/recorded.ts';
import { TRIVY_REPORTS } from '../../../test/support/signals/recordedReports.ts';
import { MINUTE_MS } from '../../model/time.ts';
import { SIGNAL_ROUTES } from './readers.ts';
import { REPORT_KINDS } from './scanReports.ts';
import { SignalRefused } from './reading.ts';

const context = { now: RECORDED_AT + MINUTE_MS, windowMs: 5 * MINUTE_MS };

function read(route: string, body: unknown) {
  return SIGNAL_ROUTES[route]!.read(body, context);
}

describe('recorded shapes of other tools', () => {
  it('falcosidekick’s webhook', () => {
    expect(read('falco', RECORDED.falco)).toMatchObject([
      {
        id: 'falco:6a8bd5c5-4d1f-4a4e-9a8a-6e2a1a1d1f3f',
        class: 'miner',
        rule: 'Detect crypto miners using the Stratum protocol',
        severity: 'critical',
        target: {
          namespace: 'shop',
          pod: 'web-7d4b9c5f6-abcde',
          podUid: null,
          container: 'web',
          image: 'registry.example/web:1.4',
        },
        facts: { process: 'xmrig', parent: 'sh' },
      },
    ]);
  });

  it('a command line of Falco’s output is kept nowhere', () => {
    expect(JSON.stringify(read('falco', RECORDED.falco))).not.toContain('WALLET');
  });

  it('Falco’s shell in a container, with k8smeta’s fields', () => {
    expect(read('falco', RECORDED.falcoShell)).toMatchObject([
      {
        class: 'exec',
        severity: 'info',
        text: 'A shell was spawned in a container with an attached terminal, process bash',
        target: { podUid: '0b3c3d4e-0000-4000-8000-000000000001', pod: 'web-7d4b9c5f6-abcde' },
      },
    ]);
  });

  it('Alertmanager’s webhook, version 4', () => {
    const [first, second] = read('alertmanager', RECORDED.alertmanager);
    expect(first).toMatchObject({
      class: 'alert',
      rule: 'KubePodCrashLooping',
      severity: 'warning',
      text: 'Pod is crash looping.',
      target: { namespace: 'shop', pod: 'web-7d4b9c5f6-abcde', container: 'web' },
    });
    expect(second).toMatchObject({
      text: expect.stringMatching(/^Resolved: /),
      severity: 'info',
      target: { workload: { kind: 'Deployment', name: 'cart' } },
    });
    // The third is an alert that Burnwatch sent itself.
    expect(read('alertmanager', RECORDED.alertmanager)).toHaveLength(2);
  });

  it('OCSF’s Detection Finding', () => {
    expect(read('ocsf', RECORDED.ocsf)).toMatchObject([
      {
        source: 'ocsf',
        class: 'egress',
        severity: 'critical',
        target: { namespace: 'shop', workload: { kind: 'Deployment', name: 'web' } },
        facts: { vendor: 'AWS' },
      },
    ]);
  });

  it('GuardDuty’s event of EventBridge, and its finding alone', () => {
    const expected = {
      source: 'guardduty',
      class: 'egress',
      rule: 'CryptoCurrency:Runtime/BitcoinTool.B!DNS',
      severity: 'critical',
      target: { namespace: 'shop', pod: 'web-7d4b9c5f6-abcde', image: 'registry.example/web:1.4' },
      actor: { user: 'system:serviceaccount:shop:web' },
    };
    expect(read('ocsf', RECORDED.guardDuty)).toMatchObject([expected]);
    expect(read('ocsf', (RECORDED.guardDuty as { detail: unknown }).detail)).toMatchObject([
      expected,
    ]);
  });

  it('Microsoft Defender’s alert', () => {
    expect(read('ocsf', RECORDED.defender)).toMatchObject([
      {
        source: 'defender',
        class: 'miner',
        severity: 'critical',
        target: { namespace: 'shop', pod: 'web-7d4b9c5f6-abcde' },
      },
    ]);
  });

  it('Defender’s alert about a workload, whose namespace is another entity', () => {
    const { Entities, ...alert } = RECORDED.defender;
    const entities = Entities.filter(({ Type }) => !['K8s-pod', 'container'].includes(Type));
    const others = { $id: '1', Name: 'another', Type: 'K8s-namespace' };
    const [found] = read('ocsf', { ...alert, Entities: [others, ...entities] });
    expect(found!.target).toMatchObject({
      namespace: 'shop',
      workload: { kind: 'Deployment', name: 'web' },
    });
  });

  it('Security Command Center’s notification', () => {
    expect(read('ocsf', RECORDED.scc)).toMatchObject([
      {
        source: 'scc',
        class: 'miner',
        severity: 'critical',
        target: { namespace: 'shop', pod: 'web-7d4b9c5f6-abcde', container: 'web' },
      },
    ]);
  });

  it('what a tool takes back is marked so, and is another event than what it reported', () => {
    const { guardDuty, ocsf, defender, scc } = RECORDED;
    const { detail } = guardDuty;
    const archived = { ...detail, service: { ...detail.service, archived: true } };
    const pairs: readonly (readonly [unknown, unknown])[] = [
      [detail, archived],
      [ocsf, { ...ocsf, status_id: 4 }],
      [defender, { ...defender, Status: 'Dismissed' }],
      [scc, { ...scc, finding: { ...scc.finding, state: 'INACTIVE' } }],
      [scc, { ...scc, finding: { ...scc.finding, mute: 'MUTED' } }],
    ];
    for (const [reported, over] of pairs) {
      const [[before], [after]] = [read('ocsf', reported), read('ocsf', over)];
      expect(before!.isWithdrawn).toBeUndefined();
      expect(after).toMatchObject({ isWithdrawn: true, severity: 'info', target: before!.target });
      expect(after!.id).not.toBe(before!.id);
    }
  });

  it('Tetragon’s export: connections and miners; other processes and ends are nothing', () => {
    const found = read('ocsf', RECORDED.tetragon);
    expect(found).toMatchObject([
      {
        class: 'miner',
        severity: 'critical',
        target: { workload: { kind: 'Deployment', name: 'web' }, node: 'node-1' },
      },
      { class: 'egress', facts: { connection: '203.0.113.9:3333' } },
    ]);
    expect(JSON.stringify(found)).not.toContain('WALLET');
  });
});

it('a workload whose name is too long for a label is known by the report’s owner', () => {
  const kind = REPORT_KINDS.find(({ resource }) => resource === 'vulnerabilityreports')!;
  const name = `${'x'.repeat(70)}-7d4b9c5f6`;
  const [report] = TRIVY_REPORTS;
  const { 'trivy-operator.resource.name': _short, ...labels } = report!.metadata.labels as Readonly<
    Record<string, string>
  >;
  const metadata = {
    ...report!.metadata,
    labels: { ...labels, 'trivy-operator.resource.name-hash': '54ccb57cc4' },
    ownerReferences: [{ apiVersion: 'apps/v1', kind: 'ReplicaSet', name }],
  };
  expect(kind.read({ ...report, metadata }, RECORDED_AT)?.target.workload).toEqual({
    kind: 'Deployment',
    name: 'x'.repeat(70),
  });
});

describe('audit events', () => {
  it('exec, token, grant, anonymous access and listed secrets, with who did it from where', () => {
    const found = read('audit', RECORDED.audit).filter((one) => one.class !== 'api-calls');
    expect(found.map(({ class: what, rule, severity }) => [what, rule, severity])).toEqual([
      ['token', 'token-request', 'info'],
      ['token', 'service-account-from-public-address', 'warning'],
      ['exec', 'exec', 'info'],
      ['token', 'service-account-from-public-address', 'warning'],
      ['grant', 'grant-cluster-admin', 'critical'],
      ['token', 'service-account-from-public-address', 'warning'],
      ['anonymous', 'anonymous-access', 'critical'],
      ['secret', 'secrets-listed', 'warning'],
      ['token', 'service-account-from-public-address', 'warning'],
    ]);
    expect(found[2]).toMatchObject({
      actor: {
        user: 'system:serviceaccount:ci:deployer',
        userAgent: 'kubectl/v1.34.4 (linux/amd64) kubernetes/1234567',
        sourceIps: ['198.51.100.7'],
      },
      target: { namespace: 'shop', pod: 'web-7d4b9c5f6-abcde', container: 'web' },
      facts: { command: 'sh' },
    });
    expect(found[4]!.text).toContain('role cluster-admin to User eve');
  });

  it('ordinary calls are counted by client, verb, resource and code', () => {
    const counted = read('audit', RECORDED.audit).filter((one) => one.class === 'api-calls');
    const lists = counted.find(({ facts }) => facts['unlimited'] === 'true');
    expect(lists).toMatchObject({
      rule: 'list',
      count: 3,
      actor: { user: 'system:serviceaccount:tools:scraper', userAgent: 'scraper/0.1' },
      facts: { resource: 'pods', code: '200' },
    });
    expect(counted.find(({ facts }) => facts['code'] === '401')).toMatchObject({ count: 2 });
    // Twice the same request in one window is one row: what is added up has one id.
    const again = read('audit', RECORDED.audit).map(({ id }) => id);
    expect(read('audit', RECORDED.audit).map(({ id }) => id)).toEqual(again);
  });

  it('a failed login, of which the API server writes the start only', () => {
    const login = auditLine({ stage: 'ResponseStarted', user: {}, responseStatus: { code: 401 } });
    expect(read('audit', login)).toMatchObject([
      { count: 1, facts: { code: '401' }, actor: { user: 'unauthenticated' } },
    ]);
  });

  it('lines of the audit log are read as the list of the webhook is', () => {
    const lines = RECORDED.audit.items.map((item) => ({
      kind: 'Event',
      apiVersion: 'audit.k8s.io/v1',
      ...item,
    }));
    expect(read('audit', lines)).toEqual(read('audit', RECORDED.audit));
    expect(read('audit', lines[0])).toHaveLength(3);
  });

  it('what a client writes into a request hides nothing of what was sent with it', () => {
    const hostile = {
      auditID: 'a'.repeat(5_000),
      verb: 'x'.repeat(5_000),
      userAgent: 'y'.repeat(50_000),
      requestURI: `/${'z'.repeat(50_000)}`,
      objectRef: undefined,
      sourceIPs: [...Array.from({ length: 300 }, (_, index) => `10.0.0.${index}`), '203.0.113.9'],
      user: { username: 'eve', groups: Array.from({ length: 900 }, (_, index) => `g${index}`) },
    };
    const exec = RECORDED.audit.items[1];
    const found = read('audit', { ...RECORDED.audit, items: [auditLine(hostile), exec] });
    expect(found.map(({ class: what }) => what)).toContain('exec');
    // The last address is the API server's own peer: those before it are the client's words.
    expect(found.find(({ actor }) => actor.user === 'eve')!.actor.sourceIps).toEqual([
      '203.0.113.9',
    ]);
  });

  it('requests with one audit ID are as many events as there are requests', () => {
    const exec = (pod: string, at: string) =>
      auditLine({
        auditID: 'chosen-by-the-client',
        verb: 'create',
        requestURI: `/api/v1/namespaces/shop/pods/${pod}/exec?command=sh`,
        objectRef: { resource: 'pods', subresource: 'exec', namespace: 'shop', name: pod },
        requestReceivedTimestamp: at,
        responseStatus: { code: 101 },
      });
    const events = [
      exec('own', '2026-11-24T07:01:00.100000Z'),
      exec('victim', '2026-11-24T07:01:01.100000Z'),
      exec('victim', '2026-11-24T07:01:01.200000Z'),
    ];
    const found = read('audit', events).filter(({ class: what }) => what === 'exec');
    expect(new Set(found.map(({ id }) => id)).size).toBe(3);
  });

  it('kubelets are one client', () => {
    const events = [1, 2].map((node) => ({
      level: 'Metadata',
      auditID: `node-${node}`,
      stage: 'ResponseComplete',
      requestURI: '/api/v1/nodes',
      verb: 'get',
      user: { username: `system:node:node-${node}` },
      sourceIPs: [`10.0.0.${node}`],
      userAgent: 'kubelet/v1.34.4',
      objectRef: { resource: 'nodes', name: `node-${node}` },
      responseStatus: { code: 200 },
      stageTimestamp: new Date(RECORDED_AT).toISOString(),
    }));
    const list = { kind: 'EventList', apiVersion: 'audit.k8s.io/v1', items: events };
    expect(read('audit', list)).toMatchObject([{ count: 2, actor: { user: 'system:nodes' } }]);
  });
});

/** A line of the audit log with some of it replaced. */
function auditLine(change: object): object {
  return {
    kind: 'Event',
    apiVersion: 'audit.k8s.io/v1',
    level: 'Metadata',
    auditID: 'one',
    stage: 'ResponseComplete',
    requestURI: '/api/v1/pods',
    verb: 'list',
    user: { username: 'eve' },
    sourceIPs: ['10.0.0.9'],
    userAgent: 'curl/8.5.0',
    objectRef: { resource: 'pods', apiVersion: 'v1' },
    responseStatus: { code: 200 },
    requestReceivedTimestamp: new Date(RECORDED_AT).toISOString(),
    stageTimestamp: new Date(RECORDED_AT).toISOString(),
    ...change,
  };
}

/** An event with some of it replaced. */
function falco(change: object): object {
  return { ...(RECORDED.falco as object), ...change };
}

describe('hostile payloads', () => {
  const refused: readonly (readonly [string, string, unknown])[] = [
    ['no object', 'falco', 7],
    ['null', 'falco', null],
    ['a list in a list', 'falco', [[RECORDED.falco]]],
    ['a number for a rule', 'falco', falco({ rule: 5 })],
    ['no time', 'falco', falco({ time: 'yesterday' })],
    ['the far future', 'falco', falco({ time: '2999-01-01T00:00:00Z' })],
    ['long ago', 'falco', falco({ time: '1970-01-01T00:00:00Z' })],
    ['an infinite time', 'ocsf', { class_uid: 2004, time: 1e308 }],
    ['fields that are a list', 'falco', falco({ output_fields: [] })],
    ['too many events', 'falco', Array.from({ length: 1_001 }, () => RECORDED.falco)],
    ['another version of Alertmanager', 'alertmanager', { version: '3', alerts: [] }],
    ['labels that are no texts', 'alertmanager', { version: '4', alerts: [{ labels: { a: {} } }] }],
    ['no list of audit events', 'audit', { kind: 'Event' }],
    ['another class of OCSF', 'ocsf', { class_uid: 1001, time: RECORDED_AT }],
    ['nothing that is known', 'ocsf', { hello: 'world' }],
  ];
  it.each(refused)('%s is refused with a reason', (_, route, body) => {
    expect(() => read(route, body)).toThrow(SignalRefused);
  });

  it('control characters, endless texts and inherited names do nothing', () => {
    const body = JSON.parse(
      JSON.stringify(
        falco({
          rule: `a\u0000b\u001b[31m\u202e${'x'.repeat(900)}`,
          output: '\u0007'.repeat(10_000),
          tags: ['__proto__', 'constructor'],
        }),
      ).replace('"output_fields":{', '"output_fields":{"__proto__":{"k8s.ns.name":"kube-system"},'),
    ) as unknown;
    const [found] = read('falco', body);
    expect(found!.rule).toMatch(/^a b \[31m x+$/);
    expect(found!.rule.length).toBeLessThanOrEqual(253);
    expect(found!.target.namespace).toBe('shop');
    expect(({} as Record<string, unknown>)['k8s.ns.name']).toBeUndefined();
  });
});
