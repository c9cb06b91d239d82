import type { PostureInput } from './postureInput.ts';

/** The list of NetworkPolicies. */
export const POLICIES = 'networkpolicies.networking.k8s.io';

export const INGRESSES = 'ingresses.networking.k8s.io';

/** True where one of these lists could not be read (`networkpolicies.networking.k8s.io`): its emptiness says nothing. */
export function lacks({ objects }: PostureInput, ...resources: readonly string[]): boolean {
  return objects === null || resources.some((name) => objects.missing.includes(name));
}

/** Prefix of the labels by which a namespace chooses Pod Security Standards. */
export const POD_SECURITY = 'pod-security.kubernetes.io';
export const ENFORCE = `${POD_SECURITY}/enforce`;

/** True for the levels at which Pod Security refuses privileged pods. */
export function holdsPods(level: string | undefined): boolean {
  return level === 'baseline' || level === 'restricted';
}
