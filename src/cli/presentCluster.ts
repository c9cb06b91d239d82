import { createCollector } from '../collect/createCollector.ts';
import { presentWindow } from '../daemon/presentWindow.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { MINUTE_MS } from '../model/time.ts';
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
  const collector = await createCollector(config);
  try {
    const signal = AbortSignal.timeout(TIMEOUT_MS);
    return await presentWindow(collector, { config }, io.now(), signal, (problem) =>
      log.warn(problem),
    );
  } finally {
    await collector.close();
  }
}
