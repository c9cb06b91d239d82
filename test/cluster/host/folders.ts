import { homedir } from 'node:os';
import { join, resolve } from 'node:path';

const CACHE = process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache');

/** Programs and modules that a later start takes as they are: about 1.5 GB with Go's own cache. */
export const PROGRAMS_FOLDER = join(CACHE, 'burnwatch-cluster');

/** All that a running cluster writes. `npm run cluster -- --down` removes it. */
export const CLUSTER_FOLDER = join(PROGRAMS_FOLDER, 'running');

/** Written when the cluster is up, for people and for `npm run test:cluster`. */
export const CLUSTER_FILE = join(CLUSTER_FOLDER, 'cluster.json');

/** Of both namespaces' processes, for the control group of that name in each hierarchy. */
export const CONTROL_GROUP = 'burnwatch-cluster';

export const REPOSITORY = resolve(import.meta.dirname, '../../..');

/** What `cluster.json` holds. */
export interface RunningCluster {
  /** Of the process that holds the namespaces: when it ends, everything in them ends. */
  readonly pid: number;
  readonly kubeconfig: string;
  readonly kubectl: string;
  /** Scrapes cAdvisor and kube-state-metrics. */
  readonly prometheus: string;
  /** Scrapes the kubelet's `/metrics/resource` as well. */
  readonly prometheusWithResource: string;
  /** A Unix socket that takes the commands of `control.ts`. */
  readonly control: string;
  readonly node: string;
  readonly startedInSeconds: number;
}
