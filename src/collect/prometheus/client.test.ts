import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { configSchema } from '../../daemon/config/schema.ts';
import { CollectError } from '../collector.ts';
import { createPrometheusClient } from './client.ts';
import type { PrometheusClient } from './client.ts';

const grid = { startSeconds: 1_800_000_000, stepSeconds: 300, points: 2 };
const whole = { grid, from: 0, to: 1 };
const OK =
  '{"status":"success","data":{"resultType":"matrix","result":[{"metric":{"a":"b"},"values":[[1800000000,"1"]]}]}}';

const GZIP = { 'Content-Encoding': 'gzip' };

interface Request {
  readonly path: string;
  readonly method: string;
  readonly headers: IncomingMessage['headers'];
  readonly form: URLSearchParams;
}
type Answer = (response: ServerResponse, request: Request) => void;

const cleanups: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
});

/** A server that gives its answers in turn, the last one for ever, and remembers what it was asked. */
async function serve(...answers: readonly Answer[]): Promise<{ url: string; requests: Request[] }> {
  const requests: Request[] = [];
  const server: Server = createServer((incoming, response) => {
    let body = '';
    incoming.on('data', (chunk: Buffer) => (body += chunk.toString()));
    incoming.on('end', () => {
      const request = {
        path: incoming.url ?? '',
        method: incoming.method ?? '',
        headers: incoming.headers,
        form: new URLSearchParams(body),
      };
      requests.push(request);
      answers[Math.min(requests.length, answers.length) - 1]?.(response, request);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  cleanups.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, requests };
}

function send(status: number, body: string | Buffer, headers: Record<string, string> = {}): Answer {
  return (response) => response.writeHead(status, headers).end(body);
}

/** As a proxy compresses it. */
function zip(status: number, body: string): Answer {
  return send(status, gzipSync(body), GZIP);
}

async function connect(
  prometheus: Record<string, unknown>,
): Promise<{ client: PrometheusClient; pauses: number[] }> {
  const config = configSchema.parse({ prometheus });
  const pauses: number[] = [];
  const client = await createPrometheusClient(config.prometheus, {
    random: () => 0.5,
    now: () => Date.UTC(2026, 10, 24),
    sleep: async (ms) => {
      pauses.push(ms);
    },
  });
  cleanups.push(() => client.close());
  return { client, pauses };
}

async function failureOf(promise: Promise<unknown>): Promise<CollectError> {
  const failure = await promise.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  expect(failure).toBeInstanceOf(CollectError);
  return failure as CollectError;
}

const never = new AbortController().signal;

describe('the Prometheus client', () => {
  it('posts the query with the parameters that make stores honest', async () => {
    const { url, requests } = await serve(send(200, OK));
    const { client } = await connect({
      url: `${url}/select/0/prometheus/`,
      headers: { 'X-Scope-OrgID': 'a' },
    });
    const answer = await client.range('up', whole, never);
    expect(answer.series[0]?.values[0]).toBe(1);
    expect(requests[0]).toMatchObject({
      method: 'POST',
      path: '/select/0/prometheus/api/v1/query_range',
      headers: { 'x-scope-orgid': 'a' },
    });
    expect(Object.fromEntries(requests[0]?.form ?? [])).toMatchObject({
      query: 'up',
      start: '1800000000',
      end: '1800000300',
      step: '300',
      partial_response: 'false',
      nocache: '1',
    });
  });

  it('pauses with jitter between attempts, and gives up after the last', async () => {
    const { url, requests } = await serve(send(500, 'boom'));
    const { client, pauses } = await connect({ url, attempts: 4 });
    expect(await failureOf(client.range('up', whole, never))).toMatchObject({
      code: 'unreachable',
    });
    expect(requests).toHaveLength(4);
    expect(pauses).toEqual([250, 500, 1000]);
  });

  it('obeys Retry-After, as seconds or as a date', async () => {
    const { url } = await serve(
      send(429, 'slow down', { 'Retry-After': '7' }),
      send(503, 'slow down', { 'Retry-After': 'Tue, 24 Nov 2026 00:00:09 GMT' }),
      send(200, OK),
    );
    const { client, pauses } = await connect({ url });
    await client.range('up', whole, never);
    expect(pauses).toEqual([7000, 9000]);
  });

  it('leaves it to the next cycle when told to wait for long', async () => {
    const { url, requests } = await serve(send(429, 'come back later', { 'Retry-After': '3600' }));
    const { client } = await connect({ url });
    expect(await failureOf(client.range('up', whole, never))).toMatchObject({
      code: 'overloaded',
      retryable: true,
    });
    expect(requests).toHaveLength(1);
  });

  it('tells the kinds of 422 apart and repeats none of them', async () => {
    const { url, requests } = await serve(
      send(
        422,
        '{"status":"error","errorType":"execution","error":"query processing would load too many samples"}',
      ),
      send(422, '{"status":"error","errorType":"execution","error":"query timed out"}'),
      send(422, '{"status":"error","errorType":"execution","error":"found duplicate series"}'),
    );
    const { client } = await connect({ url });
    const codes = [];
    for (let i = 0; i < 3; i++)
      codes.push((await failureOf(client.range('up', whole, never))).code);
    expect(codes).toEqual(['too-large', 'timeout', 'bad-query']);
    expect(requests).toHaveLength(3);
  });

  it('repeats a timed-out query of a single point, which cannot be split', async () => {
    const { url, requests } = await serve(send(504, ''), send(200, OK));
    const { client } = await connect({ url });
    await client.range('up', { grid, from: 0, to: 0 }, never);
    expect(requests).toHaveLength(2);
  });

  it('asks this machine itself, whatever proxy the environment names', async () => {
    const proxy = await serve(send(200, OK));
    const { url, requests } = await serve(send(200, OK));
    for (const name of ['http_proxy', 'HTTP_PROXY']) vi.stubEnv(name, proxy.url);
    cleanups.push(() => void vi.unstubAllEnvs());
    const { client } = await connect({ url });
    expect((await client.range('up', whole, never)).series).toHaveLength(1);
    expect([requests.length, proxy.requests.length]).toEqual([1, 0]);
  });

  it('takes a login page for what it is', async () => {
    const { url, requests } = await serve(send(200, '<html><title>Sign in</title></html>'));
    const { client } = await connect({ url });
    const failure = await failureOf(client.range('up', whole, never));
    expect(failure).toMatchObject({ code: 'bad-answer', retryable: false });
    expect(failure.message).toContain('login page');
    expect(requests).toHaveLength(1);
  });

  it('tries again after a cut-off answer', async () => {
    const { url } = await serve(
      send(200, OK.slice(0, -5)),
      (response) => {
        response.writeHead(200, { 'Content-Length': String(OK.length) });
        response.write(OK.slice(0, 10));
        setTimeout(() => response.destroy(), 20);
      },
      send(200, OK),
    );
    const { client, pauses } = await connect({ url });
    expect((await client.range('up', whole, never)).series).toHaveLength(1);
    expect(pauses).toHaveLength(2);
  });

  it('reads what a proxy compressed all the same', async () => {
    const result = Array.from({ length: 500 }, (_, pod) => ({
      metric: { namespace: 'shop', pod: `checkout-${pod}`, container: 'app', unit: 'byte' },
      values: Array.from({ length: 289 }, (__, point) => [1_800_000_000 + point * 300, '1']),
    }));
    const constant = { status: 'success', data: { resultType: 'matrix', result } };
    const { url, requests } = await serve(
      send(200, brotliCompressSync(OK), { 'Content-Encoding': 'br' }),
      send(200, OK, { 'Content-Encoding': 'identity' }),
      // It shrinks to less than a ninetieth.
      zip(200, JSON.stringify(constant)),
    );
    const { client } = await connect({ url });
    for (let i = 0; i < 2; i++)
      expect((await client.range('up', whole, never)).series).toHaveLength(1);
    const day = { grid: { ...grid, points: 289 }, from: 0, to: 288 };
    expect((await client.range('up', day, never)).series).toHaveLength(500);
    expect(requests).toHaveLength(3);
  });

  it.each([
    ['empty', send(200, '')],
    ['cut off before it was compressed', zip(200, OK.slice(0, -5))],
    ['cut off after it was compressed', send(200, gzipSync(OK).subarray(0, -9), GZIP)],
    ['cut off at once', send(200, gzipSync(OK).subarray(0, 5), GZIP)],
  ])('tries again after an answer that is %s', async (_, wrong) => {
    const { url, requests } = await serve(wrong, send(200, OK));
    const { client } = await connect({ url });
    expect((await client.range('up', whole, never)).series).toHaveLength(1);
    expect(requests).toHaveLength(2);
  });

  it.each([
    ['that is compressed', zip(200, '<html>Sign in</html>')],
    ['that says it is, and is not', send(200, '<html>Sign in</html>', GZIP)],
    ['of unknown make', send(200, '<html>Sign in</html>', { 'Content-Encoding': 'zstd' })],
  ])('shows a login page %s', async (_, page) => {
    const { url, requests } = await serve(page);
    const { client } = await connect({ url });
    const failure = await failureOf(client.range('up', whole, never));
    expect(failure).toMatchObject({ code: 'bad-answer', retryable: false });
    expect(failure.message).toContain('it begins "<html>Sign in</html>"');
    expect(requests).toHaveLength(1);
  });

  it('reads the words of an error, compressed or not', async () => {
    const words = '{"status":"error","errorType":"execution","error":"too many samples"}';
    const { url } = await serve(
      send(422, words, { 'Content-Encoding': 'Identity' }),
      zip(422, words),
      send(422, gzipSync(words).subarray(0, -4), GZIP),
    );
    const { client } = await connect({ url });
    for (let i = 0; i < 3; i++)
      expect(await failureOf(client.range('up', whole, never))).toMatchObject({
        code: 'too-large',
      });
  });

  it('reads no more of an error than its words', async () => {
    const piece = '<too many samples '.repeat(1_000);
    let sent = 0;
    const { url } = await serve((response) => {
      response.writeHead(422);
      const more = (): void => {
        do sent += piece.length;
        while (response.write(piece));
      };
      response.on('drain', more);
      more();
    });
    const { client } = await connect({ url });
    expect(await failureOf(client.range('up', whole, never))).toMatchObject({ code: 'too-large' });
    // The rest is in the buffers of the connection.
    expect(sent).toBeLessThan(2 ** 25);
  });

  it('ends a request that takes longer than the timeout', async () => {
    const { url } = await serve((response) => response.writeHead(200).write('{'));
    const { client } = await connect({ url, timeout: '100ms' });
    const failure = await failureOf(client.range('up', whole, never));
    expect(failure).toMatchObject({ code: 'timeout', retryable: true });
    expect(failure.message).toContain('prometheus.timeout');
  });

  it('stops at once when it is told to', async () => {
    const controller = new AbortController();
    const { url } = await serve(() => controller.abort());
    const { client } = await connect({ url, timeout: '10m' });
    expect(await failureOf(client.range('up', whole, controller.signal))).toMatchObject({
      code: 'aborted',
    });
  });

  it('carries no credentials across a redirect', async () => {
    const elsewhere = await serve(send(200, OK));
    const { url } = await serve(send(302, '', { Location: `${elsewhere.url}/login` }));
    const { client } = await connect({ url, bearerToken: 'canary' });
    expect(await failureOf(client.range('up', whole, never))).toMatchObject({ code: 'bad-answer' });
    expect(elsewhere.requests).toEqual([]);
  });

  it('reads a rotating token each time', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'burnwatch-'));
    cleanups.push(() => rm(folder, { recursive: true }));
    const bearerTokenFile = join(folder, 'token');
    const { url, requests } = await serve(send(200, OK));
    const { client } = await connect({ url, bearerTokenFile });
    expect((await failureOf(client.range('up', whole, never))).message).toContain(
      'prometheus.bearerTokenFile',
    );
    for (const token of ['one', 'two']) {
      await writeFile(bearerTokenFile, `${token}\n`);
      await client.range('up', whole, never);
    }
    expect(requests.map(({ headers }) => headers.authorization)).toEqual([
      'Bearer one',
      'Bearer two',
    ]);
  });

  it('sends credentials of the address as a header and never shows them', async () => {
    const { url, requests } = await serve(send(401, 'no'));
    const { client } = await connect({ url: url.replace('://', '://ann:canary@') });
    const failure = await failureOf(client.range('up', whole, never));
    expect(failure.code).toBe('unauthorized');
    expect(failure.message).not.toContain('canary');
    expect(client.server).not.toContain('canary');
    expect(requests[0]?.headers.authorization).toBe(`Basic ${btoa('ann:canary')}`);
  });

  it('says that nobody answers', async () => {
    const { client } = await connect({ url: 'http://127.0.0.1:1', attempts: 1 });
    expect(await failureOf(client.range('up', whole, never))).toMatchObject({
      code: 'unreachable',
      retryable: true,
    });
  });
});
