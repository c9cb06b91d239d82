/** A pod that a provider bills or splits a machine's bill by, as AWS names it. */
export interface BilledPod {
  readonly namespace: string;
  readonly pod: string;
  readonly uid: string;
}

/** `arn:aws:eks:REGION:ACCOUNT:pod/CLUSTER/NAMESPACE/POD/UID`; null for any other resource. */
export function podOf(resourceId: string | null): BilledPod | null {
  const [, namespace, pod, uid] =
    /^arn:[\w-]+:eks:[^:]*:\d*:pod\/[^/]+\/([^/]+)\/([^/]+)\/([^/]+)$/.exec(resourceId ?? '') ?? [];
  return namespace === undefined || pod === undefined || uid === undefined
    ? null
    : { namespace, pod, uid };
}
