import type { Config } from '../../src/daemon/config/schema.ts';
import { openHistoryWriter } from '../../src/engines/openHistory.ts';
import type { Finding } from '../../src/model/finding.ts';
import { HOUR_MS } from '../../src/model/time.ts';
import { SHOP_NOW } from './shopHistory.ts';

const KINDS = ['overprovisioned', 'posture', 'abandoned', 'underprovisioned'] as const;

/** Adds so many open findings about workloads of a hundred namespaces to a history. */
export async function addManyFindings(config: Config, count: number): Promise<void> {
  const history = await openHistoryWriter({
    path: config.history.path,
    cluster: config.cluster,
    currency: config.pricing.currency,
    windowMs: config.schedule.window,
    command: 'test',
    clock: () => SHOP_NOW,
  });
  const findings = Array.from({ length: count }, (_, index) => madeUpFinding(index));
  await history.recordFindings(findings, []);
  await history.close();
}

function madeUpFinding(index: number): Finding {
  const at = SHOP_NOW - (1 + (index % 400)) * HOUR_MS;
  const namespace = `team-${index % 100}`;
  return {
    id: `many-${String(index).padStart(5, '0')}`,
    fingerprint: `many${String(index).padStart(12, '0')}`,
    kind: KINDS[index % KINDS.length] ?? 'posture',
    rule: 'made-up',
    severity: index % 10 === 0 ? 'warning' : 'info',
    state: 'open',
    score: index % 70,
    cluster: 'prod-eu',
    scope: {
      namespace,
      workload: { kind: 'Deployment', name: `service-${index}` },
      container: 'app',
      subject: null,
    },
    pods: [`service-${index}-7d4b9c5f6-abcde`],
    owner: `owner-${index % 30}`,
    startedAt: at,
    firstSeen: at,
    lastSeen: SHOP_NOW,
    resolvedAt: null,
    summary: `Made-up finding number ${index} of a workload in ${namespace}`,
    evidence: Array.from({ length: 8 }, (_, item) => ({
      signal: `signal-${item}`,
      family: 'level',
      value: item,
      threshold: 1,
      unit: 'cores',
      weight: item,
      text: `Evidence number ${item}, as long as evidence usually is, for finding ${index}`,
    })),
    next: [],
    costSoFarNano: index * 1e7,
    costPerMonth: index % 90,
    decision: null,
  };
}
