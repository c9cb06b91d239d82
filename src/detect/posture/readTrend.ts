import type { HistoryReader } from '../../store/history.ts';
import { postureDetector } from './postureDetector.ts';
import type { PostureState } from './postureState.ts';

/** The score of each UTC day, oldest first; at most 90 of them. */
export type PostureTrend = PostureState['trend'];

/** How each namespace's score went, as the history has it. */
export async function readPostureTrends(
  reader: HistoryReader,
): Promise<ReadonlyMap<string, PostureTrend>> {
  const { name } = postureDetector;
  const { detectors } = await reader.loadState(new Map([[name, postureDetector]]));
  const rows = (detectors.get(name) ?? new Map()) as ReadonlyMap<string, PostureState>;
  return new Map([...rows].map(([namespace, { trend }]) => [namespace, trend]));
}
