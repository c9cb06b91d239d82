import type { DemoCluster } from '../cluster/cluster.ts';
import type { DemoPod } from '../cluster/pods.ts';
import type { TimeMs } from '../../src/model/time.ts';
import type { MetricFamily, SampledSeries } from '../samples.ts';
import { namespaceFamilies, nodeFamilies, type Whole } from './kubePlaces.ts';
import { constant, gauge } from './kubePods.ts';
import { claimFamilies, serviceFamilies } from './kubeStorage.ts';
import { KUBE_STATE_TARGET } from './labels.ts';

/** What kube-state-metrics shows of everything but pods. */
export function* clusterFamilies(
  cluster: DemoCluster,
  pods: readonly DemoPod[],
  times: readonly TimeMs[],
): Generator<MetricFamily> {
  const whole: Whole = (labels, value = 1) =>
    constant({ ...KUBE_STATE_TARGET, ...labels }, times, value);
  yield* ownerFamilies(pods, times);
  yield* nodeFamilies(whole);
  yield* namespaceFamilies(cluster, whole);
  yield* claimFamilies(pods, whole);
  yield* serviceFamilies(whole);
}

/** The controllers between pods and workloads: ReplicaSets and Jobs. */
function* ownerFamilies(
  pods: readonly DemoPod[],
  times: readonly TimeMs[],
): Generator<MetricFamily> {
  const series = (kind: string, label: string): SampledSeries[] => {
    const owners = new Map<string, SampledSeries>();
    for (const pod of pods) {
      const { namespace } = pod.workload;
      if (pod.owner.kind !== kind) continue;
      const alive = times.filter((at) => at > pod.createdAt && at < pod.deletedAt);
      const key = `${namespace}/${pod.owner.name}`;
      const longest = owners.get(key);
      if (alive.length <= (longest?.times.length ?? 0)) continue;
      const labels = {
        ...KUBE_STATE_TARGET,
        namespace,
        [label]: pod.owner.name,
        owner_kind: pod.grandOwner?.kind ?? '',
        owner_name: pod.grandOwner?.name ?? '',
        owner_is_controller: pod.grandOwner === null ? '' : 'true',
      };
      owners.set(key, constant(labels, alive, 1));
    }
    return [...owners.values()];
  };
  yield gauge('kube_replicaset_owner', series('ReplicaSet', 'replicaset'));
  yield gauge('kube_job_owner', series('Job', 'job_name'));
}
