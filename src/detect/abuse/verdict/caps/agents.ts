import { robustSpread } from '../../evidence/signals/flatness.ts';
import type { Facts } from '../../evidence/signal.ts';
import { totalCores } from '../../subjects/subject.ts';
import { pageCores } from '../../thresholds.ts';
import type { Cap, Families } from '../cap.ts';

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

/**
 * A DaemonSet whose pods take no more than an agent is given (`level.ofNodeByUnevenAgents`; the hottest of them may
 * take more), and are not alike, or not flat: what watches a node is busy as and when its node is, and what mines
 * takes the same everywhere and always.
 */
export function mayBeUnevenAgent({ subject, track, thresholds }: Facts): boolean {
  const { workload, nodeCores, kind, members } = subject;
  const { spread, level, shape } = thresholds;
  if (kind !== 'cpu' || workload?.kind !== 'DaemonSet' || nodeCores === null) return false;
  if (members.length <= spread.many) return false;
  if (totalCores(subject) > level.ofNodeByUnevenAgents * nodeCores * members.length) return false;
  // Of a few pods the coefficient of variation: a median's deviation of them flickers from window to window.
  const mean = totalCores(subject) / members.length;
  const away = members.map(({ cores }) => Math.abs(cores - mean)).reduce((a, b) => a + b, 0);
  return robustSpread(track.recent) > shape.flat || away / members.length > (shape.flat / 2) * mean;
}

/** What it asked for is what it is expected to use: a newcomer far below that waits for its work. */
export function isWaiting(facts: Facts): boolean {
  const { subject, thresholds } = facts;
  const { request, kind } = subject;
  if (kind === 'gpu' || request === null) return false;
  return highest(facts) < thresholds.level.ofRequestWhenWaiting * request;
}

function highest({ suspicion, track }: Facts): number {
  return Math.max(suspicion.cores, ...track.recent);
}

/** A strong mark of the spec: agents have privileges too, and use little. */
function isMarked(families: Families): boolean {
  return (families.get('spec') ?? 0) >= 1;
}

export const AGENTS: readonly Cap[] = [
  {
    name: 'like-agent',
    atMost: 'warning',
    applies: (facts, families) => !isMarked(families) && isLikeAgent(facts),
    because: () => 'A new DaemonSet or sidecar with little use per node may be an agent',
  },
  {
    name: 'uneven-agent',
    atMost: 'warning',
    applies: (facts, families) => !isMarked(families) && mayBeUnevenAgent(facts),
    because: () =>
      'A new DaemonSet whose pods differ by node may be an agent: a miner uses the same everywhere',
  },
  {
    name: 'small-use',
    atMost: 'warning',
    applies: (facts, families) =>
      !isMarked(families) && highest(facts) < pageCores(facts.thresholds),
    because: ({ thresholds }) =>
      `Critical needs ${pageCores(thresholds)} cores in a pod: less costs cents a month`,
  },
  {
    name: 'waiting',
    atMost: 'warning',
    applies: (facts, families) => !isMarked(families) && isWaiting(facts),
    because: () => 'It uses a small part of its request: it may wait for traffic',
  },
];
