import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { rawObject, rawPod } from '../../support/specs.ts';
import { ApiServer } from '../../support/apiServer/apiServer.ts';
import { Kubectl } from '../../support/apiServer/kubectl.ts';
import type { ApiObject } from '../../support/apiServer/objectStore.ts';
import { CUSTOM_RESOURCES, STANDARD_RESOURCES } from '../../support/apiServer/resources.ts';

// The stand-in is honest as long as the real kubectl takes it for an API server.
let server: ApiServer;
let kubectl: Kubectl;
const template = { metadata: { labels: { app: 'web' } }, spec: rawPod().spec };
const DEPLOYMENT = rawObject(
  'apps/v1',
  'Deployment',
  { name: 'web', namespace: 'shop', uid: 'd' },
  {
    spec: { replicas: 3, selector: { matchLabels: { app: 'web' } }, template },
  },
) as unknown as ApiObject;

beforeAll(async () => {
  server = await ApiServer.start({
    tls: true,
    tokens: { secret: 'alice', other: 'bob' },
    resources: [...STANDARD_RESOURCES, ...CUSTOM_RESOURCES],
  });
  const pods = Array.from({ length: 1_200 }, (_, index) =>
    rawPod({
      name: `web-${String(index).padStart(4, '0')}`,
      uid: `u-${index}`,
      labels: { app: 'web' },
    }),
  );
  server.put(
    ...(pods as unknown as ApiObject[]),
    rawPod({ name: 'lonely', namespace: 'blog', labels: {} }) as unknown as ApiObject,
    rawObject(
      'v1',
      'Node',
      { name: 'node-1' },
      {
        status: { capacity: { cpu: '4', memory: '16Gi', pods: '110' } },
      },
    ) as unknown as ApiObject,
    DEPLOYMENT,
    ...['shop', 'blog'].map(
      (name) => rawObject('v1', 'Namespace', { name }) as unknown as ApiObject,
    ),
    rawObject('argoproj.io/v1alpha1', 'Rollout', {
      name: 'canary',
      namespace: 'shop',
    }) as unknown as ApiObject,
  );
  kubectl = await Kubectl.for(server, 'secret');
});
afterAll(async () => {
  await kubectl[Symbol.asyncDispose]();
  await server[Symbol.asyncDispose]();
});

const out = async (...args: string[]) => {
  const { code, stdout, stderr } = await kubectl.run(args);
  expect(stderr).toBe('');
  expect(code).toBe(0);
  return stdout;
};

describe('the stand-in for an API server, as the real kubectl sees it', () => {
  it('lists page by page, over all namespaces, by label and field', async () => {
    const before = server.requests.length;
    const all = JSON.parse(await out('get', 'pods', '-A', '-o', 'json')) as { items: unknown[] };
    expect(all.items).toHaveLength(1_201);
    const pages = server.requests.slice(before).filter(({ path }) => path === '/api/v1/pods');
    expect(pages.map(({ query }) => query.get('limit'))).toEqual(['500', '500', '500']);
    expect(await out('get', 'pods', '-A', '-l', 'app!=web', '-o', 'name')).toBe('pod/lonely\n');
    expect(
      await out('get', 'po', '-n', 'shop', '--field-selector=metadata.name=web-0007', '-o', 'name'),
    ).toBe('pod/web-0007\n');
    expect(await out('get', 'nodes,ro', '-A', '-o', 'name')).toContain(
      'rollout.argoproj.io/canary',
    );
  });

  it('says in the real words that a continue token has expired', async () => {
    server.expiresLists = true;
    try {
      const { stderr } = await kubectl.run(['get', 'pods', '-A', '-o', 'name']);
      expect(stderr).toContain('The provided continue parameter is too old');
    } finally {
      server.expiresLists = false;
    }
  });

  it('describes pods, deployments and nodes', async () => {
    expect(await out('describe', 'pod', 'lonely', '-n', 'blog')).toMatch(
      /Image:\s+registry.example\/web:1.2/,
    );
    expect(await out('describe', 'deployment', 'web', '-n', 'shop')).toMatch(
      /Replicas:\s+3 desired/,
    );
    expect(await out('describe', 'node', 'node-1')).toMatch(/cpu:\s+4/);
  });

  it('takes strategic, merge and JSON patches, by container name', async () => {
    const cpu = () => {
      const { spec } = server.get('Deployment', 'shop', 'web') as unknown as {
        spec: {
          template: { spec: { containers: { resources: { requests: Record<string, string> } }[] } };
        };
      };
      return spec.template.spec.containers.map(({ resources }) => resources.requests);
    };
    const containers = [{ name: 'app', resources: { requests: { cpu: '100m' } } }];
    const patch = JSON.stringify({ spec: { template: { spec: { containers } } } });
    expect(await out('patch', 'deploy', 'web', '-n', 'shop', '-p', patch)).toContain('patched');
    expect(cpu()).toEqual([{ cpu: '100m', memory: '256Mi' }]);
    const json = '[{"op":"replace","path":"/spec/replicas","value":5}]';
    await out('patch', 'deploy', 'web', '-n', 'shop', '--type=json', '-p', json);
    await out(
      'patch',
      'deploy',
      'web',
      '-n',
      'shop',
      '--type=merge',
      '-p',
      '{"metadata":{"labels":{"a":"b"}}}',
    );
    expect(server.get('Deployment', 'shop', 'web')).toMatchObject({
      metadata: { labels: { a: 'b' } },
      spec: { replicas: 5 },
    });
  });

  it('changes nothing in a dry run on the server', async () => {
    const patch = '{"spec":{"replicas":9}}';
    const args = [
      'patch',
      'deploy',
      'web',
      '-n',
      'shop',
      '-p',
      patch,
      '--dry-run=server',
      '-o',
      'jsonpath={.spec.replicas}',
    ];
    expect(await out(...args)).toBe('9');
    expect(server.get('Deployment', 'shop', 'web')).toMatchObject({ spec: { replicas: 5 } });
  });

  it('refuses what the real server refuses, in its words', async () => {
    const containers = [{ name: 'app', resources: { requests: { memory: '1Gi' } } }];
    const patch = JSON.stringify({ spec: { template: { spec: { containers } } } });
    const { code, stderr } = await kubectl.run([
      'patch',
      'deploy',
      'web',
      '-n',
      'shop',
      '-p',
      patch,
    ]);
    expect([code, stderr]).toEqual([
      1,
      expect.stringContaining('must be less than or equal to memory limit of 512Mi'),
    ]);
    const missing = await kubectl.run(['get', 'deploy', 'none', '-n', 'shop']);
    expect(missing.stderr).toContain(
      'Error from server (NotFound): deployments.apps "none" not found',
    );
  });

  it('knows users, and what each may do', async () => {
    server.denials.push({ user: 'bob', resource: 'pods', verb: 'list', unlessIn: ['blog'] });
    await using bob = await Kubectl.for(server, 'other');
    expect((await bob.run(['get', 'pods', '-A'])).stderr).toContain(
      'pods is forbidden: User "bob" cannot list resource "pods" in API group "" at the cluster scope',
    );
    expect((await bob.run(['get', 'pods', '-n', 'blog', '-o', 'name'])).stdout).toBe(
      'pod/lonely\n',
    );
    await using nobody = await Kubectl.for(server, 'wrong');
    expect((await nobody.run(['get', 'nodes'])).stderr).toMatch(/Unauthorized|logged in/);
  });

  it('creates, and lets nobody overwrite what another has changed', async () => {
    const lease = {
      apiVersion: 'coordination.k8s.io/v1',
      kind: 'Lease',
      metadata: { name: 'l', namespace: 'shop' },
      spec: { renewTime: '2026-11-24T07:00:00.000000Z' },
    };
    const { stdout } = await kubectl.run(
      ['create', '-f', '-', '--validate=false', '-o', 'json'],
      JSON.stringify(lease),
    );
    const created = JSON.parse(stdout) as { metadata: { resourceVersion: string } };
    const replace = () =>
      kubectl.run(['replace', '-f', '-', '--validate=false'], JSON.stringify(created));
    expect((await replace()).code).toBe(0);
    expect((await replace()).stderr).toContain('the object has been modified');
  });
});
