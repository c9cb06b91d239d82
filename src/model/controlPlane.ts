/**
 * What is read of the components that run the cluster:
 *
 * - `up`, `down`: instances of a scrape job that answered Prometheus in the window, or never did
 * - `api-code`, `api-call`: requests a second by code, and by verb and resource
 * - `api-rejected`: requests a second that a priority level refused (429)
 * - `etcd-size`: the share of its quota that etcd’s database has
 * - `etcd-fsync`: seconds in which 99 of 100 writes of etcd’s log were on the disk
 * - `pending-pods`: pods that stayed in a queue of the scheduler
 * - `queue-depth`: items that stayed in a queue of a controller
 * - `dns-failures`: the share of DNS answers that were SERVFAIL
 * - `runtime-errors`: failed operations of the container runtime, a second
 * - `certificate`: seconds until the first client certificate expires
 */
export type ControlPlaneMeasure =
  | 'up'
  | 'down'
  | 'api-code'
  | 'api-call'
  | 'api-rejected'
  | 'etcd-size'
  | 'etcd-fsync'
  | 'pending-pods'
  | 'queue-depth'
  | 'dns-failures'
  | 'runtime-errors'
  | 'certificate';

export interface ControlPlaneReading {
  readonly measure: ControlPlaneMeasure;
  /** A scrape job, code, call, priority level, instance or queue. */
  readonly subject: string;
  readonly value: number;
}

/** The components by their scrape jobs’ names. */
const COMPONENTS: readonly (readonly [name: string, job: RegExp])[] = [
  ['kube-apiserver', /api-?server/i],
  ['etcd', /etcd/i],
  ['kube-scheduler', /scheduler/i],
  ['kube-controller-manager', /controller-?manager/i],
  ['coredns', /core-?dns|kube-?dns/i],
  ['kubelet', /kubelet/i],
  ['kube-proxy', /kube-?proxy/i],
];

/** Selects their jobs. */
export const COMPONENT_JOBS =
  '(?i).*(api-?server|etcd|kube-?scheduler|controller-?manager|core-?dns|kube-?dns|kubelet|kube-?proxy).*';

/** Where their Services and pods are, as a target's label; a service of an application may have the name of a component. */
export const COMPONENT_NAMESPACES = '|default|kube-system|openshift-.+';

export const COMPONENT_NAMES: readonly string[] = COMPONENTS.map(([name]) => name);

/** The component that a scrape job belongs to; the job itself where none fits. */
export function componentOf(job: string): string {
  return COMPONENTS.find(([, pattern]) => pattern.test(job))?.[0] ?? job;
}
