import type { Severity } from './finding.ts';
import type { TimeMs } from './time.ts';
import type { WorkloadRef } from './workload.ts';

/** The tools whose events are read. */
export const SIGNAL_SOURCES = [
  'falco',
  'tetragon',
  'audit',
  'alertmanager',
  'guardduty',
  'defender',
  'scc',
  'ocsf',
  'trivy',
  'kubescape',
] as const;

/** What the tools are called in front of people. */
export const SOURCE_NAMES: Readonly<Record<SignalSource, string>> = {
  falco: 'Falco',
  tetragon: 'Tetragon',
  audit: 'Kubernetes audit',
  alertmanager: 'Alertmanager',
  guardduty: 'GuardDuty',
  defender: 'Microsoft Defender',
  scc: 'Security Command Center',
  ocsf: 'OCSF',
  trivy: 'Trivy Operator',
  kubescape: 'Kubescape',
};

export type SignalSource = (typeof SIGNAL_SOURCES)[number];

/**
 * What an event says, whatever tool says it. `api-calls` are counts of ordinary calls of the API (audit): they are
 * for detectors only and no event of a workload.
 */
export const SIGNAL_CLASSES = [
  'token',
  'anonymous',
  'grant',
  'exec',
  'escape',
  'secret',
  'miner',
  'egress',
  'malware',
  'vulnerability',
  'exposed-secret',
  'configuration',
  'alert',
  'other',
  'api-calls',
] as const;

export type SignalClass = (typeof SIGNAL_CLASSES)[number];

/** Who did it, as far as the tool knows. */
export interface SignalActor {
  readonly user: string | null;
  readonly userAgent: string | null;
  readonly sourceIps: readonly string[];
}

/** What it was done to. The first of pod UID, pod, workload and image that is known tells the workload. */
export interface SignalTarget {
  readonly namespace: string | null;
  readonly podUid: string | null;
  readonly pod: string | null;
  readonly workload: WorkloadRef | null;
  readonly container: string | null;
  readonly image: string | null;
  readonly node: string | null;
}

/**
 * An event of another tool. Its texts come from outside and may be an attacker’s: they are cut, have no control
 * characters, and are escaped where they are shown.
 */
export interface Signal {
  /** The same event always has the same id, so that it is kept once. */
  readonly id: string;
  readonly source: SignalSource;
  readonly class: SignalClass;
  /** The tool’s name of the rule, alert or report. */
  readonly rule: string;
  readonly severity: Severity;
  readonly at: TimeMs;
  /** How many events it stands for. */
  readonly count: number;
  readonly target: SignalTarget;
  readonly actor: SignalActor;
  readonly text: string;
  /** The tool takes back what it reported: closed as no threat, archived, muted. It is evidence no more. */
  readonly isWithdrawn?: true;
  /** Further facts by name. */
  readonly facts: Readonly<Record<string, string>>;
}

export const NO_ACTOR: SignalActor = { user: null, userAgent: null, sourceIps: [] };

export const NO_TARGET: SignalTarget = {
  namespace: null,
  podUid: null,
  pod: null,
  workload: null,
  container: null,
  image: null,
  node: null,
};
