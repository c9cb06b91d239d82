import type { Finding } from '../../model/finding.ts';
import type { TimeMs } from '../../model/time.ts';
import { compileMatcher, type Matcher } from './matcher.ts';
import { ownValue } from '../../model/ownValue.ts';

type Labels = Readonly<Record<string, string>>;

/** Findings that match are not sent from `startsAt` until `endsAt`. Wall clock. */
export interface Silence {
  readonly id: string;
  /** All must match. */
  readonly matchers: readonly Matcher[];
  readonly startsAt: TimeMs;
  readonly endsAt: TimeMs;
  readonly createdAt: TimeMs;
  readonly author: string;
  readonly reason: string;
}

/** The labels of a finding that matchers, routes and Alertmanager see. */
export function findingLabels(finding: Finding): Readonly<Record<string, string>> {
  const { scope } = finding;
  const labels: Record<string, string> = {
    id: finding.id,
    fingerprint: finding.fingerprint,
    kind: finding.kind,
    rule: finding.rule,
    severity: finding.severity,
    cluster: finding.cluster,
  };
  if (scope.namespace !== null) labels['namespace'] = scope.namespace;
  if (scope.workload !== null) {
    labels['workload'] = scope.workload.name;
    labels['workload_kind'] = scope.workload.kind;
  }
  if (scope.container !== null) labels['container'] = scope.container;
  if (scope.subject !== null) labels['subject'] = scope.subject;
  if (finding.owner !== null) labels['owner'] = finding.owner;
  return { ...labels, ...metadataLabels(finding.labels ?? {}) };
}

/** `{ tier, annotation:team }` as matchers and routes name them: `label:tier`, `annotation:team`. */
export function metadataLabels(labels: Labels): Labels {
  return Object.fromEntries(
    Object.entries(labels).map(([name, value]) => [
      name.startsWith('annotation:') ? name : `label:${name}`,
      value,
    ]),
  );
}

type LabelTest = (labels: Labels) => boolean;

/** A silence is asked about every finding of a window: its expressions are compiled once for all of them. */
const TESTS = new WeakMap<readonly Matcher[], LabelTest>();

/** True when every matcher fits. An empty list fits nothing: it would silence everything by mistake. */
export function matchesAll(matchers: readonly Matcher[], labels: Labels): boolean {
  let test = TESTS.get(matchers);
  if (test === undefined) {
    test = compileAll(matchers);
    TESTS.set(matchers, test);
  }
  return test(labels);
}

/**
 * Regular expressions come last and are compiled when they are first asked: those of a namespace's silence cost
 * nothing where other namespaces are looked at.
 */
function compileAll(matchers: readonly Matcher[]): LabelTest {
  const exactFirst = matchers.toSorted((a, b) => Number(isExact(b)) - Number(isExact(a)));
  const tests = exactFirst.map((matcher): LabelTest => {
    let fits: ReturnType<typeof compileMatcher> | undefined;
    return (labels) => {
      fits ??= compileMatcher(matcher);
      return fits(ownValue(labels, matcher.label) ?? '');
    };
  });
  return (labels) => tests.length > 0 && tests.every((test) => test(labels));
}

function isExact({ operator }: Matcher): boolean {
  return operator === '=' || operator === '!=';
}

/** The silence that is in force for a finding at `now`, or null. */
export function silencedBy(
  finding: Finding,
  silences: readonly Silence[],
  now: TimeMs,
): Silence | null {
  const labels = findingLabels(finding);
  // What began when it was made is in force, by whichever clock it was made.
  const inForce = silences.filter(
    ({ startsAt, createdAt, endsAt }) => (startsAt <= now || startsAt <= createdAt) && now < endsAt,
  );
  return inForce.find((silence) => matchesAll(silence.matchers, labels)) ?? null;
}

/** Where silences live. Any process may write one beside a running daemon; the next plan applies it. */
export interface SilenceStore {
  /** Silences that end after `after`, oldest first; those to come included. */
  list(after: TimeMs): Promise<readonly Silence[]>;
  add(silence: Silence): Promise<void>;
  /** Ends a silence now; false when none of that id is in force or to come. */
  expire(id: string, now: TimeMs): Promise<boolean>;
  close(): Promise<void>;
}
