import { setTimeout as sleep } from 'node:timers/promises';
import type { CostReport } from '../src/cost/report/costReportForm.ts';
import { mergeReports } from '../src/cost/report/mergeReports.ts';
import { renderCosts } from '../src/cost/report/renderCosts.ts';
import type { Config } from '../src/daemon/config/schema.ts';
import { readCosts } from '../src/cost/report/readCosts.ts';
import { openDeliveryStore, openHistoryReader } from '../src/engines/openHistory.ts';
import { DAY_MS, floorTo, SECOND_MS } from '../src/model/time.ts';
import { hiddenMiners, liveMiner } from './cluster/workloads/hidden.ts';
import { brokenPromises, type DemoOutcome } from './checkDemo.ts';
import { CHANNELS } from './demoConfig.ts';
import type { DemoFolder } from './demoFolder.ts';
import type { DemoHost, DemoOptions } from './demoOptions.ts';
import { renderDemoSummary } from './demoSummary.ts';
import { clock, type DemoDisplay } from './display.ts';
import { falseAlarms, findMiners } from './findMiners.ts';
import type { RunningDemo } from './startDemo.ts';

/** Messages wait for Slack's rate of one a second in each channel. */
const DELIVERY_TIMEOUT_MS = 90 * SECOND_MS;

/** Waits until every message is sent, prints what there is, and checks the promises. */
export async function showDemo(
  options: DemoOptions,
  folder: DemoFolder,
  running: RunningDemo,
  host: DemoHost,
  display: DemoDisplay,
  signal: AbortSignal,
): Promise<void> {
  const { clusters, slack, daemon } = running;
  const dead: number[] = [];
  for (const { loaded } of clusters)
    dead.push(await untilTold(loaded.config.history.path, display, signal));
  display.step(`Ready after ${clock(display.elapsed)}`);
  const broken: string[] = [];
  const ofAll: CostReport[] = [];
  for (const [index, { cluster, loaded, prometheus }] of clusters.entries()) {
    const { config } = loaded;
    const reader = await openHistoryReader(config.history.path);
    try {
      const costs = await readCosts(reader, config.pricing, request(config, 'namespace'));
      ofAll.push(await readCosts(reader, config.pricing, request(config, 'cluster')));
      const query = { state: 'open', kind: null, since: null, namespaces: null } as const;
      const findings = await reader.findings(query);
      const hidden = hiddenMiners(cluster.scenario);
      const miners = findMiners(hidden, findings);
      const urls = { pages: daemon.url, slack: slack.pageUrl, prometheus: prometheus.url };
      const isLast = index === clusters.length - 1;
      const choice = clusters.length > 1 ? ` --cluster ${config.cluster}` : '';
      const configFile = `${folder.shown}/burnwatch.yaml${choice}`;
      const hasEnded = options.once && options.postgres;
      const live = liveMiner(cluster.scenario);
      const alarms = falseAlarms([...hidden, live], findings);
      const { digestAt, breaking } = running;
      const story = { digestAt, breaking, miner: live };
      const summary = { costs, findings, miners, alarms, story, configFile, hasEnded };
      if (clusters.length > 1) host.out(`\nThe cluster ${config.cluster}\n`);
      host.out(
        `\n${renderDemoSummary({ ...summary, urls: options.once || !isLast ? null : urls })}\n`,
      );
      const outcome: DemoOutcome = {
        costs,
        miners,
        falseAlarms: alarms.filter(({ severity }) => severity === 'critical'),
        securityMessages: slack.messages(CHANNELS.security).length,
        deadDeliveries: dead[index]!,
      };
      broken.push(...brokenPromises(outcome));
    } finally {
      await reader.close();
    }
  }
  if (clusters.length > 1)
    host.out(`All clusters\n\n${renderCosts(mergeReports(ofAll), 'table')}\n`);
  if (broken.length > 0 && options.once)
    throw new Error(`the demo did not keep its promises:\n- ${broken.join('\n- ')}`);
  for (const promise of broken) display.note(`! ${promise}`);

  function request({ cluster, schedule }: Config, by: 'namespace' | 'cluster') {
    const now = host.now();
    const from = now - Math.min(7, options.days) * DAY_MS;
    const to = floorTo(now - schedule.settle, schedule.window);
    return { cluster, query: { from, to, by: [by], namespaces: null } };
  }
}

/** Resolves when what is open was announced and no message waits; returns how many were given up. */
async function untilTold(
  history: string,
  display: DemoDisplay,
  signal: AbortSignal,
): Promise<number> {
  const store = await openDeliveryStore(history);
  try {
    for (const deadline = Date.now() + DELIVERY_TIMEOUT_MS; Date.now() < deadline;) {
      await sleep(250, undefined, { signal });
      const { installedAt } = await store.view(Date.now());
      const waiting = [
        ...(await store.deliveries('pending', 100)),
        ...(await store.deliveries('sending', 100)),
      ];
      if (installedAt !== null && waiting.length === 0) break;
    }
    const sent = await store.deliveries('sent', 1000);
    display.note(`${sent.length} messages were sent`);
    return (await store.deliveries('dead', 100)).length;
  } finally {
    await store.close();
  }
}
