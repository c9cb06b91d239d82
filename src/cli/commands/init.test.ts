import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { runCommand } from '../../../test/support/runCommand.ts';
import { TestServer } from '../../../test/support/notify/httpServer.ts';
import { runCli } from '../program.ts';

let folder: string;
let server: TestServer;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'burnwatch-init-'));
  server = await TestServer.start();
  const headers = { 'content-type': 'application/json' };
  server.answer = ({ path }) =>
    path.startsWith('/api/v1/services')
      ? { status: 200, headers, body: JSON.stringify({ items: SERVICES }) }
      : { status: 200, headers, body: '{"status":"success","data":{}}' };
  for (const name of ['PROMETHEUS_URL', 'KUBECONFIG', 'KUBERNETES_SERVICE_HOST'])
    vi.stubEnv(name, '');
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await server.stop();
  rmSync(folder, { recursive: true });
});

const SERVICES = [
  service('kube-prometheus-stack-prometheus-node-exporter', 9100),
  service('prometheus-operated', 9090),
  service('kube-prometheus-stack-prometheus', 9090),
  service('alertmanager', 9093),
];
function service(name: string, port: number): object {
  return {
    metadata: { name, namespace: 'monitoring' },
    spec: { ports: [{ name: 'http-web', port }] },
  };
}

const file = (): string => join(folder, 'burnwatch.yaml');
const run = (...args: readonly string[]) =>
  runCommand(['init', '--config', file(), ...args], Date.now);

it('writes what was named, commented, as check-config accepts it, and never over a file', async () => {
  const { code, out, err } = await run('--prometheus', server.url, '--cluster', 'prod: "eu" #1');
  expect({ code, out }).toEqual({ code: 0, out: expect.stringContaining('written') });
  expect(err).not.toContain('does not answer');
  const text = readFileSync(file(), 'utf8');
  expect(text).toContain('# slack:');
  const checked = await runCommand(['check-config', file()], Date.now);
  expect(checked).toMatchObject({
    code: 0,
    out: expect.stringContaining('cluster prod: "eu" #1,'),
  });
  expect(await run('--prometheus', server.url)).toMatchObject({
    code: 2,
    err: expect.stringContaining('is there already'),
  });
  expect(readFileSync(file(), 'utf8')).toBe(text);
});

it('finds the address in the environment, and the Service of Prometheus in a cluster', async () => {
  vi.stubEnv('PROMETHEUS_URL', `${server.url}/prom`);
  expect((await run()).code).toBe(0);
  expect(readFileSync(file(), 'utf8')).toContain(`url: "${server.url}/prom"`);
  vi.stubEnv('PROMETHEUS_URL', '');
  rmSync(file());
  const kubeconfig = join(folder, 'kubeconfig');
  const cluster = { name: 'c', cluster: { server: server.url } };
  const context = { name: 'prod', context: { cluster: 'c', user: 'u' } };
  writeFileSync(
    kubeconfig,
    JSON.stringify({
      'current-context': 'prod',
      clusters: [cluster],
      contexts: [context],
      users: [],
    }),
  );
  const { code, err } = await run('--kubeconfig', kubeconfig, '--context', 'prod');
  expect(code).toBe(0);
  expect(err).toContain('found http://prometheus-operated.monitoring.svc:9090');
  const text = readFileSync(file(), 'utf8');
  expect(text).toContain('url: "http://kube-prometheus-stack-prometheus.monitoring.svc:9090"');
  expect(text).toContain('cluster: "prod"');
});

it('asks on a terminal, offering what it found', async () => {
  vi.stubEnv('PROMETHEUS_URL', server.url);
  const asked: string[] = [];
  const io = {
    out: () => undefined,
    err: () => undefined,
    isTerminal: true,
    ask: async (question: string, offered: string) => {
      asked.push(question);
      return question.includes('cluster') ? 'staging' : offered;
    },
    now: Date.now,
    user: 'alice',
  };
  expect(await runCli(['init', '--config', file()], io)).toBe(0);
  expect(asked).toHaveLength(2);
  expect(readFileSync(file(), 'utf8')).toContain('cluster: "staging"');
});

it.each([
  [[], '--prometheus URL'],
  [['--prometheus', 'prometheus:9090'], 'must be an http:// or https:// address'],
  [['--prometheus', 'javascript:alert(1)'], 'must be an http:// or https:// address'],
  [['--prometheus', 'http://a', '--cluster', ' '], '--cluster'],
])('refuses %j, and leaves no file', async (args, message) => {
  expect(await run(...args)).toMatchObject({ code: 2, err: expect.stringContaining(message) });
  expect(existsSync(file())).toBe(false);
});
