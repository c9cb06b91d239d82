import { postureOfSnapshot } from '../posture/fromSnapshot.ts';
import type { PostureInput } from '../posture/postureInput.ts';
import type { Io } from './io.ts';
import type { CommandContext } from './options.ts';
import { presentCluster } from './presentCluster.ts';

/** What posture is judged by, as the sources show it now; null where none answers. */
export async function presentPosture(
  context: CommandContext,
  io: Io,
  use: PostureInput['use'],
): Promise<PostureInput | null> {
  const snapshot = await presentCluster(context, io);
  return snapshot === null ? null : postureOfSnapshot(snapshot, use);
}
