import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findTool } from '../../../demo/tools.ts';
import { startChildServer } from '../../support/childServer.ts';

/** An alert as Alertmanager's API v2 shows it. */
export interface GettableAlert {
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly startsAt: string;
  readonly endsAt: string;
  readonly generatorURL: string;
  readonly fingerprint: string;
  readonly status: { readonly state: string; readonly silencedBy: readonly string[] };
}

/** A real Alertmanager as a child process on loopback; alone, without a cluster. */
export interface Alertmanager {
  readonly url: string;
  /** What is active now. */
  alerts(): Promise<readonly GettableAlert[]>;
  /** Silences what has these labels; returns the silence's id. */
  silence(labels: Readonly<Record<string, string>>): Promise<string>;
  stop(): Promise<void>;
}

/** @param webhook where its one receiver posts what fires and what is over */
export async function startAlertmanager(webhook: string): Promise<Alertmanager> {
  const program = await findTool('alertmanager');
  const folder = await mkdtemp(join(tmpdir(), 'burnwatch-am-'));
  const config = join(folder, 'alertmanager.yml');
  await writeFile(
    config,
    `route: { receiver: hook, group_by: [alertname, namespace], group_wait: 200ms, group_interval: 1s, repeat_interval: 1h }
receivers:
  - name: hook
    webhook_configs: [{ url: '${webhook}', send_resolved: true }]
`,
  );
  const server = await startChildServer({
    program,
    args: (address) => [
      `--config.file=${config}`,
      `--storage.path=${folder}`,
      `--web.listen-address=${address}`,
      '--cluster.listen-address=',
    ],
    readyPath: '/-/ready',
  }).catch(async (error: unknown) => {
    await rm(folder, { recursive: true, force: true });
    throw error;
  });
  const { url } = server;
  return {
    url,
    async stop() {
      await server.stop();
      await rm(folder, { recursive: true, force: true });
    },
    alerts: async () => {
      const answer = await fetch(`${url}/api/v2/alerts?active=true&silenced=true`);
      return (await answer.json()) as readonly GettableAlert[];
    },
    silence: async (labels) => {
      const matchers = Object.entries(labels).map(([name, value]) => ({
        name,
        value,
        isRegex: false,
      }));
      const now = Date.now();
      const answer = await fetch(`${url}/api/v2/silences`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({
          matchers,
          startsAt: new Date(now).toISOString(),
          endsAt: new Date(now + 3_600_000).toISOString(),
          createdBy: 'test',
          comment: 'test',
        }),
      });
      const { silenceID } = (await answer.json()) as { silenceID: string };
      return silenceID;
    },
  };
}
