import type { PlannedEvent } from './plannedEvent.ts';
import type { Nano } from './money.ts';
import type { TimeMs } from './time.ts';
import type { WorkloadRef } from './workload.ts';

export const FINDING_KINDS = [
  'cryptojacking',
  'overprovisioned',
  'underprovisioned',
  'cost-spike',
  'budget',
  'abandoned',
  'posture',
  'data-quality',
  'trust',
  'signal',
  'control-plane',
  'rbac',
  'network',
] as const;

export type FindingKind = (typeof FINDING_KINDS)[number];

/** From the least to the gravest. */
export const SEVERITIES = ['info', 'warning', 'critical'] as const;

export type Severity = (typeof SEVERITIES)[number];

export const FINDING_STATES = ['open', 'acknowledged', 'accepted', 'resolved'] as const;

export type FindingState = (typeof FINDING_STATES)[number];

/** The explanation that fits unusual CPU best; `unexplained` where none does. */
export const FINDING_CAUSES = [
  'mining',
  'garbage-collection',
  'busy-loop',
  'costlier-release',
  'load-or-batch',
  'crash-loop',
  'unexplained',
] as const;

export type FindingCause = (typeof FINDING_CAUSES)[number];

/** What a finding is about. All empty: the whole cluster. */
export interface Scope {
  readonly namespace: string | null;
  readonly workload: WorkloadRef | null;
  readonly container: string | null;
  /** Anything else that a rule is about: a node, a metric, an owner, a budget period. */
  readonly subject: string | null;
}

/** Independent kinds of evidence; a severity needs several of them to agree. */
export type EvidenceFamily =
  | 'level'
  | 'novelty'
  | 'work'
  | 'shape'
  | 'spread'
  | 'spec'
  | 'signals'
  | 'suppressor'
  | 'money'
  | 'data';

/** One reason, readable by itself. `value` and `threshold` share `unit`. */
export interface Evidence {
  readonly signal: string;
  readonly family: EvidenceFamily;
  readonly value: number | string | null;
  readonly threshold: number | string | null;
  readonly unit: string;
  /** Points it adds to (or, for a suppressor, takes from) the score. */
  readonly weight: number;
  readonly text: string;
}

/** A command for the reader of the finding; `read` first, `destroy` last. */
export interface NextStep {
  readonly command: string;
  readonly effect: 'read' | 'contain' | 'destroy';
  readonly why: string;
}

/**
 * What a detector says of one scope in one window. A scope whose finding is open and about which no
 * verdict comes back counts as `unknown`: it stays open.
 */
export interface Verdict {
  readonly kind: FindingKind;
  readonly rule: string;
  readonly scope: Scope;
  readonly status: 'firing' | 'clear' | 'unknown';
  readonly severity: Severity;
  /** Of abuse findings. */
  readonly cause?: FindingCause;
  /** Of abuse findings: the image, without tag and digest. */
  readonly image?: string;
  /** 0..100. */
  readonly score: number;
  /** When the behaviour began, in the data's time. */
  readonly startedAt: TimeMs;
  readonly summary: string;
  readonly evidence: readonly Evidence[];
  readonly next: readonly NextStep[];
  /** Names of pods that show it now, sorted. */
  readonly pods: readonly string[];
  /** Cost between `startedAt` and this window's start, where the detector knows it; later windows are added up. */
  readonly costBeforeNano: Nano | null;
  /** Units of currency per month that could be saved, or that it burns. */
  readonly costPerMonth: number | null;
}

/** A finding as it stands after a window. */
export interface Finding {
  readonly id: string;
  readonly fingerprint: string;
  readonly kind: FindingKind;
  readonly rule: string;
  readonly severity: Severity;
  /** Of abuse findings; absent in those of earlier releases. */
  readonly cause?: FindingCause;
  /** Of abuse findings: the image, without tag and digest. */
  readonly image?: string;
  readonly state: FindingState;
  readonly score: number;
  readonly cluster: string;
  readonly scope: Scope;
  readonly pods: readonly string[];
  readonly owner: string | null;
  /** Labels of what it is about, as far as `owners.routes` choose by them; absent where none do. */
  readonly labels?: Readonly<Record<string, string>>;
  readonly startedAt: TimeMs;
  readonly firstSeen: TimeMs;
  readonly lastSeen: TimeMs;
  /** When its workload was there later than a verdict spoke of it; absent until then. */
  readonly lastPresent?: TimeMs;
  readonly resolvedAt: TimeMs | null;
  readonly summary: string;
  readonly evidence: readonly Evidence[];
  readonly next: readonly NextStep[];
  readonly costSoFarNano: Nano | null;
  readonly costPerMonth: number | null;
  /** Who acknowledged or accepted it and why; null while it is open. */
  readonly decision: FindingDecision | null;
}

/** What a person decided about a finding. */
export interface FindingDecision {
  readonly by: string;
  readonly at: TimeMs;
  readonly reason: string | null;
  /** When an acceptance is to be reviewed: from then on the finding is open again. */
  readonly until: TimeMs | null;
  /** The planned event that was announced or withdrawn. */
  readonly event?: PlannedEvent;
}

export type FindingAction = 'acknowledge' | 'accept' | 'reopen' | 'not-abuse';

/** A person's decision as it was appended; the next window merges it into the finding, or into the planned events. */
export interface OperatorAction {
  readonly findingId: string;
  readonly action: FindingAction | 'plan' | 'cancel';
  readonly decision: FindingDecision;
}

/** The pure part of a cycle ends with these; the notifier turns them into deliveries. */
export interface FindingEvent {
  readonly type:
    'opened' | 'reopened' | 'worse' | 'better' | 'acknowledged' | 'accepted' | 'closed';
  /** End of the window that caused it. */
  readonly at: TimeMs;
  readonly finding: Finding;
  /** One plain sentence: why this happened now. */
  readonly reason: string;
}
