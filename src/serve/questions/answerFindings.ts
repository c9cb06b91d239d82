import { readControlPlane, type ControlPlaneReport } from '../../detect/controlPlane/report.ts';
import type { SignalPage, SignalQuery } from '../../store/signals.ts';
import type { FindingPage, FindingQuery, PageOf } from '../../store/findingLog.ts';
import type { WorkloadRef } from '../../model/workload.ts';
import { mostSevereFirst } from '../../detect/findings/severity.ts';
import type { Finding, Severity, FindingKind } from '../../model/finding.ts';
import { titleOf } from '../../model/text/format.ts';
import { isVisible, isWorkload, type AnswerContext, type Whose } from './answerContext.ts';
import { ownValue } from '../../model/ownValue.ts';

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

/** One page of findings, filtered and sorted here: thousands of them never leave the thread. */
export async function answerFindings(
  ask: FindingsAsk,
  context: AnswerContext,
): Promise<FindingsPage> {
  const all = await findingsOf(ask.state === 'all' ? 'all' : 'open', ask.namespaces, context);
  const chosen = all.filter((finding) => fits(finding, ask)).toSorted(ORDERS[ask.order]);
  return {
    findings: chosen.slice(ask.offset, ask.offset + ask.limit),
    total: chosen.length,
    counts: countFindings(all),
    namespaces: [...new Set(all.flatMap(({ scope }) => scope.namespace ?? []))].sort(),
  };
}

export interface FindingPageAsk {
  readonly query: FindingQuery;
  readonly page: PageOf;
}

/** One page of findings as they were recorded, newest first. */
export function answerFindingPage(
  { query, page }: FindingPageAsk,
  { reader }: AnswerContext,
): Promise<FindingPage> {
  return reader.findingPage(query, page);
}

/** Findings of these namespaces, read once for every write. */
export async function findingsOf(
  state: 'open' | 'all',
  namespaces: readonly string[] | null,
  { reader, perWrite }: AnswerContext,
): Promise<readonly Finding[]> {
  const all = await perWrite(`findings ${state}`, () =>
    reader.findings({ state, kind: null, since: null, namespaces: null }),
  );
  if (namespaces === null) return all;
  const isOwn = isVisible({ namespaces });
  return all.filter(({ scope }) => isOwn(scope.namespace));
}

/** How many are neither resolved nor accepted, by what; `acknowledged` is how many of these are. */
function countFindings(findings: readonly Finding[]): FindingCounts {
  const bySeverity = { critical: 0, warning: 0, info: 0 };
  const byNamespace: Record<string, number> = {};
  let acknowledged = 0;
  for (const { state, severity, scope } of findings) {
    if (state === 'resolved' || state === 'accepted') continue;
    if (state === 'acknowledged') acknowledged += 1;
    bySeverity[severity] += 1;
    if (scope.namespace !== null)
      byNamespace[scope.namespace] = (ownValue(byNamespace, scope.namespace) ?? 0) + 1;
  }
  const open = bySeverity.critical + bySeverity.warning + bySeverity.info;
  return { bySeverity, byNamespace, open, acknowledged };
}

const lasts = ({ state }: Finding): boolean => state === 'open' || state === 'acknowledged';

const byNewest = (a: Finding, b: Finding): number =>
  b.firstSeen - a.firstSeen || (a.id < b.id ? -1 : 1);

const ORDERS: Readonly<Record<FindingOrder, (a: Finding, b: Finding) => number>> = {
  // An acknowledged finding still lasts: it keeps the place of its severity, behind those to acknowledge.
  severity: (a, b) =>
    Number(lasts(b)) - Number(lasts(a)) ||
    mostSevereFirst(a, b) ||
    Number(b.state === 'open') - Number(a.state === 'open') ||
    byNewest(a, b),
  newest: byNewest,
  cost: (a, b) => (b.costPerMonth ?? -1) - (a.costPerMonth ?? -1) || byNewest(a, b),
  namespace: (a, b) => {
    const [first, second] = [a.scope.namespace ?? '', b.scope.namespace ?? ''];
    return first === second ? byNewest(a, b) : first < second ? -1 : 1;
  },
};

function fits(finding: Finding, ask: FindingsAsk): boolean {
  const { scope, kind, severity, state } = finding;
  return (
    (ask.kind === null || kind === ask.kind) &&
    (ask.severity === null || severity === ask.severity) &&
    (ask.namespace === null || scope.namespace === ask.namespace) &&
    isWorkload(scope.workload, ask.workload) &&
    (ask.state !== 'unacknowledged' || state === 'open') &&
    matches(finding, ask.search)
  );
}

function matches(finding: Finding, search: string): boolean {
  if (search === '') return true;
  const { id, kind, rule, scope, owner, summary, pods } = finding;
  const text = [
    id,
    titleOf(finding),
    kind,
    rule,
    scope.namespace,
    scope.workload?.kind,
    scope.workload?.name,
    scope.container,
    scope.subject,
    owner,
    summary,
    ...pods,
  ]
    .join(' ')
    .toLowerCase();
  return search
    .toLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word));
}

/** One page of other tools' events, newest first. */
export function answerSignals(ask: SignalQuery, { reader }: AnswerContext): Promise<SignalPage> {
  return reader.signals(ask);
}

/** The control plane as of the last window, with its open findings. */
export function answerControlPlane(
  _ask: object,
  { reader, perWrite }: AnswerContext,
): Promise<ControlPlaneReport> {
  return perWrite('control-plane', () => readControlPlane(reader));
}
