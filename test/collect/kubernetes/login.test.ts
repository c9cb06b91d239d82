import { chmodSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { createApiClient } from '../../../src/collect/kubernetes/api/apiClient.ts';
import { connect } from '../../../src/collect/kubernetes/api/connect.ts';
import { SYSTEM_DEPS } from '../../../src/collect/systemDeps.ts';
import { configSchema } from '../../../src/daemon/config/schema.ts';
import { ApiServer } from '../../support/apiServer/apiServer.ts';
import { Kubectl } from '../../support/apiServer/kubectl.ts';
import { rawPod } from '../../support/specs.ts';
import { TempFolder } from '../../support/tempFolder.ts';

const GOOD = 'canary-good-token';
const V1 = 'client.authentication.k8s.io/v1';
let server: ApiServer;
let folder: TempFolder;
beforeEach(async () => {
  server = await ApiServer.start({ tls: true, tokens: { [GOOD]: 'ana' } });
  server.put(rawPod() as Parameters<ApiServer['put']>[0]);
  folder = new TempFolder();
});
afterEach(async () => {
  await server[Symbol.asyncDispose]();
  folder[Symbol.dispose]();
});

/** Writes a kubeconfig for a user of this kind; its path. */
function kubeconfig(user: object, cluster: object = {}): string {
  const config = parse(server.kubeconfig(null)) as {
    clusters: [{ cluster: object }];
    users: [{ user: object }];
  };
  config.users[0].user = user;
  Object.assign(config.clusters[0].cluster, cluster);
  const file = folder.file('kubeconfig');
  writeFileSync(file, stringify(config));
  return file;
}

/** How many pods there are, asked as Burnwatch asks. */
async function pods(file: string, env = process.env): Promise<number> {
  const { workloads } = configSchema.parse({ workloads: { kubeconfig: file } });
  const connection = await connect(workloads, { env });
  let count = 0;
  const pages = {
    begin: () => undefined,
    page: (items: readonly object[]) => (count += items.length),
  };
  try {
    const client = createApiClient(connection, SYSTEM_DEPS, 10_000);
    await client.list('/api/v1/pods', false, pages, AbortSignal.timeout(20_000));
  } finally {
    connection.close();
  }
  return count;
}

/** The same by the real kubectl. */
async function byKubectl(file: string): Promise<{ code: number; stderr: string }> {
  await using kubectl = await Kubectl.for(server);
  writeFileSync(kubectl.kubeconfig, '');
  return await kubectl.run([`--kubeconfig=${file}`, 'get', 'pods', '-A']);
}

/** A plugin that writes down what it got, counts its runs, and prints this. */
function plugin(answer: object | string, more: object = {}, before = ''): object {
  const program = folder.file('plugin');
  const text = typeof answer === 'string' ? answer : JSON.stringify(answer);
  const lines = [
    '#!/bin/sh',
    `echo run >> '${folder.file('runs')}'`,
    `printf '%s' "$KUBERNETES_EXEC_INFO" > '${folder.file('info')}'`,
    `printf '%s' "$EXTRA-$1-$(cat)" > '${folder.file('given')}'`,
    'echo canary-stderr >&2',
    before,
    `cat <<'END'\n${text}\nEND`,
  ];
  writeFileSync(program, `${lines.join('\n')}\n`);
  chmodSync(program, 0o755);
  const env = [{ name: 'EXTRA', value: 'extra' }];
  const exec = {
    apiVersion: V1,
    interactiveMode: 'IfAvailable',
    command: './plugin',
    args: ['one'],
    env,
  };
  return { exec: { ...exec, ...more } };
}

function credential(status: object, apiVersion = V1): object {
  return { apiVersion, kind: 'ExecCredential', status };
}

function runs(): number {
  const file = folder.file('runs');
  return existsSync(file) ? readFileSync(file, 'utf8').split('\n').length - 1 : 0;
}

describe('tokenFile of a kubeconfig', () => {
  it('is read beside the kubeconfig, anew each time, and goes before a token', async () => {
    writeFileSync(folder.file('token'), `${GOOD}\n`);
    const file = kubeconfig({ tokenFile: 'token', token: 'stale' });
    expect(await pods(file)).toBe(1);
    expect(await byKubectl(file)).toMatchObject({ code: 0 });
    writeFileSync(folder.file('token'), 'expired');
    await expect(pods(file)).rejects.toThrow(
      `it does not accept the credentials of user "tester" of ${file} (401: Unauthorized)`,
    );
    server.tokens.set('expired', 'ana');
    expect(await pods(file)).toBe(1);
  });

  it('that cannot be read leaves the token, and without one is named with file and user', async () => {
    expect(await pods(kubeconfig({ tokenFile: 'gone', token: GOOD }))).toBe(1);
    const file = kubeconfig({ tokenFile: 'gone' });
    await expect(pods(file)).rejects.toThrow(
      `tokenFile ${folder.file('gone')} of user "tester" of ${file} does not exist`,
    );
    writeFileSync(folder.file('gone'), '\n');
    await expect(pods(file)).rejects.toThrow(/is empty$/);
  });
});

describe('exec of a kubeconfig', () => {
  it('is run like kubectl’s: no input, its arguments and environment, and the cluster where asked for', async () => {
    const extensions = [
      { name: 'client.authentication.k8s.io/exec', extension: { audience: 'cluster-7' } },
    ];
    const answer = credential({ token: GOOD });
    const file = kubeconfig(plugin(answer, { provideClusterInfo: true }), { extensions });
    expect(await byKubectl(file)).toMatchObject({ code: 0 });
    const forKubectl = JSON.parse(readFileSync(folder.file('info'), 'utf8')) as object;
    expect(await pods(file)).toBe(1);
    const forUs = JSON.parse(readFileSync(folder.file('info'), 'utf8')) as object;
    expect(forUs).toEqual(forKubectl);
    expect(forUs).toMatchObject({
      spec: {
        interactive: false,
        cluster: { server: server.url, config: { audience: 'cluster-7' } },
      },
    });
    expect(readFileSync(folder.file('given'), 'utf8')).toBe('extra-one-');
  });

  it.each([V1, 'client.authentication.k8s.io/v1beta1'])(
    'of %s is kept until it expires, or the server refuses it',
    async (apiVersion) => {
      const at = (ms: number) => new Date(Date.now() + ms).toISOString();
      const answer = (ms: number, token = GOOD) =>
        plugin(credential({ token, expirationTimestamp: at(ms) }, apiVersion), { apiVersion });
      const file = kubeconfig(answer(3_600_000));
      for (let time = 0; time < 3; time += 1) await pods(file);
      expect(runs()).toBe(1);
      server.tokens.delete(GOOD);
      server.tokens.set('second', 'ana');
      answer(-1_000, 'second');
      await expect(pods(file)).rejects.toThrow(/does not accept/);
      expect(await pods(file)).toBe(1);
      expect(await pods(file)).toBe(1);
      expect(runs()).toBe(3);
    },
  );

  it('may give a client certificate', async () => {
    const { cert, key } = server.certificate!;
    const status = { clientCertificateData: cert, clientKeyData: key };
    server.tokens.clear();
    const { workloads } = configSchema.parse({
      workloads: { kubeconfig: kubeconfig(plugin(credential(status))) },
    });
    const connection = await connect(workloads, { env: process.env });
    const agent = connection.options.agent as unknown as { readonly options: { cert: Buffer } };
    expect(String(agent.options.cert)).toBe(cert);
    connection.close();
  });

  it.each<readonly [string, () => object, RegExp]>([
    [
      'is not there',
      () => plugin('', { command: 'no-such-plugin', installHint: 'brew install\nit' }),
      /exec plugin no-such-plugin of user "tester" of \S+ is not installed: brew install it$/,
    ],
    ['fails', () => plugin('', {}, 'exit 3'), /ended with exit code 3: run it by itself/],
    ['prints no JSON', () => plugin('hello'), /prints no ExecCredential/],
    ['has no status', () => plugin({ apiVersion: V1, kind: 'ExecCredential' }), /with a status/],
    ['gives nothing', () => plugin(credential({})), /neither a token nor a client certificate/],
    ['gives half a certificate', () => plugin(credential({ clientKeyData: 'x' })), /only one of/],
    [
      'speaks another version',
      () => plugin(credential({ token: GOOD }, 'client.authentication.k8s.io/v1beta1')),
      /answers as \S+v1beta1 where \S+v1 was/,
    ],
    [
      'is of a version that is gone',
      () => plugin('', { apiVersion: 'client.authentication.k8s.io/v1alpha1' }),
      /v1alpha1": only/,
    ],
    [
      'wants a person',
      () => plugin(credential({ token: GOOD }), { interactiveMode: 'Always' }),
      /Burnwatch cannot answer/,
    ],
  ])(
    'that %s: the error names user, file and what is wrong, and nothing that it printed',
    async (_name, user, message) => {
      const file = kubeconfig(user());
      const error = await pods(file).catch((caught: unknown) => caught);
      expect(String(error)).toMatch(message);
      expect(String(error)).toContain(`user "tester" of ${file}`);
      expect(String(error)).not.toContain('canary');
      expect((await byKubectl(file)).code).not.toBe(0);
      rmSync(file);
    },
  );
});
