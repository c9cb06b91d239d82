import type { HistoryReader } from '../../store/history.ts';
import { CALL_MEMORY, callsKnown } from '../signals/callMemory.ts';
import { postureDetector } from './postureDetector.ts';
import type { PostureInput } from './postureInput.ts';
import type { PostureState } from './postureState.ts';

/** The score of each UTC day, oldest first; at most 90 of them. */
export type PostureTrend = PostureState['trend'];

export type PostureTrends = ReadonlyMap<string, PostureTrend>;

/** What the history has besides the cluster as it is now. */
export interface PosturePast {
  /** How each namespace’s score went. */
  readonly trends: PostureTrends;
  readonly calls: NonNullable<PostureInput['calls']> | null;
}

/** How scores went, and what users asked the API for. */
export async function readPosturePast(reader: HistoryReader): Promise<PosturePast> {
  const codecs = [postureDetector, CALL_MEMORY].map(
    ({ name, version, codec }) => [name, { version, codec }] as const,
  );
  const { detectors } = await reader.loadState(new Map(codecs));
  const rows = (detectors.get(postureDetector.name) ?? new Map()) as ReadonlyMap<
    string,
    PostureState
  >;
  return {
    trends: new Map([...rows].map(([namespace, { trend }]) => [namespace, trend])),
    calls: callsKnown(detectors.get(CALL_MEMORY.name)),
  };
}
