import type { PostureInput } from './postureInput.ts';

/** The list of NetworkPolicies. */
export const POLICIES = 'networkpolicies.networking.k8s.io';

export const INGRESSES = 'ingresses.networking.k8s.io';

/** True where one of these lists could not be read (`networkpolicies.networking.k8s.io`): its emptiness says nothing. */
export function lacks({ objects }: PostureInput, ...resources: readonly string[]): boolean {
  return objects === null || resources.some((name) => objects.missing.includes(name));
}
