import { unknown, type Signal } from '../signal.ts';
import { formatCores } from '../../../model/text/units.ts';

/** Takes what its silence, its plateau and its being new can count together, and leaves a mark in the spec. */
const ALL = 3;

/**
 * A new side-car (a mesh's proxy, an agent) that uses little beside the known containers of its pod. Containers
 * share their pod's network, so nobody can tell whose bytes are whose; but a proxy's CPU goes with theirs, and a
 * miner's does not. As long as that is not decided, a rollout to workloads of several namespaces speaks for it:
 * who can do that administers the cluster. What surely does not follow is judged like anything else that is new.
 */
export const servesItsPod: Signal = {
  name: 'serves-its-pod',
  family: 'suppressor',
  unit: 'elasticity',
  measure({ sideCar, suspicion, thresholds }) {
    if (sideCar === null) return unknown('It is no new container beside known ones');
    const { elasticity, follows, isLittle, isRollout, workloads, othersCores } = sideCar;
    const beside = `${formatCores(suspicion.cores)} next to ${formatCores(othersCores)} of its pod’s known containers`;
    const places = isRollout ? `; its image was added to ${workloads} known workloads` : '';
    // Beside an idle application a proxy is the busier one; but only one that is everywhere is a proxy.
    const isProxyLike = isLittle || isRollout;
    const how = !isProxyLike
      ? 'too much for a sidecar'
      : follows === null
        ? 'undecided whether it follows their use'
        : follows
          ? 'it follows their use'
          : 'it does not follow their use';
    return {
      value: elasticity,
      threshold: thresholds.sideCar.follows,
      strength: isProxyLike && (follows ?? (isLittle && isRollout)) ? ALL : 0,
      text: `Uses ${beside}: ${how}${places}`,
    };
  },
};
