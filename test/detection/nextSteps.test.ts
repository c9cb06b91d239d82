import { execFile } from 'node:child_process';
import { dirname } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { findKubeTool } from '../support/kubeTools.ts';
import { AbuseRun, using } from '../support/abuse/abuseRun.ts';
import type { NextStep } from '../../src/model/finding.ts';
import { DAY_MS, HOUR_MS } from '../../src/model/time.ts';
import { ApiServer } from '../support/apiServer/apiServer.ts';
import { Kubectl } from '../support/apiServer/kubectl.ts';
import { INSTALL_RESOURCES, STANDARD_RESOURCES } from '../support/apiServer/resources.ts';

/** The commands of a finding, run as whoever is on call would: by a shell, in their order. */
let server: ApiServer;
let kubectl: Kubectl;
let path: string;

beforeAll(async () => {
  server = await ApiServer.start({
    resources: [...STANDARD_RESOURCES, ...INSTALL_RESOURCES],
    tls: true,
    tokens: { secret: 'me' },
  });
  kubectl = await Kubectl.for(server, 'secret');
  path = `${dirname(await findKubeTool('kubectl'))}:${process.env['PATH']}`;
});

afterAll(async () => {
  await kubectl[Symbol.asyncDispose]();
  await server[Symbol.asyncDispose]();
});

async function shell(text: string): Promise<string> {
  const env = { PATH: path, HOME: kubectl.folder, KUBECONFIG: kubectl.kubeconfig };
  const { stdout } = await promisify(execFile)('sh', ['-e', '-c', text], { env });
  return stdout;
}

const PODS = [0, 1, 2, 3].map((index) => `agent-${index}`);

function stepsOfAMiner(): readonly NextStep[] {
  const quiet = using(0.1, 20_000);
  const miners = PODS.map((name, index) =>
    using(0.9, 120, {
      name,
      uid: `uid-${index}`,
      node: `node-${index}`,
      namespace: 'kube-system',
      workload: { kind: 'DaemonSet', name: 'agent' },
      container: { name: 'agent', image: 'docker.io/somebody/agent:1', cpuLimitCores: null },
    }),
  );
  const run = new AbuseRun().play(3 * DAY_MS, () => [quiet]);
  run.play(2 * HOUR_MS, () => [quiet, ...miners]);
  const steps = run.open()[0]?.next;
  expect(steps).toBeDefined();
  return steps ?? [];
}

it('look and preserve first, then deny egress, cordon, and only then stop', async () => {
  const metadata = { namespace: 'kube-system' };
  const template = {
    spec: { containers: [{ name: 'agent', image: 'docker.io/somebody/agent:1' }] },
  };
  for (const name of PODS)
    server.put({ apiVersion: 'v1', kind: 'Pod', metadata: { ...metadata, name }, ...template });
  for (const name of ['node-0', 'node-1', 'node-2', 'node-3'])
    server.put({ apiVersion: 'v1', kind: 'Node', metadata: { name }, spec: {} });
  server.put({
    apiVersion: 'apps/v1',
    kind: 'DaemonSet',
    metadata: { ...metadata, name: 'agent' },
    spec: { selector: { matchLabels: { app: 'agent' } }, template },
  });

  const steps = stepsOfAMiner();
  expect(steps.map(({ effect }) => effect)).toEqual([
    'read',
    'read',
    'read',
    'read',
    'contain',
    'contain',
    'contain',
    'destroy',
  ]);
  expect(steps.map(({ command }) => command).join('\n')).not.toMatch(/kubectl[^|]* delete/);

  const changes = steps.filter(({ effect }) => effect !== 'read');
  const said: string[] = [];
  for (const { command } of changes) said.push(await shell(command));
  expect(said[0]).toMatch(/networkpolicy\S* created/);
  expect(said[1]?.match(/labeled/g)).toHaveLength(PODS.length);
  expect(said[2]).toMatch(/cordoned/);
  expect(said[3]).toMatch(/agent patched/);

  const policy = await shell(
    'kubectl -n kube-system get networkpolicy burnwatch-quarantine -o json',
  );
  expect(JSON.parse(policy)).toMatchObject({
    spec: {
      policyTypes: ['Egress'],
      podSelector: { matchLabels: { 'burnwatch.io/quarantine': 'true' } },
    },
  });
  const selected = await shell(
    'kubectl -n kube-system get pods -l burnwatch.io/quarantine=true -o name',
  );
  expect(selected.trim().split('\n')).toEqual(PODS.map((name) => `pod/${name}`));
});
