import { describe, expect, it } from 'vitest';
import { aFinding } from '../test/support/notify/findings.ts';
import type { HiddenMiner } from './cluster/workloads/hidden.ts';
import { brokenPromises, type DemoOutcome } from './checkDemo.ts';
import { falseAlarms, findMiners } from './findMiners.ts';

const MINER: HiddenMiner = {
  namespace: 'kube-system',
  workload: { kind: 'DaemonSet', name: 'proxy-api' },
  startedAt: 0,
  what: 'a miner',
};
const SCOPE = { namespace: 'kube-system', workload: null, container: null, subject: null };
const byWorkload = aFinding({ scope: { ...SCOPE, workload: MINER.workload }, severity: 'warning' });
const byPods = aFinding({ scope: SCOPE, pods: ['proxy-api-x2x4z', 'proxy-api-k7vqp'] });
const other = aFinding({ scope: SCOPE, pods: ['proxy-api-x2x4z', 'coredns-5d78c9869d-x2x4z'] });

describe('findMiners', () => {
  it('knows a miner by its workload and by its pods, and shows the most severe finding', () => {
    expect(findMiners([MINER], [byWorkload])[0]?.finding).toBe(byWorkload);
    expect(findMiners([MINER], [byWorkload, byPods])[0]?.finding).toBe(byPods);
  });

  it('does not take a finding of another kind or about others as well for it', () => {
    const dear = aFinding({ scope: SCOPE, kind: 'cost-spike', pods: [] });
    expect(findMiners([MINER], [other, dear])[0]?.finding).toBeNull();
  });
});

describe('brokenPromises', () => {
  const costs: DemoOutcome['costs'] = {
    cluster: 'demo',
    currency: 'USD',
    window: { start: '', end: '' },
    by: 'namespace',
    coverage: 1,
    rows: [],
    idle: { cpuCost: 1, ramCost: 1, gpuCost: 0, totalCost: 2 },
    nodesCost: 2,
    totalCost: 2,
    priceBasis: 'list',
    provisional: true,
  };
  const kept: DemoOutcome = {
    costs,
    miners: [{ miner: MINER, finding: byPods }],
    falseAlarms: [],
    securityMessages: 1,
    deadDeliveries: 0,
  };

  it('is empty when all was kept', () => {
    expect(brokenPromises(kept)).toEqual([]);
  });

  it('takes a finding about an image in several clusters for true where a hidden miner has it', () => {
    const about = (image: string) => {
      const scope = { ...SCOPE, namespace: null, subject: image };
      return aFinding({ rule: 'image-in-clusters', pods: [], scope, image });
    };
    const mined = { ...byPods, image: 'example/pause' };
    const [real, made] = [about('example/pause'), about('example/shop')];
    expect(falseAlarms([MINER], [mined, real, made])).toEqual([made]);
  });

  it('names a missed miner, a false alarm, sums that do not add up, gaps and silence', () => {
    const broken = brokenPromises({
      costs: { ...costs, nodesCost: 2.5, coverage: 0.9 },
      miners: [{ miner: MINER, finding: null }],
      falseAlarms: falseAlarms([MINER], [byPods, other]),
      securityMessages: 0,
      deadDeliveries: 2,
    });
    expect(broken).toHaveLength(6);
    expect(broken.join('\n')).toMatch(/kube-system\/proxy-api was not found/);
    expect(broken.join('\n')).toContain(other.id);
    expect(broken.join('\n')).toMatch(/add up to 2, the nodes cost 2.5/);
  });
});
