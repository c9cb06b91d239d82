import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { findKubeTool } from '../support/kubeTools.ts';
import { adviseContainer } from '../../src/detect/rightsize/advice/containerAdvice.ts';
import { workloadPatches } from '../../src/detect/rightsize/advice/patch.ts';
import { renderPatches } from '../../src/detect/rightsize/advice/renderPatches.ts';
import { aHistory, anAdviceContext, daysOfUse } from '../support/rightsize/advice.ts';

const run = promisify(execFile);
let kubectl: string;
let folder: string;
beforeAll(async () => {
  kubectl = await findKubeTool('kubectl');
  folder = await mkdtemp(join(tmpdir(), 'burnwatch-kubectl-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const POD = {
  containers: [
    { name: 'app', image: 'app:1', resources: { requests: { cpu: '1', memory: '1Gi' } } },
    { name: 'other', image: 'other:1' },
  ],
  initContainers: [{ name: 'proxy', image: 'proxy:1', restartPolicy: 'Always' }],
};
const TEMPLATE = { metadata: { labels: { app: 'web' } }, spec: POD };
const WORKLOADS: Readonly<Record<string, object>> = {
  Deployment: {
    apiVersion: 'apps/v1',
    spec: { selector: { matchLabels: { app: 'web' } }, template: TEMPLATE },
  },
  StatefulSet: {
    apiVersion: 'apps/v1',
    spec: { serviceName: 'web', selector: { matchLabels: { app: 'web' } }, template: TEMPLATE },
  },
  DaemonSet: {
    apiVersion: 'apps/v1',
    spec: { selector: { matchLabels: { app: 'web' } }, template: TEMPLATE },
  },
  CronJob: {
    apiVersion: 'batch/v1',
    spec: {
      schedule: '0 1 * * *',
      jobTemplate: { spec: { template: { spec: { ...POD, restartPolicy: 'Never' } } } },
    },
  },
};

describe('kubectl patch', () => {
  it.each(Object.keys(WORKLOADS))('takes the patch of a %s as it is printed', async (kind) => {
    const days = daysOfUse(14, () => ({}));
    const context = anAdviceContext(days, {
      roleOf: ({ container }) => (container === 'proxy' ? 'sidecar' : 'main'),
    });
    const workload = { kind, name: 'web' };
    const advices = ['app', 'proxy'].flatMap(
      (container) => adviseContainer(aHistory(days, { workload, container }), context) ?? [],
    );
    const script = renderPatches(workloadPatches(advices), { currency: 'USD', kubeContext: null });
    const line = script.split('\n').find((one) => one.startsWith('kubectl'));
    const patch = /-p '(.*)'$/.exec(line ?? '')?.[1] ?? '';
    expect(line).toContain(`patch ${kind.toLowerCase()}/web --type strategic`);

    const file = join(folder, `${kind}.json`);
    await writeFile(
      file,
      JSON.stringify({ kind, metadata: { name: 'web', namespace: 'shop' }, ...WORKLOADS[kind] }),
    );
    const { stdout } = await run(
      kubectl,
      ['patch', '--local', '-f', file, '--type', 'strategic', '-p', patch, '-o', 'yaml'],
      { env: { ...process.env, HOME: folder, KUBECONFIG: join(folder, 'none') } },
    );
    const patched = parse(stdout) as {
      spec: { template?: unknown; jobTemplate?: { spec: { template: unknown } } };
    };
    const template = patched.spec.template ?? patched.spec.jobTemplate?.spec.template;
    expect(template).toMatchObject({
      spec: {
        containers: [
          {
            name: 'app',
            image: 'app:1',
            resources: { requests: { cpu: '120m', memory: '230Mi' } },
          },
          { name: 'other', image: 'other:1' },
        ],
        initContainers: [
          { name: 'proxy', resources: { requests: { cpu: '120m', memory: '230Mi' } } },
        ],
      },
    });
  });
});
