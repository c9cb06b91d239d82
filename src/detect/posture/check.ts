import { workloadKey, type WorkloadRef } from '../../model/workload.ts';
import type { ContainerSpecFacts, PodSpecFacts } from '../../model/podSpec.ts';
import type { PostureContainer, PostureInput, PosturePod } from './postureInput.ts';

export type CheckOutcome = 'passed' | 'failed' | 'not-evaluated';

export type CheckSeverity = 'info' | 'low' | 'medium' | 'high' | 'critical';

/** What one check says of one thing. */
export interface CheckResult {
  readonly outcome: CheckOutcome;
  readonly namespace: string;
  readonly workload: WorkloadRef | null;
  readonly container: string | null;
  /** Any other object that it is about: `ServiceAccount ci/builder`, `Ingress shop/web`. */
  readonly subject?: string;
  /** One plain sentence: what is wrong, or which input is missing. Empty when it passed. */
  readonly text: string;
}

export function count(results: readonly CheckResult[], outcome: CheckOutcome): number {
  return results.filter((result) => result.outcome === outcome).length;
}

export type CheckGroup =
  'resources' | 'availability' | 'images' | 'privileges' | 'access' | 'network' | 'defaults';

/** What `--scope` chooses by; a score is the mean of the scopes’ own. */
export const SCOPES = ['workloads', 'rbac', 'network', 'cluster'] as const;
export type PostureScope = (typeof SCOPES)[number];

const SCOPE_OF: Readonly<Partial<Record<CheckGroup, PostureScope>>> = {
  access: 'rbac',
  network: 'network',
  defaults: 'cluster',
};

export function scopeOf({ group }: Pick<PostureCheck, 'group'>): PostureScope {
  return SCOPE_OF[group] ?? 'workloads';
}

/** The place of what belongs to no namespace: users, groups, ClusterRoles, webhooks. No namespace can be called so. */
export const CLUSTER = '(cluster)';

/** One rule of posture. A missing input never passes. */
export interface PostureCheck {
  /** Stable, kebab-case: what findings, the API and accepted risks refer to. */
  readonly id: string;
  readonly title: string;
  readonly severity: CheckSeverity;
  readonly group: CheckGroup;
  readonly names: RegistryNames;
  run(input: PostureInput): readonly CheckResult[];
}

/** One of a list of checks that are all of one group. */
export type UngroupedCheck = Omit<PostureCheck, 'group'>;

/** What the same rule is called elsewhere; absent where there is none of that kind. */
export interface RegistryNames {
  /** Controls of kubescape's registry, for example `C-0270`. */
  readonly kubescape?: readonly string[];
  /** Polaris' checks. */
  readonly polaris?: readonly string[];
  /** NSA/CISA Kubernetes Hardening Guidance 1.2: the section. */
  readonly nsa?: string;
  /** CIS Kubernetes Benchmark 1.9: the recommendation. */
  readonly cis?: string;
  /** rbac-police’s policies. */
  readonly rbacPolice?: readonly string[];
  /** KubiScan’s risky roles. */
  readonly kubiscan?: readonly string[];
  readonly kubeLinter?: readonly string[];
  readonly popeye?: readonly string[];
}

/**
 * What a check says of one container: null passes, a text fails, `unknown` names the missing input; undefined: the
 * rule does not apply to it.
 */
export type RuleResult = string | null | undefined | { readonly unknown: string };

/** Runs a rule over every container of these roles: those that hold resources while their pod runs, unless told. */
export function overContainers(
  input: PostureInput,
  rule: (container: PostureContainer, pod: PosturePod) => RuleResult,
  roles: readonly PostureContainer['role'][] = ['main', 'sidecar'],
): readonly CheckResult[] {
  return input.pods.flatMap((pod) =>
    pod.containers
      .filter(({ role }) => roles.includes(role))
      .flatMap((container) =>
        toResults(rule(container, pod), { ...pod, container: container.name }),
      ),
  );
}

/** A rule over the image of every container but ephemeral ones; not evaluated where it is unknown. */
export function overImages(rule: (image: string) => RuleResult): PostureCheck['run'] {
  return (input) =>
    overContainers(
      input,
      ({ image }) =>
        image === null || image === '' ? { unknown: 'the image is not known' } : rule(image),
      ['main', 'sidecar', 'init'],
    );
}

/** The workloads of pods, each once. */
export function distinctWorkloads(pods: readonly PosturePod[]): readonly WorkloadRef[] {
  const workloads = pods.map(
    ({ namespace, workload }) => [workloadKey(namespace, workload), workload] as const,
  );
  return [...new Map(workloads).values()];
}

/** Runs a rule over every pod. */
export function overPods(
  input: PostureInput,
  rule: (pod: PosturePod) => RuleResult,
): readonly CheckResult[] {
  return input.pods.flatMap((pod) => toResults(rule(pod), { ...pod, container: null }));
}

/** A rule over the settings of every container; not evaluated where they are unknown. */
export function overSecurity(
  rule: (spec: ContainerSpecFacts, pod: PodSpecFacts) => RuleResult,
): PostureCheck['run'] {
  return (input) =>
    overContainers(
      input,
      ({ spec }, pod) => (spec === null || pod.spec === null ? NO_SPEC : rule(spec, pod.spec)),
      ['main', 'sidecar', 'init', 'ephemeral'],
    );
}

/** Runs a rule over every namespace. */
export function overNamespaces(
  input: PostureInput,
  rule: (namespace: string) => RuleResult,
): readonly CheckResult[] {
  return input.namespaces.flatMap((namespace) => toResults(rule(namespace), atPlace(namespace)));
}

export const NO_SPEC = { unknown: 'the pod’s specification is not known' };
export const NO_OBJECTS = { unknown: 'the cluster’s objects are not known' };
export const NO_HISTORY = { unknown: 'there is no history of use yet' };

/** What a rule says of an object that fails it. */
export interface Failure {
  /** `CLUSTER` where it is in none. */
  readonly namespace: string;
  readonly workload?: WorkloadRef;
  readonly subject?: string;
  readonly text: string;
}

/**
 * Failures as results: a namespace without any passes the rule once, or is not evaluated where an input is missing, so
 * that one account with too much counts the same among two and among two hundred.
 */
export function failuresOr(
  places: readonly string[],
  failures: readonly Failure[],
  unknown: string | false = false,
): readonly CheckResult[] {
  const failing = new Set(failures.map(({ namespace }) => namespace));
  return [
    ...failures.map(({ workload = null, ...failure }): CheckResult => ({
      outcome: 'failed',
      container: null,
      workload,
      ...failure,
    })),
    ...places
      .filter((namespace) => !failing.has(namespace))
      .flatMap((namespace) =>
        toResults(unknown === false ? null : { unknown }, atPlace(namespace)),
      ),
  ];
}

type Where = Pick<CheckResult, 'namespace' | 'workload' | 'container'>;

function atPlace(namespace: string): Where {
  return { namespace, workload: null, container: null };
}

function toResults(
  result: RuleResult,
  { namespace, workload, container }: Where,
): readonly CheckResult[] {
  const where = { namespace, workload, container };
  if (result === undefined) return [];
  if (result === null) return [{ outcome: 'passed', text: '', ...where }];
  if (typeof result === 'string') return [{ outcome: 'failed', text: result, ...where }];
  return [{ outcome: 'not-evaluated', text: result.unknown, ...where }];
}
