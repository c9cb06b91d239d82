import type { CheckGroup, PostureCheck, UngroupedCheck } from '../check.ts';
import { ABILITY_CHECKS } from './access/abilityChecks.ts';
import { BINDING_CHECKS, ACCOUNT_CHECKS } from './access/bindingChecks.ts';
import { PATH_CHECK } from './access/pathCheck.ts';
import { DEFAULT_CHECKS } from './defaults.ts';
import { NAMESPACE_CHECKS } from './namespaces.ts';
import { EXPOSURE_CHECKS } from './network/exposure.ts';
import { ISOLATION_CHECKS } from './network/isolation.ts';
import { METADATA_CHECK } from './network/metadata.ts';
import { POLICY_CHECKS } from './network/policyChecks.ts';
import { PRIVILEGE_CHECKS } from './privileges.ts';
import { RESOURCE_CHECKS } from './resources.ts';
import { WORKLOAD_CHECKS } from './workloads.ts';

function inGroup(group: CheckGroup, checks: readonly UngroupedCheck[]): readonly PostureCheck[] {
  return checks.map((check) => ({ ...check, group }));
}

/** Every check there is, in the order in which they are shown. */
export const CHECKS: readonly PostureCheck[] = [
  ...inGroup('resources', [...RESOURCE_CHECKS, ...NAMESPACE_CHECKS]),
  ...WORKLOAD_CHECKS,
  ...inGroup('privileges', PRIVILEGE_CHECKS),
  ...inGroup('access', [PATH_CHECK, ...ABILITY_CHECKS, ...ACCOUNT_CHECKS, ...BINDING_CHECKS]),
  ...inGroup('network', [
    ...ISOLATION_CHECKS,
    ...POLICY_CHECKS,
    METADATA_CHECK,
    ...EXPOSURE_CHECKS,
  ]),
  ...inGroup('defaults', DEFAULT_CHECKS),
];
