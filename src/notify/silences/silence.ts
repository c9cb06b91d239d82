import type { Finding } from '../../model/finding.ts';
import type { TimeMs } from '../../model/time.ts';
import { compileMatcher, type Matcher } from './matcher.ts';
import { ownValue } from '../../model/ownValue.ts';

/** Nobody is told of what matches, from `startsAt` until `endsAt`. Wall clock. */
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
  for (const [name, value] of Object.entries(finding.labels ?? {})) labels[`label:${name}`] = value;
  return labels;
}

/**
 * True when every matcher fits. An empty list fits nothing: it would silence everything by mistake. Regular
 * expressions come last: those of a namespace's silence cost nothing where other namespaces are looked at.
 */
export function matchesAll(
  matchers: readonly Matcher[],
  labels: Readonly<Record<string, string>>,
): boolean {
  const fits = (matcher: Matcher) => compileMatcher(matcher)(ownValue(labels, matcher.label) ?? '');
  return (
    matchers.length > 0 &&
    matchers.filter(isExact).every(fits) &&
    matchers.filter((matcher) => !isExact(matcher)).every(fits)
  );
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
  const inForce = silences.filter((silence) => silence.startsAt <= now && now < silence.endsAt);
  return inForce.find((silence) => matchesAll(silence.matchers, labels)) ?? null;
}
