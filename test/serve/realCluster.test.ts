import { writeFileSync } from 'node:fs';
import pino from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { configSchema } from '../../src/daemon/config/schema.ts';
import { MINUTE_MS } from '../../src/model/time.ts';
import type { Authenticator } from '../../src/serve/security/access.ts';
import { tokenReviewAuthenticator } from '../../src/serve/security/tokenReview.ts';
import { renderChart } from '../support/chart.ts';
import { IS_REAL, kubectl } from '../support/respond/realCluster.ts';
import { TempFolder } from '../support/tempFolder.ts';
import { eventually } from '../support/waiting.ts';

/**
 * Reviews of tokens by a real API server, asked with the chart's role alone. `npm run cluster` starts one; its kubeconfig
 * goes into BURNWATCH_TEST_KUBECONFIG.
 */
const RUN = Date.now().toString(36);
const SHOP = `burnwatch-review-${RUN}-shop`;
const PAY = `burnwatch-review-${RUN}-pay`;
const NAME = `burnwatch-review-${RUN}`;
let folder: TempFolder;
let now = Date.now();
let authenticator: Authenticator;

const apply = (...items: readonly object[]) =>
  kubectl(['apply', '-f', '-'], { apiVersion: 'v1', kind: 'List', items });

const tokenOf = async (name: string, audience?: string): Promise<string> => {
  const meant = audience === undefined ? [] : ['--audience', audience];
  return (await kubectl(['-n', SHOP, 'create', 'token', name, ...meant])).trim();
};

function account(name: string): object {
  return { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name, namespace: SHOP } };
}

function binding(kind: 'RoleBinding' | 'ClusterRoleBinding', name: string, role: string): object {
  const metadata = { name: `${NAME}-${name}`, ...(kind === 'RoleBinding' && { namespace: SHOP }) };
  const apiGroup = 'rbac.authorization.k8s.io';
  return {
    apiVersion: `${apiGroup}/v1`,
    kind,
    metadata,
    roleRef: { apiGroup, kind: 'ClusterRole', name: role },
    subjects: [{ kind: 'ServiceAccount', name, namespace: SHOP }],
  };
}

describe.skipIf(!IS_REAL)('reviews of tokens on a real API server', () => {
  beforeAll(async () => {
    folder = new TempFolder();
    for (const name of [SHOP, PAY]) await kubectl(['create', 'namespace', name]);
    const objects = await renderChart({
      fullnameOverride: NAME,
      config: { serve: { tokenReview: {} } },
    });
    const role = objects.find(
      ({ kind, metadata }) => kind === 'ClusterRole' && String(metadata.name).endsWith('-reviews'),
    );
    await apply(
      ...['reviewer', 'dana', 'sam', 'otto'].map(account),
      role ?? {},
      binding('ClusterRoleBinding', 'reviewer', String(role?.metadata.name)),
      binding('RoleBinding', 'dana', 'view'),
      binding('ClusterRoleBinding', 'sam', 'view'),
    );
    const view = await kubectl(['config', 'view', '--raw', '--minify', '-o', 'json']);
    const { clusters } = JSON.parse(view) as { clusters: readonly [{ readonly name: string }] };
    const context = { cluster: clusters[0].name, user: 'reviewer' };
    const kubeconfig = folder.file('kubeconfig');
    writeFileSync(
      kubeconfig,
      JSON.stringify({
        apiVersion: 'v1',
        kind: 'Config',
        clusters,
        users: [{ name: 'reviewer', user: { token: await tokenOf('reviewer') } }],
        contexts: [{ name: 'it', context }],
        'current-context': 'it',
      }),
    );
    const config = configSchema.parse({ workloads: { kubeconfig }, serve: { tokenReview: {} } });
    authenticator = tokenReviewAuthenticator({
      settings: config.serve.tokenReview!,
      workloads: config.workloads,
      cluster: 'real',
      machine: { env: {} },
      log: pino({ level: 'silent' }),
      namespaces: () => Promise.resolve([SHOP, PAY]),
      now: () => now,
    });
  });
  afterAll(async () => {
    const cluster = ['clusterrole', 'clusterrolebinding'].map((kind) =>
      kubectl(['get', kind, '-o', 'name']),
    );
    const names = (await Promise.all(cluster)).join('\n').split('\n');
    const ours = names.filter((name) => name.includes(NAME));
    if (ours.length > 0) await kubectl(['delete', ...ours]);
    await kubectl(['delete', 'namespace', SHOP, PAY, '--wait=false']);
    folder[Symbol.dispose]();
  });

  it('a token sees the namespaces whose pods its user may get, by RBAC', async () => {
    // A binding holds once the authorizer has seen it.
    const dana = await tokenOf('dana', 'burnwatch');
    const seen = async () => {
      now += 2 * MINUTE_MS;
      return authenticator.authenticate(dana).catch((error: unknown) => String(error));
    };
    const principal = await eventually(seen, (found) => typeof found === 'object');
    expect(principal).toMatchObject({ name: `kubernetes:system:serviceaccount:${SHOP}:dana` });
    expect(principal).toMatchObject({ namespaces: new Set([SHOP]), clusters: new Set(['real']) });
    const sam = await authenticator.authenticate(await tokenOf('sam', 'burnwatch'));
    expect(sam?.namespaces).toBeNull();
    const otto = authenticator.authenticate(await tokenOf('otto', 'burnwatch'));
    await expect(otto).rejects.toMatchObject({ status: 403 });
  });

  it('a token for the API server or for another audience is none, and a made-up one neither', async () => {
    expect(await authenticator.authenticate(await tokenOf('sam'))).toBeNull();
    expect(await authenticator.authenticate(await tokenOf('sam', 'vault'))).toBeNull();
    const good = await tokenOf('sam', 'burnwatch');
    expect(await authenticator.authenticate(`${good.slice(0, -6)}AAAAAA`)).toBeNull();
  });

  it('a token of an account that was deleted is refused within a minute', async () => {
    const token = await tokenOf('sam', 'burnwatch');
    expect(await authenticator.authenticate(token)).not.toBeNull();
    await kubectl(['-n', SHOP, 'delete', 'serviceaccount', 'sam']);
    now += MINUTE_MS + 1;
    const seen = async () => {
      now += 11_000;
      return authenticator.authenticate(token);
    };
    expect(await eventually(seen, (found) => found === null)).toBeNull();
  });
});
