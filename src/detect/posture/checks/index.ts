import type { PostureCheck } from '../check.ts';
import { NAMESPACE_CHECKS } from './namespaces.ts';
import { PRIVILEGE_CHECKS } from './privileges.ts';
import { RESOURCE_CHECKS } from './resources.ts';
import { WORKLOAD_CHECKS } from './workloads.ts';

/** Every check there is, in the order in which they are shown. */
export const CHECKS: readonly PostureCheck[] = [
  ...RESOURCE_CHECKS,
  ...NAMESPACE_CHECKS,
  ...WORKLOAD_CHECKS,
  ...PRIVILEGE_CHECKS,
];
