import { writeFileSync } from 'node:fs';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import type { CallToolResult } from '@modelcontextprotocol/sdk/types.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Config } from '../../src/daemon/config/schema.ts';
import type { FindingJson } from '../../src/model/findingJson.ts';
import { PROGRAM } from '../support/cli.ts';
import { serveShop, type ShopServer } from '../support/serveShop.ts';
import { writeShopHistory } from '../support/shopHistory.ts';
import { TempFolder } from '../support/tempFolder.ts';

const WINDOW = { from: '2026-11-24T00:00:00Z', to: '2026-11-24T07:00:00Z' };
const TOKENS = [
  { name: 'all', token: 'token-of-all', scopes: ['read'] as const },
  { name: 'shop', token: 'token-of-shop', scopes: ['read'] as const, namespaces: ['shop'] },
  { name: 'none', token: 'token-of-none', scopes: ['ack'] as const, namespaces: [] },
];

let folder: TempFolder;
let config: Config;
let server: ShopServer;
const clients: Client[] = [];
beforeAll(async () => {
  folder = new TempFolder();
  config = await writeShopHistory(folder.file('history.db'), 1);
  server = await serveShop(config, TOKENS);
});
afterAll(async () => {
  await Promise.all(clients.map((client) => client.close()));
  await server.close();
  folder[Symbol.dispose]();
});

async function overHttp(token: string): Promise<Client> {
  const requestInit = { headers: { authorization: `Bearer ${token}` } };
  const transport = new StreamableHTTPClientTransport(new URL(`${server.url}/mcp`), {
    requestInit,
  });
  return connected(transport);
}

async function overStdio(...args: readonly string[]): Promise<Client> {
  const file = folder.file('burnwatch.yaml');
  const { cluster, history } = config;
  writeFileSync(file, JSON.stringify({ cluster, history: { path: history.path } }));
  const command = { command: process.execPath, args: [PROGRAM, 'mcp', '--config', file, ...args] };
  return connected(new StdioClientTransport({ ...command, stderr: 'ignore' }));
}

async function connected(transport: Parameters<Client['connect']>[0]): Promise<Client> {
  const client = new Client({ name: 'test', version: '1' });
  await client.connect(transport);
  clients.push(client);
  return client;
}

async function call(client: Client, name: string, args: Record<string, unknown> = {}) {
  const result = (await client.callTool({ name, arguments: args })) as CallToolResult;
  const [first] = result.content;
  return { isError: result.isError === true, text: first?.type === 'text' ? first.text : '' };
}

async function ask<T>(
  client: Client,
  name: string,
  args: Record<string, unknown> = {},
): Promise<T> {
  const { isError, text } = await call(client, name, args);
  expect([isError, text.slice(0, isError ? 500 : 0)]).toEqual([false, '']);
  return JSON.parse(text) as T;
}

async function api(path: string, token: string): Promise<unknown> {
  const response = await fetch(`${server.url}/api/v1${path}`, {
    headers: { authorization: `Bearer ${token}` },
  });
  return response.json();
}

const WAYS: readonly (readonly [string, () => Promise<Client>])[] = [
  ['HTTP', () => overHttp('token-of-all')],
  ['stdio', () => overStdio()],
];

describe.each(WAYS)('a model’s client over %s', (_way, connect) => {
  let client: Client;
  beforeAll(async () => {
    client = await connect();
  });

  it('lists tools that only read, with their arguments', async () => {
    const { tools } = await client.listTools();
    expect(tools.map(({ name }) => name)).toEqual([
      'costs',
      'findings',
      'evidence',
      'recommendations',
      'series',
    ]);
    expect(tools.every(({ annotations }) => annotations?.readOnlyHint === true)).toBe(true);
    const evidence = tools.find(({ name }) => name === 'evidence');
    expect(evidence?.inputSchema).toMatchObject({ required: ['id'], additionalProperties: false });
    expect(client.getInstructions()).toContain('only read');
  });

  it('gets the same answers as the API', async () => {
    const query = new URLSearchParams(WINDOW);
    expect(await ask(client, 'costs', { ...WINDOW, by: 'workload' })).toEqual(
      await api(`/costs?by=workload&${query.toString()}`, 'token-of-all'),
    );
    const findings = await ask<FindingJson[]>(client, 'findings', { kind: 'cryptojacking' });
    expect(findings).toEqual(await api('/findings?kind=cryptojacking', 'token-of-all'));
    const [miner] = findings;
    const evidence = await ask<FindingJson>(client, 'evidence', { id: miner?.id });
    expect(evidence.evidence.length).toBeGreaterThan(2);
    const advice = await ask<{ recommendations: object[] }>(client, 'recommendations', {
      all: 'true',
    });
    expect(advice.recommendations.length).toBeGreaterThan(0);
    const { namespace, workload } = evidence;
    const args = {
      namespace,
      kind: workload?.kind,
      workload: workload?.name,
      points: 10,
      ...WINDOW,
    };
    const series = await ask<{ times: string[] }>(client, 'series', args);
    expect(series.times.length).toBeGreaterThan(2);
  });

  it.each([
    ['costs', { by: 'nonsense' }, 'is none of cluster, namespace'],
    ['costs', { window: "7d'; DROP TABLE windows; --" }, 'window'],
    ['costs', { by: { $ne: '' } }, 'by: must be text'],
    ['costs', { format: 'csv' }, 'no such argument'],
    ['costs', { namespaces: 'secret' }, 'namespaces'],
    ['costs', { from: '2020-01-01T00:00:00Z', to: '2026-01-01T00:00:00Z' }, '400 days'],
    ['findings', { limit: 1e9 }, 'limit'],
    ['findings', { limit: -1 }, 'limit'],
    ['findings', { kind: '../../etc/passwd' }, 'kind'],
    ['evidence', {}, 'id: is needed'],
    ['evidence', { id: '..' }, 'names nothing'],
    ['evidence', { id: '../costs' }, 'no such finding'],
    ['evidence', { id: '%2e%2e%2fcosts' }, 'no such finding'],
    ['evidence', { id: 'a?format=csv#x' }, 'no such finding'],
    ['evidence', { id: 'x'.repeat(65) }, 'id'],
    ['evidence', { id: '%' }, 'no such finding'],
    [
      'series',
      { namespace: 'shop', kind: 'Deployment', workload: '\u0000', from: 'yesterday' },
      'from',
    ],
    ['recommendations', { constructor: 'x' }, 'constructor'],
  ])('%s %j is refused with a reason', async (name, args, reason) => {
    const { isError, text } = await call(client, name, args);
    expect([isError, text]).toEqual([true, expect.stringContaining(reason)]);
  });

  it('knows no other tool', async () => {
    await expect(client.callTool({ name: 'accept', arguments: {} })).rejects.toThrow(
      'no such tool',
    );
    await expect(client.callTool({ name: '__proto__' })).rejects.toThrow('no such tool');
  });
});

describe('scopes and namespaces', () => {
  it('a token sees its namespaces, as in the API', async () => {
    const client = await overHttp('token-of-shop');
    const { rows } = await ask<{ rows: { key: string }[] }>(client, 'costs', WINDOW);
    expect(rows.map(({ key }) => key)).toEqual(['shop']);
    const args = { namespace: 'kube-system', kind: 'Deployment', workload: 'coredns' };
    expect(await call(client, 'series', args)).toMatchObject({ isError: true });
    const all = (await api('/findings?state=all&limit=1000', 'token-of-all')) as FindingJson[];
    const foreign = all.find(({ namespace }) => namespace !== 'shop');
    expect(foreign).toBeDefined();
    expect(await call(client, 'evidence', { id: foreign?.id })).toMatchObject({ isError: true });
  });

  it('stdio can be kept to one namespace', async () => {
    const client = await overStdio('-n', 'shop');
    const { rows } = await ask<{ rows: { key: string }[] }>(client, 'costs', WINDOW);
    expect(rows.map(({ key }) => key)).toEqual(['shop']);
  });

  it.each([
    ['no token', {}, 401],
    ['a wrong token', { authorization: 'Bearer guess' }, 401],
    ['a token without the scope read', { authorization: 'Bearer token-of-none' }, 403],
  ])('%s is refused before any message is read', async (_who, headers, status) => {
    const response = await fetch(`${server.url}/mcp`, { method: 'POST', headers, body: 'x' });
    expect(response.status).toBe(status);
  });

  it.each([
    ['no JSON', '{', 400],
    ['a batch', '[{"jsonrpc":"2.0","id":1,"method":"tools/list"}]', 400],
    ['no message', '{"a":1}', 400],
    ['too much', `{"jsonrpc":"2.0","id":1,"method":"${'x'.repeat(70_000)}"}`, 413],
  ])('%s is refused', async (_what, body, status) => {
    const headers = {
      authorization: 'Bearer token-of-all',
      accept: 'application/json, text/event-stream',
      'content-type': 'application/json',
    };
    const response = await fetch(`${server.url}/mcp`, { method: 'POST', headers, body });
    expect(response.status).toBe(status);
  });

  it('without tokens, only pages of this machine’s own names reach it', async () => {
    const open = await serveShop(config, []);
    try {
      const headers = { origin: 'https://evil.example', 'content-type': 'application/json' };
      const response = await fetch(`${open.url}/mcp`, { method: 'POST', headers, body: '{}' });
      expect(response.status).toBe(403);
    } finally {
      await open.close();
    }
  });
});
