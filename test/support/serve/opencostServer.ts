import { Hono } from 'hono';
import { configSchema } from '../../../src/daemon/config/schema.ts';
import type { Thresholds } from '../../../src/detect/detectors.ts';
import { openHistoryReader } from '../../../src/engines/openHistory.ts';
import { HOUR_MS, MINUTE_MS, type TimeMs } from '../../../src/model/time.ts';
import type { ServeDeps } from '../../../src/serve/deps.ts';
import { opencostRoutes } from '../../../src/serve/opencost/routes.ts';
import { historyAnswers } from '../../../src/serve/questions/questions.ts';
import type { ServerEnv } from '../../../src/serve/security/access.ts';
import { LOCAL_OPERATOR, type Principal } from '../../../src/serve/security/principal.ts';
import type { HistoryReader, WindowRecord } from '../../../src/store/history.ts';
import { aContainer, aNode, aPod, aSnapshot, pricedWindow, pricing } from '../cost.ts';
import { TempHistory } from '../tempHistory.ts';

export const START = Date.UTC(2026, 10, 24, 6);
export const NOW = START + 2 * HOUR_MS;
const WINDOW = 5 * MINUTE_MS;
const GIB = 1024 ** 3;

/** A core costs 1 an hour and a GiB 0.1: figures can be read off. */
const RULES = pricing({ cpuCoreHour: 1, ramGiBHour: 0.1, storageGiBHour: 0.01 });

/**
 * Two hours of two nodes with 4 cores and 16 GiB. On n1 runs web (1 core and 2 GiB requested, half used) and,
 * in the second hour only, job (2 cores); n2 is overcommitted: burn uses 3 cores beside db's request of 4.
 */
function record(index: number): WindowRecord {
  const start = START + index * WINDOW;
  const pod = (
    name: string,
    node: string,
    cpu: [number | null, number],
    kind = 'Deployment',
    workload = name,
  ) =>
    aPod({
      name: `${name}-0`,
      namespace: name === 'db' || name === 'burn' ? 'data' : 'shop',
      node,
      workload: { kind, name: workload },
      labels: name === 'web' ? { 'app.kubernetes.io/name': 'web', team: 'a' } : {},
      networkTransmitBytesPerSecond: 100,
      networkReceiveBytesPerSecond: 200,
      containers: [
        aContainer({
          name: 'main',
          cpuRequestCores: cpu[0],
          cpuUsageCores: cpu[1],
          ramRequestBytes: 2 * GIB,
          ramUsageBytes: GIB,
          ramPeakBytes: 1.5 * GIB,
        }),
      ],
    });
  const snapshot = aSnapshot({
    window: { start, end: start + WINDOW },
    nodes: [
      aNode({ name: 'n1', providerId: 'aws:///eu-west-1a/i-0abc' }),
      aNode({ name: 'n2', providerId: 'azure:///subscriptions/x' }),
    ],
    pods: [
      pod('burn', 'n2', [null, 3], 'Pod'),
      pod('db', 'n2', [4, 1], 'StatefulSet'),
      ...(index >= 12 ? [pod('job', 'n1', [2, 2], 'CronJob', 'nightly')] : []),
      pod('web', 'n1', [1, 0.5]),
    ],
    namespaces: new Map([['data', { name: 'data', labels: { tier: 'storage' }, annotations: {} }]]),
    volumes: [
      {
        namespace: 'shop',
        claim: 'left-over',
        storageClass: null,
        volume: null,
        bytes: 10 * GIB,
        mountedBy: [],
        boundShare: 1,
        exportedPriceGiBHour: null,
      },
    ],
  });
  return pricedWindow(snapshot, RULES, START + WINDOW);
}

/** OpenCost's calls over the two hours. */
export interface OpenCostServer {
  readonly reader: HistoryReader;
  readonly deps: ServeDeps;
  /** Asks at a time and as somebody: NOW and the local operator by default. */
  get(path: string, now?: TimeMs, principal?: Principal): Promise<Response>;
  close(): Promise<void>;
}

export async function openCostServer(): Promise<OpenCostServer> {
  const temp = new TempHistory();
  const records = Array.from({ length: 24 }, (_, index) => record(index));
  const reader = await openHistoryReader(await temp.record('history', records));
  const config = configSchema.parse({ cluster: 'prod' });
  let now = NOW;
  let principal = LOCAL_OPERATOR;
  const deps = {
    config: () => config,
    questions: historyAnswers({
      reader,
      config: () => config,
      thresholds: () => ({}) as Thresholds,
      live: null,
    }),
    authenticators: [],
    now: () => now,
    reload: () => Promise.resolve(),
  } as Partial<ServeDeps> as ServeDeps;
  const app = new Hono<ServerEnv>();
  app.use(async (context, next) => {
    context.set('principal', principal);
    await next();
  });
  app.route('/', opencostRoutes(deps));
  return {
    reader,
    deps,
    get(path, at = NOW, as = LOCAL_OPERATOR) {
      now = at;
      principal = as;
      return Promise.resolve(app.request(`http://localhost${path}`));
    },
    async close() {
      await reader.close();
      temp[Symbol.dispose]();
    },
  };
}
