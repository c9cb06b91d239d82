import { findingId, fingerprint } from '../../../src/detect/findings/lifecycle.ts';
import type { Evidence, Finding, FindingEvent, Scope } from '../../../src/model/finding.ts';
import { HOUR_MS } from '../../../src/model/time.ts';

/** A round moment for tests: 2026-11-24 06:00 UTC, a Tuesday. */
export const TEST_NOW = Date.UTC(2026, 10, 24, 6);

const EVIDENCE: readonly Evidence[] = [
  {
    signal: 'sustained-use',
    family: 'level',
    value: 0.99,
    threshold: 0.6,
    unit: 'share of limit',
    weight: 25,
    text: 'It used 99 % of its CPU limit for 3 hours',
  },
  {
    signal: 'no-work',
    family: 'work',
    value: 14,
    threshold: 2_000,
    unit: 'bytes per core-second',
    weight: 30,
    text: 'It moved 14 bytes per core-second, its own normal is 48,000',
  },
  {
    signal: 'flat',
    family: 'shape',
    value: 0.01,
    threshold: 0.15,
    unit: 'coefficient of variation',
    weight: 15,
    text: 'The load does not vary (1 %), day or night',
  },
  {
    signal: 'replicas',
    family: 'spread',
    value: 3,
    threshold: 2,
    unit: 'nodes',
    weight: 10,
    text: 'The same image runs on 3 nodes, in shop and in default',
  },
];

/** A finding for tests: critical cryptojacking in shop/Deployment/checkout unless told otherwise. */
export function aFinding(more: Partial<Finding> & { readonly name?: string } = {}): Finding {
  const { name = 'checkout', ...rest } = more;
  const kind = rest.kind ?? 'cryptojacking';
  const rule = rest.rule ?? kind;
  const scope: Scope = rest.scope ?? {
    namespace: 'shop',
    workload: { kind: 'Deployment', name },
    container: 'app',
    subject: null,
  };
  const firstSeen = rest.firstSeen ?? TEST_NOW - 2 * HOUR_MS;
  const print = fingerprint('prod-eu', kind, rule, scope);
  return {
    id: findingId(print, firstSeen),
    fingerprint: print,
    kind,
    rule,
    severity: 'critical',
    state: 'open',
    score: 92,
    cluster: 'prod-eu',
    scope,
    pods: [`${name}-6f7d9c4b5-abcde`, `${name}-6f7d9c4b5-fghij`],
    owner: null,
    startedAt: firstSeen - HOUR_MS,
    firstSeen,
    lastSeen: TEST_NOW,
    resolvedAt: null,
    summary: 'Burns 3.9 cores around the clock without doing any work that is seen',
    evidence: EVIDENCE,
    next: [
      {
        command: `kubectl -n shop delete deployment ${name}`,
        effect: 'destroy',
        why: 'Stop it, once evidence is kept',
      },
      {
        command: `kubectl -n shop get pods -l app=${name} -o wide`,
        effect: 'read',
        why: 'Look at what runs where',
      },
      {
        command: 'kubectl cordon ip-10-0-1-17',
        effect: 'contain',
        why: 'Keep new pods off the node',
      },
    ],
    costSoFarNano: 12_340_000_000,
    costPerMonth: 412.5,
    decision: null,
    ...rest,
  };
}

/** An event about a finding. */
export function anEvent(
  finding: Finding,
  type: FindingEvent['type'] = 'opened',
  reason = finding.summary,
): FindingEvent {
  return { type, at: finding.lastSeen, finding, reason };
}
