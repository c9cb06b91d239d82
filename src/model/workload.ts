/** A workload: what people deploy and own (`Deployment/checkout`), never one of its pods. */
export interface WorkloadRef {
  readonly kind: string;
  readonly name: string;
}

/** `shop/Deployment/checkout`: the identity that is learnt about and that findings are about. */
export function workloadKey(namespace: string, workload: WorkloadRef): string {
  return `${namespace}/${workload.kind}/${workload.name}`;
}

/** `shop/Deployment/checkout/app`: one container of a workload, over all its pods and rollouts. */
export function containerKey(namespace: string, workload: WorkloadRef, container: string): string {
  return `${namespace}/${workload.kind}/${workload.name}/${container}`;
}
