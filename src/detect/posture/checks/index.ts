import type { PostureCheck } from '../check.ts';
import { ACCESS_CHECKS } from './access.ts';
import { DEFAULT_CHECKS } from './defaults.ts';
import { NAMESPACE_CHECKS } from './namespaces.ts';
import { NETWORK_CHECKS } from './network.ts';
import { PRIVILEGE_CHECKS } from './privileges.ts';
import { RESOURCE_CHECKS } from './resources.ts';
import { WORKLOAD_CHECKS } from './workloads.ts';

/** Every check there is, in the order in which they are shown. */
export const CHECKS: readonly PostureCheck[] = [
  ...RESOURCE_CHECKS,
  ...NAMESPACE_CHECKS,
  ...WORKLOAD_CHECKS,
  ...PRIVILEGE_CHECKS,
  ...ACCESS_CHECKS,
  ...NETWORK_CHECKS,
  ...DEFAULT_CHECKS,
];
