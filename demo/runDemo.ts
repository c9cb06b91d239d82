import { Releasers } from '../src/daemon/releasers.ts';
import { claimDemoFolder } from './demoFolder.ts';
import type { DemoHost, DemoOptions } from './demoOptions.ts';
import { DemoDisplay } from './display.ts';
import { showDemo } from './showDemo.ts';
import { startDemo, type RunningDemo } from './startDemo.ts';

/**
 * The demo, from top to bottom: a cluster is made up and served by a real Prometheus; Burnwatch fills its
 * history from it, tells a stand-in for Slack, and goes on as the daemon it is until `signal` aborts.
 * Whatever was started is ended again, however it ends.
 *
 * @throws Error when something that the demo promises did not come true, and the signal's reason when it
 *   was interrupted before it was ready.
 */
export async function runDemo(
  options: DemoOptions,
  host: DemoHost,
  signal: AbortSignal,
): Promise<void> {
  const display = new DemoDisplay(host);
  const releasers = new Releasers();
  try {
    const folder = await claimDemoFolder(options.folder);
    releasers.push('the folder', () => folder.release());
    const running = await startDemo(options, folder, host, display, releasers, signal);
    await showDemo(options, folder, running, host, display, signal);
    if (!options.once) await untilEnd(running, host, signal);
  } finally {
    await releasers.releaseAll((name, error) =>
      display.note(`${name} did not end cleanly: ${String(error)}`),
    );
  }
  if (options.once) host.err('Everything that ran has been ended.\n');
}

/** Lives on as a daemon. */
async function untilEnd(
  { log, clusters }: RunningDemo,
  host: DemoHost,
  signal: AbortSignal,
): Promise<void> {
  host.err('The cluster lives on, and the daemon watches it. Ctrl-C ends everything.\n');
  log.level = 'info';
  const aborted = new Promise<'asked'>((resolve) => {
    signal.addEventListener('abort', () => resolve('asked'), { once: true });
  });
  const end = signal.aborted
    ? 'asked'
    : await Promise.race([aborted, ...clusters.map(({ prometheus }) => prometheus.ended)]);
  if (end !== 'asked') throw new Error('Prometheus ended unexpectedly');
  host.err('Ending …\n');
}
