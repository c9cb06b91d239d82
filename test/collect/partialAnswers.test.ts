import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CollectError } from '../../src/collect/collector.ts';
import { createCollector } from '../../src/collect/createCollector.ts';
import { configSchema } from '../../src/daemon/config/schema.ts';
import type { ExpectedSamples, Snapshot } from '../../src/model/snapshot.ts';
import { startPrometheus, type PrometheusServer } from '../../demo/prometheusServer.ts';
import { addNode, addPod, every } from '../support/madeUpPod.ts';
import { createMetricStore, type MetricStore } from '../support/metricStore.ts';

/**
 * A real Prometheus whose answers about one metric are spoilt on the way: each is right in the end, or said to be wrong;
 * never silently a lower figure.
 */
const T = 1_795_000_200;
const FIRST = { start: T * 1000, end: (T + 300) * 1000 };
const SECOND = { start: (T + 300) * 1000, end: (T + 600) * 1000 };
const PODS = 12;

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Buffer | null;
}

interface Body {
  status: string;
  data: { resultType: string; result: Item[] };
  [key: string]: unknown;
}

interface Item {
  metric: Record<string, string> | null;
  values?: [number, unknown][];
}

const asJson = (body: unknown, status = 200): Answer => ({
  status,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(body),
});
const page = '<html><title>Sign in</title></html>';
const change =
  (edit: (body: Body) => void) =>
  (text: string): Answer => {
    const body = JSON.parse(text) as Body;
    edit(body);
    return asJson(body);
  };
const eachValue = (edit: (sample: [number, unknown], index: number) => void) =>
  change(({ data }) => data.result.forEach(({ values }) => values?.forEach(edit)));
const failed = (status: number, errorType: string, error: string) => (): Answer =>
  asJson({ status: 'error', errorType, error }, status);

const KINDS: Readonly<Record<string, (text: string) => Answer>> = {
  'JSON that is cut off': (text) => ({ ...asJson(null), body: text.slice(0, text.length / 2) }),
  'JSON with something after it': (text) => ({ ...asJson(null), body: `${text}{}` }),
  'warnings of Prometheus': change((body) => {
    body['warnings'] = ['error reading from remote storage'];
    body.data.result.splice(PODS / 2);
  }),
  'isPartial of VictoriaMetrics': change((body) => {
    body['isPartial'] = true;
    body.data.result.splice(PODS / 2);
  }),
  'a store of Thanos that is away': change((body) => {
    body['warnings'] = ['No StoreAPIs matched for this query'];
    body.data.result = [];
  }),
  'an empty answer': change(({ data }) => void (data.result = [])),
  'half of the series, and not a word': change(({ data }) => void data.result.splice(PODS / 3)),
  'no data': () => asJson({ status: 'success', data: null }),
  'null as the result': () =>
    asJson({ status: 'success', data: { resultType: 'matrix', result: null } }),
  'another type of result': change(({ data }) => void (data.resultType = 'streams')),
  'a scalar': () => asJson({ status: 'success', data: { resultType: 'scalar', result: [T, '0'] } }),
  'a page of HTML': () => ({ status: 200, headers: { 'content-type': 'text/html' }, body: page }),
  'a redirect to a login': () => ({ status: 302, headers: { location: '/login' }, body: page }),
  'a part of the content': (text) => ({ ...asJson(null, 206), body: text.slice(0, 200) }),
  'no content': () => ({ status: 204, headers: {}, body: '' }),
  'an empty body': () => ({ ...asJson(null), body: '' }),
  'gzip that is none': () => ({
    ...asJson(null),
    headers: { 'content-encoding': 'gzip' },
    body: Buffer.from('no gzip'),
  }),
  'a connection that breaks': (text) => ({
    ...asJson(null),
    headers: { 'content-length': String(text.length + 100) },
    body: text.slice(0, 100),
  }),
  'a body that never ends': () => ({ ...asJson(null), body: null }),
  'an error with 200': failed(200, 'execution', 'query processing failed'),
  'a refusal': failed(403, 'forbidden', 'RBAC: access denied'),
  'a query that is not understood': failed(422, 'execution', 'found duplicate series'),
  'too many samples': failed(422, 'execution', 'query processing would load too many samples'),
  'a limit of requests': failed(429, 'unavailable', 'rate limit'),
  'a server that is away': failed(503, 'unavailable', 'no healthy upstream'),
  NaN: eachValue((sample) => void (sample[1] = 'NaN')),
  infinity: eachValue((sample) => void (sample[1] = '+Inf')),
  'text for values': eachValue((sample) => void (sample[1] = 'many')),
  'every series twice': change(({ data }) => void data.result.push(...data.result)),
  'series in another order': change(({ data }) => void (data.result = data.result.toReversed())),
  'samples in another order': change(({ data }) =>
    data.result.forEach((item) => {
      if (item.values !== undefined) item.values = item.values.toReversed();
    }),
  ),
  'a clock that is an hour ahead': eachValue((sample) => void (sample[0] += 3600)),
  'another step': eachValue((sample, index) => void (sample[0] += index * 7)),
  'series without labels': change(({ data }) =>
    data.result.forEach((item) => void (item.metric = null)),
  ),
};

let store: MetricStore;
let prometheus: PrometheusServer;
let spoil: { readonly metric: string; readonly kind: (text: string) => Answer } | null = null;
const proxy = createServer((request, response) => {
  void (async () => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks);
    const answer = await fetch(`${prometheus.url}${request.url ?? ''}`, {
      method: request.method ?? 'GET',
      headers: { 'content-type': request.headers['content-type'] ?? 'text/plain' },
      ...(body.length > 0 && { body }),
    });
    const text = await answer.text();
    const query = new URLSearchParams(body.toString()).get('query') ?? '';
    const isMeant = spoil !== null && query.includes(`${spoil.metric}{`);
    const sent: Answer = isMeant
      ? spoil!.kind(text)
      : { ...asJson(null, answer.status), body: text };
    response.writeHead(sent.status, sent.headers);
    if (sent.body === null) response.write('{"status":');
    else if (sent.headers['content-length'] === undefined) response.end(sent.body);
    else response.write(sent.body, () => response.destroy());
  })().catch(() => response.destroy());
});

beforeAll(async () => {
  store = await createMetricStore();
  const times = every(30, T - 900, T + 1800);
  addNode(store, times);
  for (let n = 0; n < PODS; n++)
    addPod(store, {
      namespace: 'shop',
      name: `web-${n}`,
      uid: `000000${10 + n}-2222-4000-8000-000000000000`,
      createdAt: T - 50_000,
      usageTimes: times,
      kubeTimes: times,
      cpuCores: 0.25,
    });
  await store.build();
  prometheus = await startPrometheus({ dataDir: store.folder });
  await new Promise<void>((resolve) => void proxy.listen(0, '127.0.0.1', resolve));
});
afterAll(async () => {
  proxy.closeAllConnections();
  proxy.close();
  await prometheus?.stop();
  await store?.remove();
});

/** The window after a whole one. @returns null where it says that it could not be read. */
async function second(known: ExpectedSamples): Promise<Snapshot | null> {
  const { port } = proxy.address() as AddressInfo;
  const config = configSchema.parse({
    prometheus: { url: `http://127.0.0.1:${port}`, attempts: 1, timeout: '2s' },
    workloads: { source: 'prometheus' },
  });
  const collector = await createCollector(config);
  try {
    const [snapshot] = await collector.collect([SECOND], known, new AbortController().signal);
    return snapshot ?? null;
  } catch (error) {
    if (!(error instanceof CollectError)) throw error;
    return null;
  } finally {
    await collector.close();
  }
}

async function learnt(): Promise<ExpectedSamples> {
  const config = configSchema.parse({
    prometheus: { url: prometheus.url },
    workloads: { source: 'prometheus' },
  });
  const collector = await createCollector(config);
  try {
    const [snapshot] = await collector.collect([FIRST], {}, new AbortController().signal);
    return snapshot?.expectedSamples ?? {};
  } finally {
    await collector.close();
  }
}

function counted(snapshot: Snapshot | null): unknown {
  return { nodes: snapshot?.nodes, pods: snapshot?.pods };
}

const METRICS = [
  'container_cpu_usage_seconds_total',
  'container_memory_working_set_bytes',
  'kube_pod_container_resource_requests',
];

describe.each(METRICS)('of %s', (metric) => {
  it('each kind of partial answer is right, or the window says that it is not', async () => {
    const known = await learnt();
    spoil = null;
    const whole = await second(known);
    expect(whole).toMatchObject({ complete: true });
    expect(whole?.pods).toHaveLength(PODS);
    const silent: string[] = [];
    for (const [name, kind] of Object.entries(KINDS)) {
      spoil = { metric, kind };
      const seen = await second(known);
      if (seen === null || !seen.complete || seen.problems.length > 0) continue;
      if (JSON.stringify(counted(seen)) !== JSON.stringify(counted(whole))) silent.push(name);
    }
    expect(silent).toEqual([]);
    spoil = null;
    expect(counted(await second(known))).toEqual(counted(whole));
  });
});
