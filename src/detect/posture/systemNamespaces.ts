const SYSTEM = new Set(['kube-system', 'kube-public', 'kube-node-lease']);

/** Kubernetes' own namespaces: quotas there could keep the cluster's parts from running. */
export function isSystemNamespace(namespace: string): boolean {
  return SYSTEM.has(namespace);
}
