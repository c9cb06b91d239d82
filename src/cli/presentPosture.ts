import { SYSTEM_DEPS } from '../collect/createCollector.ts';
import { createSpecSource } from '../collect/specs/createSpecSource.ts';
import { MINUTE_MS } from '../model/time.ts';
import { postureOfInventory } from '../posture/fromInventory.ts';
import { postureOfSnapshot } from '../posture/fromSnapshot.ts';
import type { PostureInput } from '../posture/postureInput.ts';
import type { Io } from './io.ts';
import type { CommandContext } from './options.ts';
import { presentCluster } from './presentCluster.ts';

const TIMEOUT_MS = MINUTE_MS;

/**
 * What posture is judged by, as the sources show it now; null where none answers. Specifications (the API, a file)
 * need no metrics; where they tell of no pod, the last window's metrics have to do.
 */
export async function presentPosture(
  context: CommandContext,
  io: Io,
  use: PostureInput['use'],
): Promise<PostureInput | null> {
  const specs = createSpecSource(context.loaded.config, SYSTEM_DEPS);
  if (specs !== null) {
    try {
      const inventory = await specs.read(io.now(), AbortSignal.timeout(TIMEOUT_MS));
      for (const { text } of inventory.problems) context.log.warn(text);
      if (inventory.pods.size > 0) return postureOfInventory(inventory, use);
    } finally {
      await specs.close();
    }
  }
  const snapshot = await presentCluster(context, io);
  return snapshot === null ? null : postureOfSnapshot(snapshot, use);
}
