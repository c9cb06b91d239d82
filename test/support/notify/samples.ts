import type { UsagePoint } from '../../../src/store/usage.ts';
import type { Evidence, Finding, NextStep } from '../../../src/model/finding.ts';
import { HOUR_MS, MINUTE_MS } from '../../../src/model/time.ts';
import { aFinding, TEST_NOW } from './findings.ts';

/** Findings in the words of the detectors, one of each kind, for pictures of messages and long texts. */

function evidence(
  signal: string,
  family: Evidence['family'],
  weight: number,
  text: string,
): Evidence {
  const unit = weight === 0 ? 'context' : 'share';
  return { signal, family, value: null, threshold: null, unit, weight, text };
}

function step(effect: NextStep['effect'], command: string, why: string): NextStep {
  return { effect, command, why };
}

const POD = 'checkout-6f7d9c4b5-x8k2p';

export const MINER: Finding = aFinding({
  startedAt: TEST_NOW - 3 * HOUR_MS - 5 * MINUTE_MS,
  firstSeen: TEST_NOW - 2 * HOUR_MS - 50 * MINUTE_MS,
  rule: 'miner-like-use',
  score: 95,
  owner: 'team-shop',
  pods: [POD, 'checkout-6f7d9c4b5-q4nzd', 'checkout-6f7d9c4b5-lw7rt'],
  summary:
    'Looks like mining: 5.85 cores on 1 pod, matches a known miner, far above its normal, almost no network or disk I/O',
  evidence: [
    evidence(
      'signature',
      'spec',
      40,
      'Matches the argument --donate-level, a pool address (stratum)',
    ),
    evidence(
      'novel-use',
      'novelty',
      20,
      'Uses 5.85 cores; normal of this hour is 0.41, novel from 0.93',
    ),
    evidence(
      'cpu-without-work',
      'work',
      25,
      'The added CPU comes with 14 B/s of network and disk a core, 0 % of what its CPU ordinarily comes with',
    ),
    evidence('flatness', 'shape', 15, 'Its use varies by 0.6 % between windows'),
    evidence(
      'image-changed',
      'data',
      0,
      'Its image changed at 2026-11-24T02:50:00Z, around the onset: a release, or somebody else’s',
    ),
    evidence('node', 'data', 0, 'It runs on node ip-10-0-19-179.ec2.internal'),
    evidence('same-image', 'data', 0, 'The same image also runs in ci/Deployment/cache-sync'),
  ],
  next: [
    step(
      'read',
      `kubectl -n shop exec ${POD} -c app -- sh -c 'ps aux; cat /proc/net/tcp'`,
      'Shows which process uses the CPU and its connections',
    ),
    step(
      'read',
      `kubectl -n shop get pod ${POD} -o yaml`,
      'keep image, command, owner and node as they are now: evidence',
    ),
    step(
      'read',
      `kubectl -n shop logs ${POD} -c app --timestamps`,
      'keep what it printed before anything is stopped',
    ),
    step(
      'contain',
      `echo '{"apiVersion":"networking.k8s.io/v1","kind":"NetworkPolicy","metadata":{"name":"burnwatch-quarantine"},"spec":{"podSelector":{"matchLabels":{"burnwatch.io/quarantine":"true"}},"policyTypes":["Egress"]}}' | kubectl -n shop apply -f -`,
      'denies all egress to pods with the label of the next command, where the cluster’s network enforces policies',
    ),
    step(
      'contain',
      `kubectl -n shop label --overwrite pod ${POD} burnwatch.io/quarantine=true`,
      'puts its pods behind that policy: a miner without its pool stops',
    ),
    step(
      'contain',
      'kubectl cordon ip-10-0-19-179.ec2.internal',
      'keeps new pods off the node until it has been looked at',
    ),
    step(
      'destroy',
      'kubectl -n shop scale deployment/checkout --replicas=0',
      'stops it once the evidence is kept; never delete first',
    ),
  ],
  costSoFarNano: 1_470_000_000,
  costPerMonth: 347,
});

export const STUCK: Finding = aFinding({
  name: 'report-worker',
  rule: 'miner-like-use',
  severity: 'warning',
  score: 58,
  summary:
    'Looks like mining: 0.98 cores on 1 pod, far above its normal, almost no network or disk I/O. Unconfirmed: check the process',
  evidence: [
    evidence(
      'novel-use',
      'novelty',
      20,
      'Uses 0.98 cores; normal of this hour is 0.12, novel from 0.31',
    ),
    evidence(
      'cpu-without-work',
      'work',
      25,
      'The added CPU comes with 92 B/s of network and disk a core',
    ),
    evidence('known-image', 'suppressor', -8, 'Its image has run here for 63 days'),
  ],
  next: MINER.next.slice(0, 3).map(({ command, ...rest }) => ({
    ...rest,
    command: command.replace(POD, 'report-worker-6f7d9c4b5-abcde'),
  })),
  costSoFarNano: 90_000_000,
  costPerMonth: 22.6,
});

const namespaced = (namespace: string, subject: string | null = null): Finding['scope'] => ({
  namespace,
  workload: null,
  container: null,
  subject,
});

export const BUDGET: Finding = aFinding({
  kind: 'budget',
  rule: 'forecast-over-budget',
  severity: 'warning',
  score: 60,
  scope: namespaced('shop', '2026-11'),
  owner: 'team-shop',
  pods: [],
  startedAt: TEST_NOW - 30 * MINUTE_MS,
  summary:
    'Namespace shop is forecast to spend $1,387 in 2026-11, 116% of its budget of $1,200 (80% interval $1,331 to $1,443); $1,089 spent so far',
  evidence: [
    evidence(
      'forecast',
      'money',
      40,
      'The forecast for the month’s end is 1387.20 USD, 187.20 more than the budget',
    ),
    evidence(
      'spent',
      'money',
      20,
      '1089.15 USD are spent, 91 % of the budget, after 77 % of the month',
    ),
  ],
  next: [
    step(
      'read',
      'burnwatch costs --window month --by workload',
      'shows which workloads the money goes to',
    ),
  ],
  costSoFarNano: null,
  costPerMonth: 187.2,
});

export const OOM: Finding = aFinding({
  name: 'statement-renderer',
  kind: 'underprovisioned',
  rule: 'oom-killed',
  startedAt: TEST_NOW - 9 * HOUR_MS,
  severity: 'warning',
  score: 70,
  owner: 'team-shop',
  pods: ['statement-renderer-7c9f5d6b8-2wq5v'],
  summary: 'OOM-killed 2 times in 24 h; raise the memory limit to 624Mi',
  evidence: [evidence('oom-kills', 'level', 100, '2 OOM kills at 512Mi')],
  next: [
    step(
      'contain',
      'kubectl -n shop set resources deployment/statement-renderer -c app --limits=memory=624Mi --requests=memory=624Mi',
      'gives memory as VPA does after an OOM kill: a fifth and at least 100 MiB more',
    ),
  ],
  costSoFarNano: null,
  costPerMonth: null,
});

export const SPIKE: Finding = aFinding({
  kind: 'cost-spike',
  rule: 'above-normal',
  severity: 'warning',
  score: 70,
  scope: namespaced('analytics'),
  owner: 'team-data',
  pods: [],
  startedAt: TEST_NOW - 5 * HOUR_MS,
  summary:
    'Namespace analytics costs 3.4 times its usual since 2026-11-24T01:00:00Z: $6.12 extra so far',
  evidence: [
    evidence(
      'hourly-cost',
      'money',
      40,
      'An hour costs 1.73 USD, the normal of this hour of the week is 0.51',
    ),
    evidence(
      'excess',
      'money',
      20,
      'Since 2026-11-24T01:00:00Z it has cost 6.12 USD beyond its normal',
    ),
  ],
  next: [
    step(
      'read',
      'burnwatch costs --from 2026-11-24T01:00:00Z --to 2026-11-24T06:00:00Z --by workload',
      'shows which workloads the money goes to',
    ),
  ],
  costSoFarNano: 8_650_000_000,
  costPerMonth: 890,
});

export const NO_DATA: Finding = aFinding({
  kind: 'data-quality',
  rule: 'unreachable',
  severity: 'critical',
  score: 100,
  scope: { namespace: null, workload: null, container: null, subject: 'prometheus' },
  pods: [],
  startedAt: TEST_NOW - 40 * MINUTE_MS,
  summary:
    'Prometheus query failed (unreachable): nothing is known since 2026-11-24T05:20:00Z, and nothing is taken to be over until it answers',
  evidence: [
    evidence(
      'outage',
      'data',
      100,
      '8 windows could not be sealed; they are caught up when it answers',
    ),
  ],
  next: [
    step('read', 'burnwatch check-config --online', 'says what can be reached and what cannot'),
  ],
  costSoFarNano: null,
  costPerMonth: null,
});

/** What a sample's workload used around its finding, windows of five minutes. */
export function sampleUsage(finding: Finding, from: number, to: number): readonly UsagePoint[] {
  const points: UsagePoint[] = [];
  const windowMs = 5 * MINUTE_MS;
  const isOom = finding.rule === OOM.rule;
  const plateau = finding.scope.workload?.name === STUCK.scope.workload?.name ? 0.98 : 5.85;
  const scale = plateau / 5.85 > 0.5 ? 1 : 0.3;
  for (let at = Math.ceil(from / windowMs) * windowMs; at + windowMs <= to; at += windowMs) {
    const hour = (at / HOUR_MS) % 24;
    const daily = 0.3 + 0.25 * Math.max(0, Math.sin(((hour - 6) / 24) * 2 * Math.PI));
    // A fixed ripple instead of chance: the same picture every time.
    const ripple = 0.06 * Math.sin(at / 7e5) + 0.04 * Math.sin(at / 1.9e5);
    const isWrong = !isOom && at >= finding.startedAt;
    // A leak: it grows until it is killed, and begins again.
    const sawtooth = 170 + 342 * ((at % (3.1 * HOUR_MS)) / (3.1 * HOUR_MS));
    points.push({
      ...NOTHING,
      window: { start: at, end: at + windowMs },
      cpuUsageCores: isWrong ? plateau + ripple * 0.2 * scale : (daily + ripple) * scale,
      ramPeakBytes: (at < finding.startedAt ? 210 + 400 * ripple : sawtooth) * 2 ** 20,
      ...(scale < 1 && { cpuRequestCores: 0.5, cpuLimitCores: 2 }),
    });
  }
  return points;
}

const NOTHING = {
  cpuRequestCores: 1.5,
  cpuLimitCores: 6,
  ramUsageBytes: null,
  ramRequestBytes: 256 * 2 ** 20,
  ramLimitBytes: 512 * 2 ** 20,
  networkReceiveBytesPerSecond: null,
  networkTransmitBytesPerSecond: null,
  diskReadBytesPerSecond: null,
  diskWriteBytesPerSecond: null,
  throttledShare: null,
  restarts: null,
  runShare: 1,
  coverage: 1,
} as const;
