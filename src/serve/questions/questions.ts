import type { BudgetStatus } from '../../cost/budgets/readBudgets.ts';
import type { CostReport } from '../../cost/report/costReport.ts';
import type { Savings } from '../../cost/savings/estimateSavings.ts';
import type { WindowCoverage } from '../../store/usage.ts';
import type { Finding, FindingKind, Severity } from '../../model/finding.ts';
import type { TimeMs, Window } from '../../model/time.ts';
import type { WorkloadRef } from '../../model/workload.ts';
import type { NamespacePosture } from '../../detect/posture/evaluate.ts';
import type { ContainerAdvice } from '../../detect/rightsize/advice/adviceForm.ts';
import type { WorkloadPatch } from '../../detect/rightsize/advice/patch.ts';

/**
 * What pages ask that takes more than a moment: it is answered beside the event loop (`QuestionThread`), so
 * that a large history never holds up the door. Everything in and out is plain data.
 */
export interface Questions {
  overview(ask: Whose): Promise<Overview>;
  findings(ask: FindingsAsk): Promise<FindingsPage>;
  costs(ask: CostsAsk): Promise<CostsView>;
  spend(ask: SpendAsk): Promise<SpendSteps>;
  advice(ask: AdviceAsk): Promise<AdvicePage>;
  posture(ask: PostureAsk): Promise<PostureView>;
}

/** Whose eyes it is for: only these namespaces, or null for all. */
export interface Whose {
  readonly namespaces: readonly string[] | null;
}

/** Spend by UTC day, the last one so far; money in the configured currency. */
export interface SpendDays {
  readonly starts: readonly TimeMs[];
  readonly lines: readonly { readonly name: string; readonly values: readonly number[] }[];
}

export interface Overview {
  readonly watermark: TimeMs | null;
  readonly historyStart: TimeMs | null;
  readonly windowMs: number;
  /** Spent this month, and the month's forecast with its interval; null without history. */
  readonly month: BudgetStatus | null;
  readonly budgets: readonly BudgetStatus[];
  /** Up to 30 days by namespace, the dearest first, idle last; `null` idle where it is not for these eyes. */
  readonly days: SpendDays;
  readonly idleDays: readonly number[] | null;
  /** The last seven days by namespace; null without history. */
  readonly week: CostReport | null;
  /** Change of the last seven whole days against the seven before, as a share; by namespace. */
  readonly trends: Readonly<Record<string, number>>;
  /** What recommendations would free a month, in requests; null without history. */
  readonly savings: { readonly perMonth: number; readonly containers: number } | null;
  /** Coverage of the last day's windows. */
  readonly windows: readonly WindowCoverage[];
}

export interface FindingCounts {
  readonly bySeverity: Readonly<Record<Severity, number>>;
  readonly byNamespace: Readonly<Record<string, number>>;
  readonly open: number;
  readonly acknowledged: number;
}

export type FindingOrder = 'severity' | 'newest' | 'cost' | 'namespace';

export interface FindingsAsk extends Whose {
  readonly state: 'open' | 'unacknowledged' | 'all';
  readonly kind: FindingKind | null;
  readonly severity: Severity | null;
  readonly namespace: string | null;
  readonly workload: WorkloadRef | null;
  /** Words that must all be in the finding's names or summary. */
  readonly search: string;
  readonly order: FindingOrder;
  readonly offset: number;
  readonly limit: number;
}

export interface FindingsPage {
  readonly findings: readonly Finding[];
  readonly total: number;
  /** Without the filters: how many are open, by what. */
  readonly counts: FindingCounts;
  /** Without the filters: what there is to filter. */
  readonly namespaces: readonly string[];
}

export interface CostsAsk extends Whose {
  readonly namespace: string;
  /** One workload of it, or null for all. */
  readonly workload: WorkloadRef | null;
}

/** What a namespace, or one workload of it, costs. */
export interface CostsView {
  readonly watermark: TimeMs | null;
  readonly span: Window | null;
  /** The last seven days, by workload or by container. */
  readonly week: CostReport | null;
  readonly days: SpendDays;
  readonly month: BudgetStatus | null;
  readonly budget: BudgetStatus | null;
}

/** Whoever asks must have been let to see the namespace before. */
export interface SpendAsk {
  readonly namespace: string;
  readonly from: TimeMs;
  readonly to: TimeMs;
}

/** Spend by steps of one length, only whole ones. */
export interface SpendSteps extends SpendDays {
  readonly stepMs: number;
}

export interface AdviceAsk extends Whose {
  readonly namespace: string | null;
  readonly workload: WorkloadRef | null;
  /** Also what fits, and what has too little data. */
  readonly all: boolean;
  readonly offset: number;
  readonly limit: number;
}

export interface AdvicePage {
  readonly advices: readonly ContainerAdvice[];
  readonly patches: readonly WorkloadPatch[];
  readonly total: number;
  readonly savings: Savings | null;
  /** Σ of the savings of all that is chosen, pages not shown included. */
  readonly savingPerMonth: number;
  /** Containers left out because an open abuse finding is about their workload. */
  readonly suspects: number;
  /** False where autoscalers, manifests' owners and specifications could not be asked. */
  readonly isWhole: boolean;
}

export interface PostureAsk extends Whose {
  readonly namespace: string | null;
}

export interface PostureView {
  /** Without single results unless one namespace was asked for. */
  readonly namespaces: readonly NamespacePostureData[];
  /** Null: no source answered; posture is unknown. */
  readonly asOf: TimeMs | null;
}

/** A namespace's posture as plain data: checks without their functions. */
export interface NamespacePostureData extends Omit<NamespacePosture, 'checks'> {
  readonly checks: readonly CheckData[];
}

export interface CheckData {
  readonly id: string;
  readonly title: string;
  readonly group: string;
  readonly severity: string;
  readonly names: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly passed: number;
  readonly failed: number;
  readonly notEvaluated: number;
  readonly results: readonly {
    readonly outcome: string;
    readonly workload: WorkloadRef | null;
    readonly container: string | null;
    readonly text: string;
  }[];
}
