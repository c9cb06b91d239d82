import { setTimeout as sleep } from 'node:timers/promises';
import { readCosts } from '../src/cost/report/readCosts.ts';
import { openDeliveryStore, openHistoryReader } from '../src/engines/openHistory.ts';
import { DAY_MS, floorTo, SECOND_MS } from '../src/model/time.ts';
import { hiddenMiners } from './cluster/workloads/hidden.ts';
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
  const { config } = running.loaded;
  const deadDeliveries = await untilTold(folder.historyFile, display, signal);
  const reader = await openHistoryReader(folder.historyFile);
  try {
    const now = host.now();
    const costs = await readCosts(reader, config.pricing, {
      cluster: config.cluster,
      query: {
        from: now - Math.min(7, options.days) * DAY_MS,
        to: floorTo(now - config.schedule.settle, config.schedule.window),
        by: ['namespace'],
        namespaces: null,
      },
    });
    const query = { state: 'open', kind: null, since: null, namespaces: null } as const;
    const findings = await reader.findings(query);
    const hidden = hiddenMiners(running.cluster.scenario);
    const miners = findMiners(hidden, findings);
    const urls = {
      pages: running.daemon.url,
      slack: running.slack.pageUrl,
      prometheus: running.prometheus.url,
    };
    display.step(`Ready after ${clock(display.elapsed)}`);
    const configFile = `${folder.shown}/burnwatch.yaml`;
    host.out(
      `\n${renderDemoSummary({ costs, findings, miners, configFile, urls: options.once ? null : urls })}\n`,
    );
    const outcome: DemoOutcome = {
      costs,
      miners,
      falseAlarms: falseAlarms(hidden, findings),
      securityMessages: running.slack.messages(CHANNELS.security).length,
      deadDeliveries,
    };
    const broken = brokenPromises(outcome);
    if (broken.length > 0 && options.once)
      throw new Error(`the demo did not keep its promises:\n- ${broken.join('\n- ')}`);
    for (const promise of broken) display.note(`! ${promise}`);
  } finally {
    await reader.close();
  }
}

/** Resolves when what is open was announced and no message waits; returns how many were given up. */
async function untilTold(
  historyFile: string,
  display: DemoDisplay,
  signal: AbortSignal,
): Promise<number> {
  const store = await openDeliveryStore(historyFile);
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
