import { formatCores } from '../../../../model/text/units.ts';
import type { Facts } from '../../evidence/signal.ts';
import { robustSpread } from '../../evidence/signals/plateau.ts';
import { totalCores } from '../../subjects/subject.ts';
import { pageCores } from '../../thresholds.ts';
import type { Cap, Families } from '../cap.ts';

/**
 * What an agent looks like, and a patient miner too: one pod a node that takes little of the node (a log shipper, a
 * CNI, a security agent), or a new container beside known ones that takes no more than a mesh's proxy asks for. That
 * it is in many places and even while nothing happens is what an agent is, and says nothing more than that it is new.
 */
export function isLikeAgent(facts: Facts): boolean {
  const { subject, suspicion, sideCar, thresholds } = facts;
  const { workload, nodeCores, kind, members } = subject;
  if (kind !== 'cpu') return false;
  if (sideCar !== null && suspicion.cores <= pageCores(thresholds)) return true;
  if (workload?.kind !== 'DaemonSet' || nodeCores === null) return false;
  const { ofNodeByAgents, ofNodeByUnevenAgents } = thresholds.level;
  if (suspicion.cores <= ofNodeByAgents * nodeCores) return true;
  return (
    isUneven(facts) && totalCores(subject) <= ofNodeByUnevenAgents * nodeCores * members.length
  );
}

/**
 * True for pods that are not alike, or not flat: what watches a node is busy as and when its node is, and what mines
 * takes the same everywhere and always.
 */
function isUneven({ subject, track, thresholds: { spread, shape } }: Facts): boolean {
  const { members } = subject;
  if (members.length <= spread.many) return false;
  // Of a few pods the coefficient of variation: a median's deviation of them flickers from window to window.
  const mean = totalCores(subject) / members.length;
  const away = members.reduce((sum, { cores }) => sum + Math.abs(cores - mean), 0);
  return robustSpread(track.recent) > shape.flat || away / members.length > (shape.flat / 2) * mean;
}

/** What it asked for is what it is expected to use: a newcomer far below that waits for its work. */
export function isWaiting(facts: Facts): boolean {
  const { request, kind } = facts.subject;
  if (kind === 'gpu' || request === null) return false;
  return highest(facts) < facts.thresholds.level.ofRequestWhenWaiting * request;
}

function highest({ suspicion, track }: Facts): number {
  return Math.max(suspicion.cores, ...track.recent);
}

/** A strong mark of the spec: agents have privileges too, and use little. */
function isMarked(families: Families): boolean {
  return (families.get('spec') ?? 0) >= 1;
}

export const NEWCOMERS: readonly Cap[] = [
  {
    name: 'like-agent',
    atMost: 'warning',
    applies: (facts, families) => !isMarked(families) && isLikeAgent(facts),
    because: () =>
      'A new DaemonSet or sidecar that uses little of its node, or little and not the same everywhere, may be an agent',
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
  {
    // A new sidecar (a mesh's proxy, an agent) that uses little beside the known containers of its pod. Containers
    // share their pod's network, so nobody can tell whose bytes are whose; but a proxy's CPU follows theirs, and a
    // miner's does not. As long as that is not decided, a rollout to workloads of several namespaces speaks for it:
    // it takes the rights of a cluster administrator. Beside an idle application a proxy is the busier one; but only
    // one that is everywhere is a proxy.
    name: 'serves-its-pod',
    atMost: null,
    explains: true,
    applies({ sideCar }, families) {
      if (sideCar === null || isMarked(families)) return false;
      const { follows, isLittle, isRollout } = sideCar;
      return (isLittle || isRollout) && (follows ?? (isLittle && isRollout));
    },
    because({ sideCar, suspicion }) {
      const follows = sideCar?.follows === true ? 'it follows' : 'undecided whether it follows';
      const places = `its image was added to ${sideCar?.workloads ?? 1} known workloads`;
      return `Uses ${formatCores(suspicion.cores)} next to ${formatCores(sideCar?.othersCores ?? null)} of its pod’s known containers: ${follows} their use; ${places}`;
    },
  },
  {
    // A new sidecar that may be a proxy after all: it surely follows the others, or that is not decided and it is
    // little or as uneven as they are (a miner is steady; what serves them has their ups and downs, and its own).
    name: 'may-serve-its-pod',
    atMost: 'warning',
    applies: ({ sideCar }) =>
      sideCar !== null && (sideCar.follows ?? (sideCar.isLittle || !sideCar.isEvener)),
    because: () =>
      'A new sidecar that may serve its pod: undecided until the other containers’ use has varied',
  },
];
