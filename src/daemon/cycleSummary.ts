import { idleOf, nodeNano, sumNano } from '../model/costParts.ts';
import type { CollectError, SourceWork } from '../collect/collector.ts';
import type { CycleReport } from '../cycle/catchUp.ts';
import type { FindingKind, Severity } from '../model/finding.ts';
import type { Nano } from '../model/money.ts';
import type { DataProblem } from '../model/snapshot.ts';
import type { TimeMs, Window } from '../model/time.ts';
import { namespaceCosts, type NamespaceCost } from '../cost/namespaceCosts.ts';

/** What a cycle came to, small enough to be sent from the worker thread and logged. */
export interface CycleSummary {
  readonly sealed: number;
  readonly corrected: number;
  readonly lost: number;
  readonly watermark: TimeMs | null;
  readonly events: readonly EventSummary[];
  readonly open: readonly OpenCount[];
  /** The namespaces with most of them first, bounded in number. */
  readonly openIn: readonly NamespaceFindings[];
  readonly last: LastWindow | null;
  /** What the source was asked for, here and since the last cycle. */
  readonly work: SourceWork;
  /** Why the source could not be asked; null when it could. */
  readonly outage: {
    readonly code: CollectError['code'];
    readonly message: string;
    readonly retryable: boolean;
  } | null;
  /** Detectors that threw, with the first error of each. */
  readonly failures: readonly FailureSummary[];
}

export interface FailureSummary {
  readonly detector: string;
  /** Windows in which it did. */
  readonly windows: number;
  readonly stack: string;
}

export interface EventSummary {
  readonly type: string;
  readonly id: string;
  readonly kind: FindingKind;
  readonly severity: Severity;
  readonly summary: string;
  readonly reason: string;
}

/** Findings that are not resolved, counted. */
export interface OpenCount {
  readonly kind: FindingKind;
  readonly severity: Severity;
  readonly count: number;
}

/** Findings of a namespace that are not resolved. */
export interface NamespaceFindings {
  readonly namespace: string;
  readonly bySeverity: Readonly<Partial<Record<Severity, number>>>;
  /** What removing its waste would save, in the configured currency a month. */
  readonly savingsPerMonth: number;
}

export interface LastWindow {
  readonly window: Window;
  readonly nodes: number;
  readonly pods: number;
  readonly containers: number;
  readonly coverage: number;
  readonly complete: boolean;
  readonly problems: readonly DataProblem[];
  /** Null where it is unknown. */
  readonly newestSample: TimeMs | null;
  readonly costNano: Nano;
  readonly idleNano: Nano;
  /** The dearest first, bounded in number. */
  readonly namespaces: readonly NamespaceCost[];
}

/** Boils a cycle's report down. */
export function summarize(report: CycleReport, work: SourceWork): CycleSummary {
  const { sealed, corrected, lost, watermark, error } = report;
  return {
    sealed,
    corrected,
    lost,
    watermark,
    work,
    events: report.events.map(({ type, reason, finding }) => ({
      type,
      id: finding.id,
      kind: finding.kind,
      severity: finding.severity,
      summary: finding.summary,
      reason,
    })),
    open: countOpen(report),
    openIn: openByNamespace(report),
    last: report.last === null ? null : lastWindow(report.last),
    outage:
      error === null
        ? null
        : { code: error.code, message: error.message, retryable: error.retryable },
    failures: failuresOf(report),
  };
}

function failuresOf({ failures }: CycleReport): readonly FailureSummary[] {
  const groups = Map.groupBy(failures, ({ detector }) => detector);
  return [...groups].map(([detector, group]) => {
    const error = group[0]?.error;
    const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
    return { detector, windows: group.length, stack };
  });
}

function countOpen({ openFindings }: CycleReport): readonly OpenCount[] {
  const groups = Map.groupBy(openFindings, ({ kind, severity }) => `${kind} ${severity}`);
  return [...groups.values()].flatMap((group) => {
    const [first] = group;
    if (first === undefined) return [];
    return [{ kind: first.kind, severity: first.severity, count: group.length }];
  });
}

/** Prometheus pays for every label value. */
const MAX_NAMESPACES = 200;
const WASTE: readonly FindingKind[] = ['overprovisioned', 'abandoned'];

function openByNamespace({ openFindings }: CycleReport): readonly NamespaceFindings[] {
  const groups = Map.groupBy(openFindings, ({ scope }) => scope.namespace ?? '');
  groups.delete('');
  return [...groups]
    .toSorted(([, a], [, b]) => b.length - a.length)
    .slice(0, MAX_NAMESPACES)
    .map(([namespace, findings]) => ({
      namespace,
      bySeverity: Object.fromEntries(
        [...Map.groupBy(findings, ({ severity }) => severity)].map(([severity, of]) => [
          severity,
          of.length,
        ]),
      ),
      savingsPerMonth: findings
        .filter(({ kind }) => WASTE.includes(kind))
        .reduce((sum, { costPerMonth }) => sum + (costPerMonth ?? 0), 0),
    }));
}

function lastWindow({ snapshot, costs, costNano }: NonNullable<CycleReport['last']>): LastWindow {
  return {
    window: snapshot.window,
    nodes: snapshot.nodes.length,
    pods: snapshot.pods.length,
    containers: snapshot.pods.reduce((sum, pod) => sum + pod.containers.length, 0),
    coverage: snapshot.coverage,
    complete: snapshot.complete,
    problems: snapshot.problems,
    newestSample: snapshot.newestSample ?? null,
    costNano,
    idleNano: sumNano(costs.nodes, (node) => nodeNano(idleOf(node))),
    namespaces: namespaceCosts(costs),
  };
}
