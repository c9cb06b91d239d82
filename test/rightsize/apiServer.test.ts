import { execFile } from 'node:child_process';
import { dirname } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { findKubeTool } from '../support/kubeTools.ts';
import { noObjects } from '../../src/model/clusterObjects.ts';
import { renderFix } from '../../src/detect/posture/fix/renderFix.ts';
import {
  adviseContainer,
  type AdviceContext,
} from '../../src/detect/rightsize/advice/containerAdvice.ts';
import { workloadPatches } from '../../src/detect/rightsize/advice/patch.ts';
import { renderPatches } from '../../src/detect/rightsize/advice/renderPatches.ts';
import { aHistory, anAdviceContext, daysOfUse } from '../support/rightsize/advice.ts';
import { ApiServer } from '../support/apiServer/apiServer.ts';
import { Kubectl } from '../support/apiServer/kubectl.ts';
import { STANDARD_RESOURCES, type ServedResource } from '../support/apiServer/resources.ts';

/** What is printed for people to run, run as they would: by a shell, against an API server. */
const ADMISSION = { group: 'admissionregistration.k8s.io', version: 'v1', namespaced: false };
const RESOURCES: readonly ServedResource[] = [
  ...STANDARD_RESOURCES,
  { ...ADMISSION, plural: 'validatingadmissionpolicies', kind: 'ValidatingAdmissionPolicy' },
  {
    ...ADMISSION,
    plural: 'validatingadmissionpolicybindings',
    kind: 'ValidatingAdmissionPolicyBinding',
  },
];

let server: ApiServer;
let kubectl: Kubectl;
let path: string;
beforeAll(async () => {
  server = await ApiServer.start({ resources: RESOURCES, tls: true, tokens: { secret: 'me' } });
  kubectl = await Kubectl.for(server, 'secret');
  path = `${dirname(await findKubeTool('kubectl'))}:${process.env['PATH']}`;
});
afterAll(async () => {
  await kubectl[Symbol.asyncDispose]();
  await server[Symbol.asyncDispose]();
});

const CONTAINERS = [
  { name: 'app', image: 'app:1', resources: { limits: { memory: '2Gi' } } },
  { name: 'other', image: 'other:1' },
];
const POD = {
  containers: CONTAINERS,
  initContainers: [{ name: 'proxy', image: 'proxy:1', restartPolicy: 'Always' }],
};
const TEMPLATE = { metadata: { labels: { app: 'web' } }, spec: POD };
const SELECTOR = { matchLabels: { app: 'web' } };
const KINDS = {
  Deployment: { apiVersion: 'apps/v1', spec: { selector: SELECTOR, template: TEMPLATE } },
  StatefulSet: { apiVersion: 'apps/v1', spec: { selector: SELECTOR, template: TEMPLATE } },
  DaemonSet: { apiVersion: 'apps/v1', spec: { selector: SELECTOR, template: TEMPLATE } },
  CronJob: {
    apiVersion: 'batch/v1',
    spec: { schedule: '0 1 * * *', jobTemplate: { spec: { template: { spec: POD } } } },
  },
} as const;
type Kind = keyof typeof KINDS;

beforeEach(() => {
  const metadata = { namespace: 'shop', name: 'web' };
  for (const [kind, object] of Object.entries(KINDS)) server.put({ kind, metadata, ...object });
  server.put({
    apiVersion: 'autoscaling/v2',
    kind: 'HorizontalPodAutoscaler',
    metadata,
    spec: { minReplicas: 6, maxReplicas: 9 },
  });
});

function script(kind: string, change: Partial<AdviceContext> = {}): string {
  const days = daysOfUse(14, () => ({ cpuCores: 0.2 }), 6);
  const context = anAdviceContext(days, {
    roleOf: ({ container }) => (container === 'proxy' ? 'sidecar' : 'main'),
    ...change,
  });
  const advices = ['app', 'proxy'].flatMap(
    (container) =>
      adviseContainer(aHistory(days, { workload: { kind, name: 'web' }, container }), context) ??
      [],
  );
  return renderPatches(workloadPatches(advices), { currency: 'USD', kubeContext: null });
}

async function shell(text: string): Promise<string> {
  const env = { PATH: path, HOME: kubectl.folder, KUBECONFIG: kubectl.kubeconfig };
  const { stdout } = await promisify(execFile)('sh', ['-e', '-c', text], { env });
  return stdout;
}

describe('recommend -o patch', () => {
  it.each(Object.keys(KINDS) as Kind[])('the server takes the patch of a %s', async (kind) => {
    expect(await shell(script(kind))).toMatch(/web patched/);
    const { spec } = server.get(kind, 'shop', 'web') as unknown as {
      spec: { template?: object; jobTemplate?: { spec: { template: object } } };
    };
    const requests = { cpu: '230m', memory: '230Mi' };
    expect(spec.template ?? spec.jobTemplate?.spec.template).toMatchObject({
      spec: {
        containers: [
          { ...CONTAINERS[0], resources: { requests, limits: { memory: '2Gi' } } },
          CONTAINERS[1],
        ],
        initContainers: [{ ...POD.initContainers[0], resources: { requests } }],
      },
    });
  });

  it('the server takes the lower minimum of an autoscaler', async () => {
    const autoscaler = {
      namespace: 'shop',
      name: 'web',
      target: { kind: 'Deployment', name: 'web' },
      minReplicas: 6,
      maxReplicas: 9,
      currentReplicas: 6,
      targets: [{ resource: 'cpu', container: null, percent: 60 }],
      otherMetrics: [],
      scaledObject: null,
    };
    const objects = { ...noObjects(0), autoscalers: [autoscaler] };
    await shell(script('Deployment', { objects }));
    expect(server.get('HorizontalPodAutoscaler', 'shop', 'web')).toMatchObject({
      spec: { minReplicas: 3, maxReplicas: 9 },
    });
  });

  it('a container that is not there is refused, not made', async () => {
    const wrong = script('Deployment').replaceAll('"name":"proxy"', '"name":"gone"');
    await expect(shell(wrong)).rejects.toThrow(/image: Required value/);
  });
});

describe('posture --fix', () => {
  it('the server takes every manifest, and again without a change', async () => {
    const manifests = renderFix('shop', [aHistory(daysOfUse(7, () => ({}), 4))]);
    const apply = () => kubectl.run(['apply', '-f', '-'], manifests);
    expect(await apply()).toMatchObject({ code: 0, stderr: '' });
    for (const document of parseAllDocuments(manifests)) {
      const manifest = document.toJS() as { kind: string; metadata: { name: string } };
      const namespace = /^Limit|^Resource/.test(manifest.kind) ? 'shop' : null;
      expect(server.get(manifest.kind, namespace, manifest.metadata.name)).toMatchObject(manifest);
    }
    const again = await apply();
    expect(again.stdout.match(/unchanged/g)).toHaveLength(4);
  });
});
