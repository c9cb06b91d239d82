import type { TimeMs } from '../model/time.ts';
import type { WorkloadRef } from '../model/workload.ts';
import type { AuditEntry } from './auditLog.ts';

/** What can be done about a finding. `evidence` only reads. */
export const RESPONSE_ACTIONS = [
  'evidence',
  'label',
  'quarantine',
  'cordon',
  'scale-to-zero',
  'suspend',
  'evict',
] as const;

export type ResponseAction = (typeof RESPONSE_ACTIONS)[number];

/**
 * `planned` → `approved` → `executing` → `verified` → `undoing` → `undone`. `expired`: not approved, or not begun, in
 * time. `failed`: refused or failed while it was executed; what had been changed by then was undone. `withdrawn`: a
 * person took the plan back.
 */
export const RESPONSE_STATES = [
  'planned',
  'approved',
  'executing',
  'verified',
  'undoing',
  'undone',
  'expired',
  'failed',
  'withdrawn',
] as const;

export type ResponseState = (typeof RESPONSE_STATES)[number];

/** A person as one of the interfaces knows them. */
export interface Party {
  /** As in the audit log: a token's name, a Slack user, an operating system user. */
  readonly who: string;
  readonly via: AuditEntry['via'];
  /** Where the request came from: an address, a Slack workspace and channel, a host. */
  readonly from: string;
  /** The name in `response.approvers` that this identity belongs to; null for others. */
  readonly person: string | null;
}

export interface Approval extends Party {
  readonly at: TimeMs;
  /** The hash of the plan that was approved. */
  readonly hash: string;
}

/** An object as the plan found it. */
export interface TargetObject {
  readonly kind: string;
  readonly namespace: string | null;
  readonly name: string;
  readonly uid: string;
  /** For a node a digest of its spec and labels: its kubelet changes the resourceVersion every few minutes. */
  readonly version: string;
}

/** A field of an object: what it was, and what the action makes of it; null where it is absent. */
export interface FieldChange {
  readonly path: readonly string[];
  readonly before: unknown;
  readonly after: unknown;
}

/** One write to the API server. Each has a precondition, so that the server itself never takes it twice. */
export type Operation = {
  /** For people. */
  readonly text: string;
  /** The path of the object. */
  readonly path: string;
} & (
  | {
      readonly verb: 'patch';
      readonly uid: string;
      readonly resourceVersion: string;
      readonly fields: readonly FieldChange[];
    }
  | { readonly verb: 'create'; readonly collection: string; readonly object: object }
  | {
      readonly verb: 'evict';
      readonly uid: string;
      readonly resourceVersion: string;
      /** What makes the pod again; null where it cannot be made again. */
      readonly again: object | null;
    }
);

export interface ResponsePlan {
  /** Over the action, the objects with uid and resourceVersion, the writes, the warnings, and what the dry run answered. */
  readonly hash: string;
  readonly targets: readonly TargetObject[];
  readonly operations: readonly Operation[];
  /** The pods it is about. */
  readonly pods: readonly string[];
  /** What the approver should know. */
  readonly warnings: readonly string[];
  /** Why it cannot be undone; null where it can. */
  readonly irreversible: string | null;
}

/** `writing` and `undoing` are written before the request goes out. `left`: not undone, since others changed it. */
export type StepState = 'waiting' | 'writing' | 'done' | 'undoing' | 'undone' | 'left';

export interface ResponseFailure {
  readonly code: string;
  readonly message: string;
}

/** A response to a finding, from the plan to its end. */
export interface Response {
  readonly id: string;
  /** Grows by one with every change: the one who changes it names the version that they read. */
  readonly version: number;
  readonly state: ResponseState;
  readonly findingId: string;
  readonly action: ResponseAction;
  /** Of quarantine: by a label that is put on the finding's pods, or by the labels that their owner selects by. */
  readonly select: 'pods' | 'owner';
  readonly namespace: string;
  readonly workload: WorkloadRef | null;
  readonly requestedBy: Party;
  readonly reason: string;
  readonly plannedAt: TimeMs;
  /** Approvals and the start of the execution must come before. */
  readonly expiresAt: TimeMs;
  readonly plan: ResponsePlan;
  readonly approvals: readonly Approval[];
  /** As many as the plan's operations. */
  readonly steps: readonly StepState[];
  readonly executedAt: TimeMs | null;
  readonly verifiedAt: TimeMs | null;
  /** How long it is to stay in force, and when it is undone by itself. */
  readonly undoAfterMs: number;
  readonly undoAt: TimeMs | null;
  readonly undoneBy: Party | null;
  readonly endedAt: TimeMs | null;
  readonly failure: ResponseFailure | null;
  /** What was not undone, and why. */
  readonly notes: readonly string[];
  /** The process that works on it. It has it until `until`, and then another may take over. */
  readonly lease: { readonly holder: string; readonly until: TimeMs } | null;
}

/** States in which it occupies its workload: one at a time. */
export const RUNNING_STATES: readonly ResponseState[] = ['approved', 'executing', 'undoing'];

/** States of responses that are not over. */
export const OPEN_STATES: readonly ResponseState[] = [
  'planned',
  'approved',
  'executing',
  'verified',
  'undoing',
];

/** A piece of evidence that was captured before an action. */
export interface EvidenceItem {
  /** Such as `manifest Pod/web-0`, `log web-0/app`. */
  readonly name: string;
  readonly capturedAt: TimeMs;
  readonly text: string;
  /** Why there is no text, or not all of it; null otherwise. */
  readonly problem: string | null;
}

export interface ResponseQuery {
  readonly states: readonly ResponseState[] | null;
  /** Null: all of them. */
  readonly namespaces: readonly string[] | null;
  readonly findingId: string | null;
  readonly limit: number;
}

/** Where responses live. Any process may change one beside a running daemon; each change names the version it read. */
export interface ResponseStore {
  add(response: Response, audit: AuditEntry): Promise<void>;
  get(id: string): Promise<Response | null>;
  /** Newest first. */
  list(query: ResponseQuery): Promise<readonly Response[]>;
  /**
   * Replaces the version before `next`, and records why in the same transaction. `lost`: another process changed
   * it first. `busy`: another response is running for the workload.
   */
  change(next: Response, audit: AuditEntry | null): Promise<'done' | 'lost' | 'busy'>;
  keepEvidence(id: string, items: readonly EvidenceItem[]): Promise<void>;
  evidence(id: string): Promise<readonly EvidenceItem[]>;
  close(): Promise<void>;
}
