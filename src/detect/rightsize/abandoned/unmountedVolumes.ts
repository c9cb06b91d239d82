import type { DetectContext } from '../../detector.ts';
import { scopeOn } from '../../verdict.ts';
import type { Nano } from '../../../model/money.ts';
import type { Activity } from './activity.ts';

/**
 * Claims of the window, by whether a pod mounts them. Which pods mount what is known only where the metric
 * (or the API) tells it of any claim at all: a cluster in which none is mounted most likely lacks it.
 */
export function unmountedVolumes({ snapshot, costs }: DetectContext): readonly Activity[] {
  const tells = snapshot.volumes.some(({ mountedBy }) => mountedBy.length > 0);
  const unattached = new Map<string, Nano>();
  for (const { namespace, name, kind, nano } of costs.unattached) {
    if (kind === 'volume') unattached.set(`${namespace}/${name}`, nano);
  }
  return snapshot.volumes.map(({ namespace, claim, mountedBy }) => ({
    key: `volume:${namespace}/${claim}`,
    scope: scopeOn({ namespace, subject: `PersistentVolumeClaim/${claim}` }),
    idle: mountedBy.length > 0 ? false : tells ? true : null,
    costNano: unattached.get(`${namespace}/${claim}`) ?? 0,
    pods: [],
    what: 'volume' as const,
  }));
}
