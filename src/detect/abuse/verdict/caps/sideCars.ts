import { formatCores } from '../../../../model/text/units.ts';
import type { Cap } from '../cap.ts';

export const SIDE_CARS: readonly Cap[] = [
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
      if (sideCar === null || (families.get('spec') ?? 0) >= 1) return false;
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
    applies({ sideCar }) {
      if (sideCar === null || sideCar.follows === false) return false;
      return sideCar.follows === true || sideCar.isLittle || !sideCar.isEvener;
    },
    because: () =>
      'A new sidecar that may serve its pod: undecided until the other containers’ use has varied',
  },
];
