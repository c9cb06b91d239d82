import { CollectError } from '../collect/collector.ts';
import { createCollector } from '../collect/createCollector.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { floorTo, MINUTE_MS } from '../model/time.ts';
import type { Io } from './io.ts';
import type { CommandContext } from './options.ts';

const TIMEOUT_MS = MINUTE_MS;

/**
 * The last complete window as the sources show it now, for what the history does not keep (autoscalers,
 * specifications, labels of workloads). Null, with a line on stderr, where they cannot be asked.
 */
export async function presentCluster(
  { loaded, log }: CommandContext,
  io: Io,
): Promise<Snapshot | null> {
  const { config } = loaded;
  const { window: windowMs, settle } = config.schedule;
  const end = floorTo(io.now() - settle, windowMs);
  const collector = await createCollector(config);
  try {
    const window = { start: end - windowMs, end };
    const expected = { cadvisor: 0, kubeState: 0 };
    const signal = AbortSignal.timeout(TIMEOUT_MS);
    const [snapshot] = await collector.collect([window], expected, signal);
    return snapshot ?? null;
  } catch (error) {
    if (!(error instanceof CollectError)) throw error;
    log.warn(`the cluster cannot be asked, so only the history answers: ${error.message}`);
    return null;
  } finally {
    await collector.close();
  }
}
