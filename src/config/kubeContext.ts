import type { Config } from './schema.ts';

/**
 * The kubeconfig context that suggested commands name: what is configured, else the cluster's name. One that
 * does not exist fails loudly; no context at all could hit another cluster.
 */
export function kubeContextOf({ notifications, workloads, cluster }: Config): string | null {
  const named = cluster === 'default' ? null : cluster;
  return notifications.kubeContext ?? workloads.context ?? named;
}
