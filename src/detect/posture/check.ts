import type { WorkloadRef } from '../../model/workload.ts';
import type { PostureContainer, PostureInput, PosturePod } from './postureInput.ts';

export type CheckOutcome = 'passed' | 'failed' | 'not-evaluated';

export type CheckSeverity = 'info' | 'low' | 'medium' | 'high' | 'critical';

/** What one check says of one thing. */
export interface CheckResult {
  readonly outcome: CheckOutcome;
  readonly namespace: string;
  readonly workload: WorkloadRef | null;
  readonly container: string | null;
  /** One plain sentence: what is wrong, or which input is missing. Empty when it passed. */
  readonly text: string;
}

/** One rule of posture: one file, one line in `checks/index.ts`. A missing input never passes. */
export interface PostureCheck {
  /** Stable, kebab-case: what findings, the API and accepted risks refer to. */
  readonly id: string;
  readonly title: string;
  readonly severity: CheckSeverity;
  readonly group: 'resources' | 'availability' | 'images' | 'privileges';
  readonly names: RegistryNames;
  run(input: PostureInput): readonly CheckResult[];
}

/** What the same rule is called elsewhere; absent where there is none of that kind. */
export interface RegistryNames {
  /** Controls of kubescape's registry, for example `C-0270`. */
  readonly kubescape?: readonly string[];
  /** Polaris' checks. */
  readonly polaris?: readonly string[];
  /** NSA/CISA Kubernetes Hardening Guidance 1.2: the section. */
  readonly nsa?: string;
  /** CIS Kubernetes Benchmark 1.8: the recommendation. */
  readonly cis?: string;
}

/** What a check says of one container: null passes, a text fails; `unknown` names the missing input. */
export type RuleResult = string | null | { readonly unknown: string };

/** Runs a rule over every container (init containers only when asked for). */
export function overContainers(
  input: PostureInput,
  rule: (container: PostureContainer, pod: PosturePod) => RuleResult,
  options: { readonly init: boolean } = { init: false },
): readonly CheckResult[] {
  return input.pods.flatMap((pod) =>
    pod.containers
      .filter(({ role }) => options.init || role !== 'init')
      .map((container) => toResult(rule(container, pod), pod, container.name)),
  );
}

/** Runs a rule over every pod. */
export function overPods(
  input: PostureInput,
  rule: (pod: PosturePod) => RuleResult,
): readonly CheckResult[] {
  return input.pods.map((pod) => toResult(rule(pod), pod, null));
}

/** Runs a rule over every container's security settings; not evaluated where they are unknown. */
export function overSecurity(
  input: PostureInput,
  rule: (
    spec: NonNullable<PostureContainer['spec']>,
    pod: NonNullable<PosturePod['spec']>,
  ) => RuleResult,
): readonly CheckResult[] {
  return overContainers(
    input,
    (container, pod) =>
      container.spec === null || pod.spec === null ? NO_SPEC : rule(container.spec, pod.spec),
    { init: true },
  );
}

/** Runs a rule over every namespace. */
export function overNamespaces(
  input: PostureInput,
  rule: (namespace: string) => RuleResult,
): readonly CheckResult[] {
  return input.namespaces.map((namespace) => ({
    ...outcomeOf(rule(namespace)),
    namespace,
    workload: null,
    container: null,
  }));
}

export const NO_SPEC = { unknown: 'the pod’s specification is not known' };
export const NO_OBJECTS = { unknown: 'the cluster’s objects are not known' };
export const NO_HISTORY = { unknown: 'there is no history of use yet' };

function toResult(result: RuleResult, pod: PosturePod, container: string | null): CheckResult {
  const { namespace, workload } = pod;
  return { ...outcomeOf(result), namespace, workload, container };
}

function outcomeOf(result: RuleResult): Pick<CheckResult, 'outcome' | 'text'> {
  if (result === null) return { outcome: 'passed', text: '' };
  if (typeof result === 'string') return { outcome: 'failed', text: result };
  return { outcome: 'not-evaluated', text: result.unknown };
}
