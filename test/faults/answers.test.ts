import { writeFileSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createSlackClient } from '../../src/channels/slack/client.ts';
import { slackChannel } from '../../src/channels/slack/slackChannel.ts';
import { CollectError } from '../../src/collect/collector.ts';
import { createApiClient } from '../../src/collect/kubernetes/api/apiClient.ts';
import { ApiFailure } from '../../src/collect/kubernetes/api/apiFailure.ts';
import { connect } from '../../src/collect/kubernetes/api/connect.ts';
import { createPrometheusClient } from '../../src/collect/prometheus/client.ts';
import { configSchema } from '../../src/daemon/config/schema.ts';
import { ChannelError } from '../../src/store/notifications/delivery.ts';
import { aDelivery, noticeFor } from '../support/notify/deliveries.ts';
import { FakeClock } from '../support/notify/fakeClock.ts';
import { aFinding, TEST_NOW } from '../support/notify/findings.ts';
import { TempFolder } from '../support/tempFolder.ts';
import { startWrongServer, WRONG_WAYS, type WrongServer } from '../support/wrongServer.ts';

/** Patience of every client here; the table is tried in seconds. */
const TIMEOUT_MS = 300;
/** For what is to be ended by its size. */
const PATIENT_MS = 60_000;
/** More than any of them needs, on a busy machine. */
const LONGEST_MS = 20_000;
const MOST_BYTES = 200 * 2 ** 20;
const TOKEN = 'canary-token-0123456789';
const { signal } = new AbortController();
const clock = { random: () => 0, now: () => TEST_NOW, sleep: async () => undefined };

interface Client {
  /** What the server should answer with, and what is to be made of it. */
  readonly good: string;
  readonly right: unknown;
  readonly error: new (...args: never[]) => Error;
  /** Wrong ways of its own kind of answer. */
  readonly bodies: readonly string[];
  ask(): Promise<unknown>;
}

let server: WrongServer;
let folder: TempFolder;
let hasty: Readonly<Record<Name, Client>>;
let patient: Readonly<Record<Name, Client>>;
beforeAll(async () => {
  server = await startWrongServer();
  folder = new TempFolder();
  hasty = await clientsOf(server.url, TIMEOUT_MS);
  patient = await clientsOf(server.url, PATIENT_MS);
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  folder[Symbol.dispose]();
});

type Name = (typeof NAMES)[number];
const NAMES = ['Prometheus', 'the Kubernetes API', 'Slack'] as const;

async function clientsOf(url: string, timeoutMs: number): Promise<Record<Name, Client>> {
  return {
    Prometheus: await prometheus(url, timeoutMs),
    'the Kubernetes API': await kubernetes(url, timeoutMs),
    Slack: slack(url, timeoutMs),
  };
}

async function prometheus(url: string, timeoutMs: number): Promise<Client> {
  const config = configSchema.parse({
    prometheus: { url, timeout: `${timeoutMs}ms`, attempts: 1, bearerToken: TOKEN },
  });
  const client = await createPrometheusClient(config.prometheus, clock);
  const grid = { startSeconds: 1_800_000_000, stepSeconds: 300, points: 2 };
  const answer = (result: string) =>
    `{"status":"success","data":{"resultType":"matrix","result":${result}}}`;
  const series = (values: string) => answer(`[{"metric":{"a":"b"},"values":${values}}]`);
  return {
    good: series('[[1800000000,"1"]]'),
    right: [{ labels: { a: 'b' }, values: [1, null] }],
    error: CollectError,
    bodies: [
      answer('{}'),
      answer('7'),
      '{"status":"success","data":{"resultType":"vector","result":[]}}',
      '{"status":"success","status":"error","errorType":"x","data":null}',
      '{"status":"error","errorType":{"a":1},"error":[1]}',
      series('[[1800000000]]'),
      series('[["1800000000","1"]]'),
      series('[[1800000001,"1"]]'),
      series('[[1e400,"1"]]'),
      series('[[1800000000,"one"]]'),
      series('[[1800000000,1,2]]'),
      answer('[{"metric":{"a":1},"values":[]}]'),
      answer('[{"metric":["a"],"values":[]}]'),
    ],
    ask: async () => {
      const answered = await client.range('up', { grid, from: 0, to: 1 }, signal);
      const { series: found, warnings } = answered;
      // They make the window incomplete.
      if (warnings.length > 0) throw new CollectError('bad-answer', warnings.join(), false);
      return found.map(({ labels, values }) => ({
        labels,
        values: Array.from(values, (value) => (Number.isNaN(value) ? null : value)),
      }));
    },
  };
}

async function kubernetes(url: string, timeoutMs: number): Promise<Client> {
  const kubeconfig = folder.file('kubeconfig');
  const cluster = { name: 'c', cluster: { server: url } };
  const context = { name: 'x', context: { cluster: 'c', user: 'u' } };
  const users = [{ name: 'u', user: { token: TOKEN } }];
  writeFileSync(
    kubeconfig,
    JSON.stringify({ clusters: [cluster], contexts: [context], users, 'current-context': 'x' }),
  );
  const { workloads } = configSchema.parse({ workloads: { kubeconfig } });
  const connection = await connect(workloads, { env: {} });
  const client = createApiClient(connection, clock, timeoutMs);
  const pod = '{"metadata":{"name":"a"}}';
  return {
    good: `{"kind":"PodList","items":[${pod}],"metadata":{}}`,
    right: [{ metadata: { name: 'a' } }],
    error: ApiFailure,
    bodies: [
      '{"kind":"PodList","items":{},"metadata":{}}',
      `{"kind":"PodList","items":[${pod}],"metadata":{"continue":7}}`,
      `{"kind":"PodList","items":[${pod}],"metadata":{"continue":"again"}}`,
      '{"kind":"Status","status":"Failure","code":500}',
    ],
    ask: async () => {
      let items: unknown[] = [];
      const pages = {
        begin: () => void (items = []),
        page: (page: readonly unknown[]) => void items.push(...page),
      };
      await client.list('/api/v1/pods', false, pages, signal);
      return items;
    },
  };
}

function slack(url: string, timeoutMs: number): Client {
  const client = createSlackClient({
    token: TOKEN,
    apiUrl: `${url}/api/`,
    timeoutMs,
  });
  const context = { currency: 'USD', externalUrl: 'https://bw.example.com', kubeContext: 'prod' };
  const options = { client, clock: new FakeClock(TEST_NOW), context, pictures: null };
  const channel = slackChannel(options);
  const receiver = { channel: 'slack', target: '#security' };
  return {
    good: '{"ok":true,"channel":"C1","ts":"1.000001"}',
    right: { ids: { channel: 'C1', ts: '1.000001' } },
    error: ChannelError,
    bodies: [
      '{"ok":true}',
      '{"ok":true,"channel":"C1","ts":7}',
      '{"ok":true,"channel":{},"ts":"1.1"}',
      '{"ok":true,"channel":null,"ts":null}',
      '{"ok":"true","channel":"C1"}',
      '{"ok":false}',
      '{"ok":false,"error":7}',
      '{"ok":false,"error":{"a":"b"}}',
      '{"ok":false,"error":"__proto__"}',
      '{"ok":true,"ok":false,"error":"no_text"}',
      '{"ok":false,"error":"fatal_error","response_metadata":{"messages":7}}',
    ],
    ask: () =>
      channel.send(aDelivery({ receiver, notice: noticeFor('slack', aFinding()) }), signal),
  };
}

/** Asks once: `right`, `an error` of the client's own kind in time and in bounded memory, or what is wrong with it. */
async function tryOut(client: Client): Promise<string> {
  const memory = process.memoryUsage.rss();
  const begun = performance.now();
  const result = await client.ask().then(
    (answer) => ({ answer }),
    (error: unknown) => ({ error }),
  );
  const tookMs = performance.now() - begun;
  const grewBytes = process.memoryUsage.rss() - memory;
  if (tookMs > LONGEST_MS) return `took ${tookMs} ms`;
  if (grewBytes > MOST_BYTES) return `took ${grewBytes} bytes`;
  if ('answer' in result) {
    const isRight = isDeepStrictEqual(result.answer, client.right);
    return isRight ? 'right' : `wrong data: ${JSON.stringify(result.answer)}`;
  }
  const { error } = result;
  if (!(error instanceof client.error)) return `another error: ${String(error)}`;
  const isClear = /\w{3}/.test(error.message) && !/\[object|undefined|canary/.test(error.message);
  return isClear && error.message.length < 1_000 ? 'an error' : `unclear: ${error.message}`;
}

describe.each(NAMES)('an answer of %s', (name) => {
  it('that is right is taken', async () => {
    const { good } = patient[name];
    server.use((response) => void response.end(good), good);
    expect(await tryOut(patient[name])).toBe('right');
  });

  it.each(WRONG_WAYS)('that is $name: an error in bounded time and memory', async (way) => {
    server.use(way.answer, hasty[name].good);
    const expected = way.isRight === true ? ['right', 'an error'] : ['an error'];
    expect(expected).toContain(await tryOut(hasty[name]));
  });

  it('that grows when it is unpacked is ended by its size, not by its time', async () => {
    server.use(WRONG_WAYS.find((way) => way.name.includes('compressed'))!.answer, '');
    expect(await tryOut(patient[name])).toBe('an error');
  });

  it('of its own form, but wrong: an error, and no wrong data', async () => {
    const outcomes: [string, string][] = [];
    for (const body of hasty[name].bodies) {
      server.use((response) => void response.end(body), body);
      outcomes.push([body, await tryOut(hasty[name])]);
    }
    expect(outcomes.filter(([, outcome]) => outcome !== 'an error')).toEqual([]);
  });
});
