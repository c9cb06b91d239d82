import { SYSTEM_DEPS } from '../collect/createCollector.ts';
import { createSpecSource } from '../collect/specs/createSpecSource.ts';
import type { Inventory } from '../collect/specs/inventory.ts';
import { MINUTE_MS } from '../model/time.ts';
import type { Io } from './io.ts';
import type { CommandContext } from './options.ts';

const TIMEOUT_MS = MINUTE_MS;

/**
 * What the Kubernetes API or a file says of the cluster now, without asking for metrics; null where neither is
 * configured or tells of any pod. What could not be read is said on stderr.
 */
export async function readSpecs(
  { loaded, log }: CommandContext,
  io: Io,
): Promise<Inventory | null> {
  const specs = createSpecSource(loaded.config, SYSTEM_DEPS);
  if (specs === null) return null;
  try {
    const inventory = await specs.read(io.now(), AbortSignal.timeout(TIMEOUT_MS));
    for (const { text } of inventory.problems) log.warn(text);
    return inventory.pods.size > 0 ? inventory : null;
  } finally {
    await specs.close();
  }
}
