import type { Facts } from '../../evidence/signal.ts';
import { robustSpread } from '../../evidence/signals/flatness.ts';
import { pageCores } from '../../thresholds.ts';
import type { Cap } from '../cap.ts';

/**
 * What an agent looks like, and a patient miner too: one pod a node that takes little of the node (a log shipper, a
 * CNI, a security agent), or a new container beside known ones that takes no more than a mesh's proxy asks for. That
 * it is in many places and even while nothing happens is what an agent is, and says nothing more than that it is new.
 */
export function isLikeAgent({ subject, suspicion, sideCar, thresholds }: Facts): boolean {
  const { workload, nodeCores, kind } = subject;
  if (kind !== 'cpu') return false;
  if (sideCar !== null && suspicion.cores <= pageCores(thresholds)) return true;
  if (workload?.kind !== 'DaemonSet' || nodeCores === null) return false;
  return suspicion.cores <= thresholds.level.ofNodeByAgents * nodeCores;
}

/** Pods that tell whether they differ. */
const MIN_PODS = 4;
/** Coefficient of variation up to which they are alike: flat averages of five minutes differ by half of what is flat. */
const ALIKE = 0.07;

/**
 * A DaemonSet whose pods take no more than an agent is given (`level.ofNodeByUnevenAgents`; the hottest of them may
 * take more), and are not alike, or not flat: what watches a node is busy as and when its node is, and what mines
 * takes the same everywhere and always. (Both, since either is looked at in every window, and comes about by chance.)
 */
export function mayBeUnevenAgent({ subject, track, thresholds }: Facts): boolean {
  const { workload, nodeCores, kind, members, totalCores } = subject;
  if (kind !== 'cpu' || workload?.kind !== 'DaemonSet' || nodeCores === null) return false;
  if (members.length < MIN_PODS || totalCores === null) return false;
  if (totalCores / members.length > thresholds.level.ofNodeByUnevenAgents * nodeCores) return false;
  if (robustSpread(track.recent) > thresholds.shape.flat) return true;
  return spreadOf(members.map(({ cores }) => cores)) > ALIKE;
}

/** Coefficient of variation: it is looked at in every window, and a median's deviation of a few pods flickers. */
function spreadOf(values: readonly number[]): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return mean > 0 ? Math.sqrt(squares / values.length) / mean : 0;
}

/** What it asked for is what it is expected to use: a newcomer far below that waits for its work. */
export function isWaiting({ subject, suspicion, track, thresholds }: Facts): boolean {
  const { request, kind } = subject;
  if (kind === 'gpu' || request === null) return false;
  return (
    Math.max(suspicion.cores, ...track.recent) < thresholds.level.ofRequestWhenWaiting * request
  );
}

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
