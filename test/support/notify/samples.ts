import type { UsagePoint } from '../../../src/store/usage.ts';
import type { Evidence, Finding, NextStep } from '../../../src/model/finding.ts';
import type { MonthReport } from '../../../src/cost/chargeback/monthReport.ts';
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
      `kubectl -n shop exec ${POD} -c app -- sh -c 'ps aux; cat /proc/net/tcp /proc/net/tcp6' | tee ${POD}-processes.txt`,
      'Shows and saves which process uses the CPU and its connections',
    ),
    step(
      'read',
      `kubectl -n shop debug ${POD} --image=busybox:1.37 --target=app -i --quiet -- sh -c 'ps aux; cat /proc/net/tcp /proc/net/tcp6' | tee ${POD}-processes.txt`,
      'The same where the image has no shell: an ephemeral container beside the process',
    ),
    step(
      'read',
      `kubectl -n shop get pod ${POD} -o yaml > ${POD}-pod.yaml`,
      'Saves image, command, owner and node as evidence',
    ),
    step(
      'read',
      `kubectl -n shop logs ${POD} -c app --timestamps > ${POD}-log.txt`,
      'Saves the logs before anything is stopped',
    ),
    step(
      'contain',
      `echo '{"apiVersion":"networking.k8s.io/v1","kind":"NetworkPolicy","metadata":{"name":"burnwatch-quarantine"},"spec":{"podSelector":{"matchLabels":{"burnwatch.io/quarantine":"true"}},"policyTypes":["Egress"]}}' | kubectl -n shop apply -f -`,
      'Denies all egress for pods with the label of the next command, if the CNI enforces network policies',
    ),
    step(
      'contain',
      `kubectl -n shop label --overwrite pod ${POD} burnwatch.io/quarantine=true`,
      'Applies that policy to its pods: a miner stops without its pool',
    ),
    step(
      'contain',
      'kubectl cordon ip-10-0-19-179.ec2.internal',
      'Keeps new pods off the node until it is checked',
    ),
    step(
      'destroy',
      'kubectl -n shop scale deployment/checkout --replicas=0',
      'Stops it; save the evidence first and do not delete it',
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
    'Unusual CPU: steady 0.98 cores on 1 pod, far above its normal, almost no network or disk I/O. May be mining: check the process and its connections',
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
    command: command.replaceAll(POD, 'report-worker-6f7d9c4b5-abcde'),
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
    {
      ...evidence(
        'forecast',
        'money',
        60,
        'At the month’s end: $1,387, 80% interval $1,331 to $1,443',
      ),
      threshold: 1200,
    },
    {
      ...evidence('spent', 'money', 0, 'Spent so far this month: $1,089 of $1,200'),
      threshold: 1200,
    },
  ],
  next: [
    step('read', 'burnwatch costs --window month --by workload', 'Shows the cost of each workload'),
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
    'Namespace analytics costs 3.4 times its usual since 2026-11-24T01:00:00Z: $6.12 extra so far, most of it by Job/backfill-events',
  evidence: [
    evidence(
      'cost-per-hour',
      'money',
      40,
      'The last hour cost 1.73 USD; usual is 0.51 (median of this hour of the week)',
    ),
    evidence(
      'excess-since-onset',
      'money',
      20,
      'Since 2026-11-24T01:00:00Z it cost $6.12 more than usual',
    ),
  ],
  next: [
    step(
      'read',
      'burnwatch costs --from 2026-11-24T01:00:00Z --to 2026-11-24T06:00:00Z --by workload',
      'Shows the cost of each workload',
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
/** What a sample about money cost in each step: the budget's days, and a spike's hours. */
export async function sampleSpend(
  { namespace }: { readonly namespace?: string | undefined },
  boundaries: readonly number[],
): Promise<readonly number[]> {
  return boundaries.slice(1).map((end, index) => {
    const hours = (end - boundaries[index]!) / HOUR_MS;
    const ripple = 1 + 0.12 * Math.sin(end / 1.3e7);
    if (namespace === BUDGET.scope.namespace) return ((hours * 1089) / (23.25 * 24)) * ripple;
    return 0.5 * ripple * (end > SPIKE.startedAt ? 3.4 : 1);
  });
}

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

/** A closed month of two namespaces of one owner, with a correction. */
export const MONTH: MonthReport = {
  cluster: 'prod-eu',
  month: '2026-10',
  currency: 'USD',
  basis: 'effective',
  isClosed: true,
  coverage: 0.998,
  totalNano: 1_322_640_000_000,
  lines: [
    { kind: 'usage', owner: 'team-shop', namespace: 'shop', nano: 1_204_320_000_000 },
    { kind: 'usage', owner: 'team-shop', namespace: 'shop-staging', nano: 98_120_000_000 },
    {
      kind: 'correction',
      owner: 'team-shop',
      namespace: 'shop',
      nano: 20_200_000_000,
      corrects: '2026-09',
      source: 'aws-2026-09.csv',
    },
  ],
};
