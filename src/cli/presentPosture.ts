import { postureOfInventory } from '../detect/posture/fromInventory.ts';
import { postureOfSnapshot } from '../detect/posture/fromSnapshot.ts';
import type { PostureInput } from '../detect/posture/postureInput.ts';
import type { Io } from './io.ts';
import type { CommandContext } from './options.ts';
import { presentCluster } from './presentCluster.ts';
import { readSpecs } from './readSpecs.ts';

/**
 * What posture is judged by, as the sources show it now; null where none answers. Specifications (the API, a file)
 * need no metrics; where they tell of no pod, the last window's metrics have to do.
 */
export async function presentPosture(
  context: CommandContext,
  io: Io,
  use: PostureInput['use'],
): Promise<PostureInput | null> {
  const inventory = await readSpecs(context, io);
  if (inventory !== null) return postureOfInventory(inventory, use);
  const snapshot = await presentCluster(context, io);
  return snapshot === null ? null : postureOfSnapshot(snapshot, use);
}
