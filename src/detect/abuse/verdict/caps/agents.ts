import { isLikeAgent, isWaiting, mayBeUnevenAgent } from '../agents.ts';
import { pageCores } from '../../thresholds.ts';
import type { Cap } from '../cap.ts';

/** Agents have privileges too, and use little. */
export const likeAgent: Cap = {
  name: 'like-agent',
  atMost: 'warning',
  applies: (facts, families) => (families.get('spec') ?? 0) < 1 && isLikeAgent(facts),
  because: () => 'A new DaemonSet or sidecar with little use per node may be an agent',
};

export const unevenAgent: Cap = {
  name: 'uneven-agent',
  atMost: 'warning',
  applies: (facts, families) => (families.get('spec') ?? 0) < 1 && mayBeUnevenAgent(facts),
  because: () =>
    'A new DaemonSet whose pods differ by node may be an agent: a miner uses the same everywhere',
};

export const smallUse: Cap = {
  name: 'small-use',
  atMost: 'warning',
  applies: ({ suspicion, track, thresholds }, families) =>
    (families.get('spec') ?? 0) < 1 &&
    Math.max(suspicion.cores, ...track.recent) < pageCores(thresholds),
  because: ({ thresholds }) =>
    `Critical needs ${pageCores(thresholds)} cores in a pod: less costs cents a month`,
};

export const waiting: Cap = {
  name: 'waiting',
  atMost: 'warning',
  applies: (facts, families) => (families.get('spec') ?? 0) < 1 && isWaiting(facts),
  because: () => 'It uses a small part of its request: it may wait for traffic',
};
