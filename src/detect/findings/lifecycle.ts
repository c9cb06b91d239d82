import { SEVERITY_RANK } from './severity.ts';
import type {
  Finding,
  FindingEvent,
  FindingKind,
  OperatorAction,
  Scope,
  Verdict,
} from '../../model/finding.ts';
import type { Nano } from '../../model/money.ts';
import { HOUR_MS, MINUTE_MS, type TimeMs, type Window } from '../../model/time.ts';
import { createHash } from 'node:crypto';

/** A workload that no window has shown for this long is gone, if the sources were healthy. */
const GONE_AFTER_MS = 30 * MINUTE_MS;
/** That a workload is there is written down so often while no verdict speaks of it. */
const PRESENT_EVERY_MS = 10 * MINUTE_MS;
/** A finding that fires again this soon after it was resolved is the same one, reopened. */
const REOPEN_WITHIN_MS = 24 * HOUR_MS;

export interface LifecycleInput {
  readonly cluster: string;
  readonly window: Window;
  readonly findings: ReadonlyMap<string, Finding>;
  readonly verdicts: readonly Verdict[];
  readonly actions: readonly OperatorAction[];
  /** False when absence proves nothing: the window is incomplete or its population collapsed. */
  readonly absenceProves: boolean;
  /** True when the finding's workload had a pod in this window. */
  isPresent(finding: Finding): boolean;
  /** What the scope cost in this window; null where money means nothing. */
  costOf(about: Pick<Finding, 'kind' | 'scope' | 'costPerMonth'>): Nano | null;
  /** Who owns a scope; null where nobody is known to. */
  ownerOf(verdict: Verdict): string | null;
  /** Labels of a scope that owners are routed by; absent where none are. */
  readonly labelsOf?: (verdict: Verdict) => Readonly<Record<string, string>>;
}

export interface LifecycleResult {
  /** Findings by fingerprint that this window changed; null: resolved so long ago that it is let go. */
  readonly changed: ReadonlyMap<string, Finding | null>;
  readonly events: readonly FindingEvent[];
}

/**
 * Turns what the detectors say into findings and events. Pure: the same verdicts always give the same
 * events. Unknown never resolves: only `clear`, or a workload that is gone from healthy sources, does.
 */
export function advanceFindings(input: LifecycleInput): LifecycleResult {
  const changed = new Map<string, Finding | null>();
  const events: FindingEvent[] = [];
  const current = (print: string): Finding | undefined =>
    changed.get(print) ?? input.findings.get(print);
  const put: Put = (finding, type, reason) => {
    changed.set(finding.fingerprint, finding);
    if (type !== null) events.push({ type, at: input.window.end, finding, reason });
  };

  for (const action of input.actions) {
    const finding = [...input.findings.values()].find(({ id }) => id === action.findingId);
    if (finding !== undefined) applyAction(current(finding.fingerprint) ?? finding, action, put);
  }
  const judged = new Set<string>();
  for (const verdict of input.verdicts) {
    const print = fingerprint(input.cluster, verdict.kind, verdict.rule, verdict.scope);
    if (judged.has(print)) continue;
    judged.add(print);
    const known = current(print);
    if (verdict.status === 'firing') fire(input, verdict, print, known, put);
    else if (verdict.status === 'clear' && known !== undefined && known.state !== 'resolved')
      put(resolved(known, input.window.end), 'closed', verdict.summary);
  }
  for (const print of input.findings.keys()) {
    const finding = current(print);
    if (finding === undefined) continue;
    if (isForgotten(finding, input.window.end)) changed.set(print, null);
    else review(finding, input.window.end, put);
    if (!judged.has(print)) carryUnjudged(input, current(print) ?? finding, put);
  }
  return { changed, events };
}

/** Puts a finding; `type` null updates it without telling anybody. */
type Put = (finding: Finding, type: FindingEvent['type'] | null, reason: string) => void;

/** Opens a finding, or carries an open one on: `worse` and `better` are changes of severity. */
function fire(
  input: LifecycleInput,
  verdict: Verdict,
  print: string,
  known: Finding | undefined,
  put: Put,
): void {
  const now = input.window.end;
  const cost = input.costOf(verdict);
  const labels = input.labelsOf?.(verdict) ?? {};
  const fresh = {
    ...(Object.keys(labels).length > 0 && { labels }),
    severity: verdict.severity,
    ...(verdict.cause !== undefined && { cause: verdict.cause }),
    ...(verdict.image !== undefined && { image: verdict.image }),
    score: verdict.score,
    pods: verdict.pods,
    owner: input.ownerOf(verdict),
    lastSeen: now,
    resolvedAt: null,
    summary: verdict.summary,
    evidence: verdict.evidence,
    next: verdict.next,
    costPerMonth: verdict.costPerMonth,
  };
  if (known === undefined || isForgotten(known, now)) {
    const opened: Finding = {
      ...fresh,
      id: findingId(print, now),
      fingerprint: print,
      kind: verdict.kind,
      rule: verdict.rule,
      state: 'open',
      cluster: input.cluster,
      scope: verdict.scope,
      startedAt: verdict.startedAt,
      firstSeen: now,
      costSoFarNano: add(verdict.costBeforeNano, cost),
      decision: null,
    };
    return put(opened, 'opened', verdict.summary);
  }
  const carried: Finding = {
    ...known,
    ...fresh,
    // The onset found earlier may be older than what the detector still sees.
    startedAt: Math.min(known.startedAt, verdict.startedAt),
    costSoFarNano: add(known.costSoFarNano, cost),
  };
  if (known.state === 'resolved') {
    const reopened: Finding = { ...carried, state: 'open', decision: null };
    return put(reopened, 'reopened', `It is back: ${verdict.summary}`);
  }
  const change = SEVERITY_RANK[verdict.severity] - SEVERITY_RANK[known.severity];
  if (change === 0) return put(carried, null, '');
  put(carried, change > 0 ? 'worse' : 'better', `Now ${verdict.severity}: ${verdict.summary}`);
}

/** An acceptance ends on its review date, whatever else happens. */
function review(finding: Finding, now: TimeMs, put: Put): void {
  const until = finding.decision?.until ?? null;
  if (finding.state !== 'accepted' || until === null || now < until) return;
  put({ ...finding, state: 'open', decision: null }, 'reopened', 'Its review is due');
}

/**
 * A finding of which no verdict spoke stays open and goes on costing, unless its workload is provably
 * gone: no detector looks at every scope in every window, and unknown never resolves.
 */
function carryUnjudged(input: LifecycleInput, finding: Finding, put: Put): void {
  const now = input.window.end;
  if (finding.state === 'resolved') return;
  const isOfWorkload = finding.scope.workload !== null;
  const isPresent = isOfWorkload && input.isPresent(finding);
  // Not since the last verdict: what is judged once a day may well pause for a window.
  const unseenFor = now - Math.max(finding.lastSeen, finding.lastPresent ?? 0);
  if (isOfWorkload && !isPresent && input.absenceProves && unseenFor >= GONE_AFTER_MS)
    return put(resolved(finding, now), 'closed', 'The workload is gone');
  const isNoted = isPresent && unseenFor >= PRESENT_EVERY_MS;
  const cost = input.costOf(finding);
  if (!isNoted && (cost === null || cost === 0)) return;
  const costSoFarNano = add(finding.costSoFarNano, cost);
  put({ ...finding, costSoFarNano, ...(isNoted && { lastPresent: now }) }, null, '');
}

function applyAction(finding: Finding, action: OperatorAction, put: Put): void {
  if (finding.state === 'resolved') return;
  const { decision } = action;
  const reason = `${decision.by}: ${decision.reason ?? 'no reason given'}`;
  switch (action.action) {
    case 'acknowledge':
      return put({ ...finding, state: 'acknowledged', decision }, 'acknowledged', reason);
    case 'accept':
    case 'not-abuse':
      return put({ ...finding, state: 'accepted', decision }, 'accepted', reason);
    case 'reopen':
      return put({ ...finding, state: 'open', decision: null }, 'reopened', reason);
  }
}

/** Resolved findings are kept in the state only as long as they may reopen; the history keeps them for good. */
function isForgotten(finding: Finding, now: TimeMs): boolean {
  return finding.resolvedAt !== null && now - finding.resolvedAt > REOPEN_WITHIN_MS;
}

function resolved(finding: Finding, at: TimeMs): Finding {
  return { ...finding, state: 'resolved', resolvedAt: at };
}

function add(a: Nano | null, b: Nano | null): Nano | null {
  return a === null && b === null ? null : (a ?? 0) + (b ?? 0);
}

/**
 * The stable identity of "this rule about this thing": 16 hexadecimal digits of a SHA-256 over
 * cluster, kind, rule, scope and container. It survives rollouts, restarts and re-runs.
 */
export function fingerprint(
  cluster: string,
  kind: FindingKind,
  rule: string,
  scope: Scope,
): string {
  const { namespace, workload, container, subject } = scope;
  // JSON keeps the parts apart whatever characters they hold.
  const parts = [
    cluster,
    kind,
    rule,
    namespace,
    workload?.kind,
    workload?.name,
    container,
    subject,
  ];
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 16);
}

/** The identity of one occurrence: the fingerprint and when it was first seen, short enough to type. */
export function findingId(print: string, firstSeen: TimeMs): string {
  return `${print.slice(0, 8)}-${Math.floor(firstSeen / 1000).toString(36)}`;
}
