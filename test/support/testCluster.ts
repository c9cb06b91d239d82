import type { SlackStandIn } from '../../demo/slack/options.ts';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { createBlocks } from '../../demo/blocks.ts';
import { startPrometheus, type PrometheusServer } from '../../demo/prometheusServer.ts';
import { DAY_MS, floorTo, HOUR_MS, type TimeMs } from '../../src/model/time.ts';
import { plainCluster } from './plainCluster.ts';

export interface TestClusterOptions {
  readonly containers?: number;
  readonly hours: number;
  readonly spacingMs?: number;
  /** Hours after the beginning. */
  readonly minerFromHour?: number;
  readonly minerImage?: string;
  readonly rolloutAtHour?: number;
}

/** A made-up cluster's metrics in a real Prometheus that can be killed and started again. */
export interface TestCluster extends AsyncDisposable {
  readonly url: string;
  /** The first sample's hour, and the end of the last. */
  readonly start: TimeMs;
  readonly end: TimeMs;
  /** SIGKILL: what a node's failure looks like. */
  kill(): Promise<void>;
  startAgain(): Promise<void>;
}

/**
 * The last Monday, 00:00 UTC, that was over at least a day ago when the file of tests began: results must hang
 * neither on the weekday of the test nor on how long ago the data ended, nor change while it runs.
 */
export function lastMonday(): TimeMs {
  return LAST_MONDAY;
}

// The epoch was a Thursday.
const A_MONDAY = 4 * DAY_MS;
const LAST_MONDAY = floorTo(Date.now() - DAY_MS - A_MONDAY, 7 * DAY_MS) + A_MONDAY;

/** Fills a Prometheus with `hours` of a plain cluster, up to the last Monday. */
export async function startTestCluster(options: TestClusterOptions): Promise<TestCluster> {
  const { hours, containers = 12, minerFromHour, minerImage, rolloutAtHour, spacingMs } = options;
  const end = lastMonday();
  const start = end - hours * HOUR_MS;
  const source = plainCluster({
    containers,
    bornAt: start - 30 * DAY_MS,
    ...(spacingMs !== undefined && { spacingMs }),
    ...(minerFromHour !== undefined && { minerFrom: start + minerFromHour * HOUR_MS }),
    ...(minerImage !== undefined && { minerImage }),
    ...(rolloutAtHour !== undefined && { rolloutAt: start + rolloutAtHour * HOUR_MS }),
  });
  const dataDir = await mkdtemp(join(tmpdir(), 'burnwatch-prometheus-'));
  let server: PrometheusServer | null = null;
  const stop = async (): Promise<void> => {
    await server?.stop();
    await rm(dataDir, { recursive: true, force: true });
  };
  try {
    await createBlocks({ source, start, end, dataDir });
    server = await startPrometheus({ dataDir });
    const { url } = server;
    return {
      url,
      start,
      end,
      async kill() {
        if (server === null) return;
        process.kill(server.pid, 'SIGKILL');
        await server.ended;
      },
      async startAgain() {
        server = await startPrometheus({ dataDir, port: Number(new URL(url).port) });
      },
      [Symbol.asyncDispose]: stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Writes `burnwatch.yaml` into a folder: what every test needs, and then what this one wants. */
export async function writeConfig(
  folder: string,
  prometheusUrl: string,
  more: Readonly<Record<string, unknown>> = {},
): Promise<void> {
  const config = {
    cluster: 'test',
    prometheus: { url: prometheusUrl, attempts: 1 },
    workloads: { source: 'prometheus' },
    serve: { listen: '127.0.0.1:0', probes: '127.0.0.1:0' },
    ...more,
  };
  await writeFile(join(folder, 'burnwatch.yaml'), stringify(config));
}

/** The part of the configuration that sends to a stand-in of Slack with the channels `cloud-cost` and `security`. */
export function slackConfig({ botToken, apiUrl }: Pick<SlackStandIn, 'botToken' | 'apiUrl'>) {
  return {
    token: botToken,
    apiUrl,
    channel: '#cloud-cost',
    securityChannel: '#security',
  };
}
