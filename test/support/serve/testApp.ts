import { aResponse, memoryResponses } from '../respond/memoryResponses.ts';
import type { Hono } from 'hono';
import pino from 'pino';
import { configSchema } from '../../../src/daemon/config/schema.ts';
import type { AuditEntry } from '../../../src/store/auditLog.ts';
import type { CostTable } from '../../../src/store/costTable.ts';
import type { HistoryReader } from '../../../src/store/history.ts';
import type { Finding, OperatorAction } from '../../../src/model/finding.ts';
import type { Signal } from '../../../src/model/signal.ts';
import { emptyState } from '../../../src/store/cycleState.ts';
import type { StoredDigest } from '../../../src/store/digests/digestStore.ts';
import { aDigest } from '../digest/digests.ts';
import type { Silence } from '../../../src/store/silences/silence.ts';
import { loadThresholds } from '../../../src/daemon/config/loadThresholds.ts';
import { historyAnswers } from '../../../src/serve/questions/questions.ts';
import { createApp } from '../../../src/serve/app.ts';
import type { ServerStores, ServeDeps } from '../../../src/serve/deps.ts';
import { tokenAuthenticator, type ServerEnv } from '../../../src/serve/security/access.ts';

const NOW = Date.UTC(2026, 10, 24, 7);
export const MARKUP = '<img src=x onerror=alert(1)>';

/** Tokens of the server under test: `NAME-token` for each. */
const TOKENS = [
  { name: 'shop', token: 'shop-token', scopes: ['read', 'ack', 'silence'], namespaces: ['shop'] },
  { name: 'looker', token: 'looker-token', scopes: ['read'] },
  { name: 'security', token: 'security-token', scopes: ['read', 'ack', 'silence'] },
  { name: 'falco', token: 'falco-token', scopes: ['ingest'] },
  { name: 'falco-shop', token: 'falco-shop-token', scopes: ['ingest'], namespaces: ['shop'] },
  { name: 'root', token: 'root-token', scopes: ['admin'] },
] as const;

/** An open, critical finding about abuse whose texts are an attack on whoever shows them. */
function doorFinding(namespace: string | null, id: string, change: Partial<Finding> = {}) {
  const finding: Finding = {
    id,
    fingerprint: id.padEnd(16, '0'),
    kind: 'cryptojacking',
    rule: 'sustained-cpu',
    severity: 'critical',
    state: 'open',
    score: 90,
    cluster: 'test',
    scope: {
      namespace,
      workload: namespace === null ? null : { kind: 'Deployment', name: MARKUP },
      container: null,
      subject: null,
    },
    pods: [MARKUP],
    owner: MARKUP,
    startedAt: NOW - 7_200_000,
    firstSeen: NOW - 3_600_000,
    lastSeen: NOW,
    resolvedAt: null,
    summary: MARKUP,
    evidence: [
      {
        signal: 'same-image',
        family: 'data',
        value: null,
        threshold: null,
        unit: 'context',
        weight: 0,
        text: 'The same image also runs in pay/Deployment/ledger',
      },
    ],
    next: [{ command: `kubectl get pod ${MARKUP}`, effect: 'read', why: MARKUP }],
    costSoFarNano: 1_500_000_000,
    costPerMonth: null,
    decision: null,
  };
  return { ...finding, ...change };
}

const FINDINGS: readonly Finding[] = [
  doorFinding('shop', 'shop-1'),
  doorFinding('shop', 'shop-2', { kind: 'overprovisioned', severity: 'info' }),
  doorFinding('pay', 'pay-1'),
  doorFinding(null, 'cluster-1'),
];

const DIGEST: StoredDigest = {
  week: '2026-W47',
  start: NOW - 8 * 86_400_000,
  end: NOW - 86_400_000,
  createdAt: NOW,
  sentAt: NOW,
  sends: 1,
  digest: aDigest(MARKUP, 1_000_000_000),
};

const EMPTY_COSTS: CostTable = {
  window: { start: NOW - 3_600_000, end: NOW },
  rows: [],
  idle: { cpuNano: 0, ramNano: 0, gpuNano: 0 },
  nodesNano: 0,
  coverage: 1,
  provisional: false,
};

/** What a server under test was made to do. */
export interface Recorded {
  readonly asked: unknown[];
  readonly actions: OperatorAction[];
  readonly silences: Silence[];
  readonly audit: AuditEntry[];
  readonly signals: Signal[];
}

export interface TestApp extends Recorded {
  readonly app: Hono<ServerEnv>;
  /** Asks as `token`'s bearer, or as nobody. */
  ask(path: string, token: string | null, init?: RequestInit): Promise<Response>;
}

/** The whole server over a history in memory. */
export function testApp(withTokens = true, change: Partial<ServeDeps> = {}): TestApp {
  const recorded: Recorded = { asked: [], actions: [], silences: [], audit: [], signals: [] };
  const deps: ServeDeps = {
    config: () => configSchema.parse({ cluster: 'test' }),
    reader: fakeReader(recorded),
    questions: historyAnswers({
      reader: fakeReader(recorded),
      config: () => configSchema.parse({ cluster: 'test' }),
      thresholds: () => loadThresholds([]),
      live: null,
    }),
    stores: fakeStores(recorded),
    responses: memoryResponses(
      NOW,
      [aResponse('shop', 'shop-1', MARKUP, NOW), aResponse('pay', 'pay-1', MARKUP, NOW)],
      recorded.audit,
    ),
    authenticators: withTokens ? [tokenAuthenticator(TOKENS)] : [],
    now: () => NOW,
    reload: () => Promise.resolve(),
    ...change,
  };
  const app = createApp(deps, pino({ level: 'silent' }), '0.0.0');
  const connection = { incoming: { socket: { remoteAddress: '127.0.0.1' } } };
  return {
    ...recorded,
    app,
    ask: async (path, token, init = {}) =>
      app.request(
        `http://localhost:9465${path}`,
        {
          ...init,
          headers: {
            host: 'localhost:9465',
            ...(token !== null && { authorization: `Bearer ${token}` }),
            ...(init.headers as Record<string, string> | undefined),
          },
        },
        connection,
      ),
  };
}

function fakeStores({ actions, silences, audit, signals }: Recorded): ServerStores {
  return {
    actions: { append: (action) => Promise.resolve(actions.push(action)) },
    silences: {
      list: (after) => Promise.resolve(silences.filter(({ endsAt }) => endsAt > after)),
      add: (silence) => Promise.resolve(void silences.push(silence)),
      expire: (id) => Promise.resolve(silences.some((one) => one.id === id)),
      close: () => Promise.resolve(),
    },
    audit: {
      append: (entry) => Promise.resolve(audit.push(entry)),
      list: () => Promise.resolve([]),
      close: () => Promise.resolve(),
    },
    signals: {
      append: (batch) => {
        signals.push(...batch.signals);
        return Promise.resolve({ accepted: batch.signals.length, duplicates: 0 });
      },
    },
    deliveries: { deliveries: () => Promise.resolve([]) },
  };
}

/** Only what the calls under test ask for; a call of anything else fails its test. */
function fakeReader(recorded: Recorded): HistoryReader {
  const { asked } = recorded;
  const status = {
    historyStart: NOW - 86_400_000,
    windowMs: 300_000,
    watermark: NOW,
    sealedWindows: 288,
    incompleteWindows: 0,
    lastProblems: [],
  };
  const reader: Partial<HistoryReader> = {
    status: () => Promise.resolve(status),
    version: () => Promise.resolve(recorded.actions.length),
    costVersion: () => Promise.resolve({ sealed: '', recorded: '' }),
    findings: ({ namespaces }) =>
      Promise.resolve(
        FINDINGS.filter(
          ({ scope }) => namespaces === null || namespaces.includes(scope.namespace ?? ''),
        ),
      ),
    findingPage: async (query, { offset, limit }) => {
      const all = await reader.findings!(query);
      return { findings: all.slice(offset, offset + limit), total: all.length };
    },
    finding: (id) => Promise.resolve(FINDINGS.find((known) => known.id === id) ?? null),
    findingEvents: () => Promise.resolve([]),
    operatorActions: (id) =>
      Promise.resolve(
        recorded.actions
          .filter(({ findingId }) => findingId === id)
          .map((action, seq) => ({ ...action, seq, appliedAt: null })),
      ),
    sentMessages: () => Promise.resolve([]),
    workloadsOf: () => Promise.resolve([]),
    workloadEvents: () => Promise.resolve([]),
    podSpecs: () => Promise.resolve([]),
    signals: (query) => {
      asked.push(query);
      return Promise.resolve({ signals: [], total: 0 });
    },
    usageSeries: (query) => {
      asked.push(query);
      return Promise.resolve({ points: [], ranges: [] });
    },
    instances: () =>
      Promise.resolve([
        {
          pod: MARKUP,
          container: MARKUP,
          node: MARKUP,
          image: MARKUP,
          owner: null,
          firstHour: NOW - 3_600_000,
          lastHour: NOW,
        },
      ]),
    neighbours: (images, from, namespaces) => {
      asked.push({ images, from, namespaces });
      return Promise.resolve([]);
    },
    costs: (query) => {
      asked.push(query);
      return Promise.resolve(EMPTY_COSTS);
    },
    costSeries: (query) => {
      asked.push(query);
      return Promise.resolve([]);
    },
    nodes: () => Promise.resolve([]),
    windowCoverage: () =>
      Promise.resolve([
        {
          start: NOW - 300_000,
          complete: false,
          coverage: 0.9,
          problems: [{ code: 'unpriced-node', subject: 'pay', text: 'Node pay: no price' }],
        },
      ]),
    containerDays: () => Promise.resolve([]),
    loadState: () => Promise.resolve(emptyState()),
    digests: () => Promise.resolve([DIGEST]),
    digest: (week) => Promise.resolve(week === DIGEST.week ? DIGEST : null),
    namespaces: () => Promise.resolve(['pay', 'shop']),
  };
  return reader as HistoryReader;
}
