import type { DemoPod } from '../cluster/pods.ts';
import { seedOf, uuid } from '../noise.ts';
import type { Labels, MetricFamily } from '../samples.ts';
import type { Whole } from './kubePlaces.ts';
import { claimName, gauge } from './kubePods.ts';
import { loadBalancerHost } from './labels.ts';

const GIB = 2 ** 30;

/** Services that a load balancer of the cloud stands before. */
export const LOAD_BALANCERS = [
  { namespace: 'online-boutique', service: 'frontend-external', app: 'frontend' },
  { namespace: 'media', service: 'upload-gateway', app: 'upload-gateway' },
] as const;

export function* claimFamilies(pods: readonly DemoPod[], whole: Whole): Generator<MetricFamily> {
  const claims = pods.flatMap((pod) => {
    const { claim, namespace } = pod.workload;
    if (claim === undefined) return [];
    return [{ labels: { namespace, persistentvolumeclaim: claimName(pod) }, gib: claim.gib }];
  });
  yield gauge(
    'kube_persistentvolumeclaim_info',
    claims.map(({ labels }) =>
      whole({
        ...labels,
        storageclass: 'gp3',
        volumename: volumeName(labels),
        volumemode: 'Filesystem',
      }),
    ),
  );
  yield gauge(
    'kube_persistentvolumeclaim_resource_requests_storage_bytes',
    claims.map(({ labels, gib }) => whole(labels, gib * GIB)),
  );
  yield gauge(
    'kube_persistentvolumeclaim_status_phase',
    claims.map(({ labels }) => whole({ ...labels, phase: 'Bound' })),
  );
}

export function* serviceFamilies(whole: Whole): Generator<MetricFamily> {
  const services = LOAD_BALANCERS.map(({ namespace, service }) => {
    const seed = seedOf(`${namespace}/${service}`);
    return { namespace, service, uid: uuid(seed) };
  });
  yield gauge(
    'kube_service_info',
    services.map((labels, index) =>
      whole({
        ...labels,
        cluster_ip: `172.20.14.${20 + index}`,
        external_name: '',
        load_balancer_ip: '',
      }),
    ),
  );
  yield gauge(
    'kube_service_spec_type',
    services.map((labels) => whole({ ...labels, type: 'LoadBalancer' })),
  );
  yield gauge(
    'kube_service_status_load_balancer_ingress',
    services.map((labels) =>
      whole({ ...labels, ip: '', hostname: loadBalancerHost(seedOf(labels.uid)) }),
    ),
  );
}

function volumeName(labels: Labels): string {
  return `pvc-${uuid(seedOf(Object.values(labels).join('/')))}`;
}
