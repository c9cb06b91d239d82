import { describe, expect, it } from 'vitest';
import { noObjects } from '../../../model/clusterObjects.ts';
import { DAY_MS, HOUR_MS } from '../../../model/time.ts';
import type { AbuseMark } from '../../findings/suspectedWorkloads.ts';
import { adviseContainer, type AdviceContext } from './containerAdvice.ts';
import { bytesAfterOom } from './memoryRequest.ts';
import { workloadPatches } from './patch.ts';
import { isWorthSaying } from './readAdvice.ts';
import { renderPatches } from './renderPatches.ts';
import {
  aHistory,
  anAdviceContext,
  daysOfUse,
  FIRST_DAY,
  type Use,
} from '../../../../test/support/rightsize/advice.ts';

const MIB = 2 ** 20;
const WEB = { kind: 'Deployment', name: 'web' };

function advise(
  use: Use,
  options: { days?: number; pods?: number; kind?: string } & Partial<AdviceContext> = {},
) {
  const { days: count = 14, pods = 1, kind = 'Deployment', ...change } = options;
  const days = daysOfUse(count, use, pods);
  const advice = adviseContainer(
    aHistory(days, { workload: { kind, name: 'web' } }),
    anAdviceContext(days, change),
  );
  if (advice === null) throw new Error('no advice');
  return advice;
}

describe('what to request instead', () => {
  it('covers the percentile of CPU and the peak of memory, with a margin, rounded up', () => {
    const advice = advise(() => ({}), { pods: 3 });
    expect(advice.proposed.cpuRequestCores).toBeCloseTo(0.12, 9);
    expect(advice.proposed.ramRequestBytes).toBe(230 * MIB);
    expect(advice.proposed).toMatchObject({ cpuLimitCores: 2, ramLimitBytes: 2048 * MIB });
    expect(advice.replicas).toBeCloseTo(3, 9);
    const cores = 3 * (1 - 0.12) * 0.01;
    const gib = 3 * (1 - 230 / 1024) * 0.001;
    expect(advice.savingPerMonth).toBeCloseTo(730 * (cores + gib), 6);
    expect(advice.behind).toMatchObject({ days: 14, coverage: 1, confidence: 'high' });
    expect(advice.risk).toEqual({ cpu: 0, ram: 0 });
  });

  it('promises no more than what is left of a workload that was scaled down', () => {
    const days = [...daysOfUse(13, () => ({}), 10), ...daysOfUse(14, () => ({}), 1).slice(13)];
    const advice = adviseContainer(aHistory(days), anAdviceContext(days));
    expect(advice?.replicas).toBe(1);
  });

  it('keeps the floors', () => {
    const { proposed } = advise(() => ({ cpuCores: 0.0001, ramPeakBytes: MIB }));
    expect(proposed).toMatchObject({ cpuRequestCores: 0.01, ramRequestBytes: 64 * MIB });
  });

  it('follows the hottest pod of a skewed DaemonSet', () => {
    const advice = advise((_, pod) => ({ cpuCores: pod === 0 ? 0.8 : 0.05 }), {
      pods: 20,
      kind: 'DaemonSet',
    });
    expect(advice.proposed.cpuRequestCores).toBeCloseTo(0.93, 1);
    expect(advice.notes).toContain('uneven over the nodes: sized for the busiest node');
  });

  it('does not average the busiest hour of the week away', () => {
    const monday = (time: number) =>
      (time - FIRST_DAY) % (7 * DAY_MS) < DAY_MS && time % DAY_MS < HOUR_MS;
    const advice = advise((time) => ({ cpuCores: monday(time) ? 0.9 : 0.1 }));
    expect(advice.cpu?.pooled).toBeCloseTo(0.1, 2);
    expect(advice.proposed.cpuRequestCores).toBeCloseTo(0.9, 9);
    expect(advice.notes).toContain('sized for its busiest hour of the week');
  });

  it('forgets a busy hour that did not come back', () => {
    const once = (time: number) => time >= FIRST_DAY && time < FIRST_DAY + HOUR_MS;
    const advice = advise((time) => ({ cpuCores: once(time) ? 0.9 : 0.1 }));
    expect(advice.proposed.cpuRequestCores).toBeCloseTo(0.12, 9);
    expect(advice.risk.cpu).toBeCloseTo(12 / (14 * 288), 6);
  });

  it('replays the risk of 14 days, however many it looks back on', () => {
    const last = FIRST_DAY + 27 * DAY_MS;
    const advice = advise(
      (time) => ({ cpuCores: time < FIRST_DAY + DAY_MS || time >= last + 23 * HOUR_MS ? 5 : 0.1 }),
      { days: 28 },
    );
    expect(advice.risk.cpu).toBeCloseTo(12 / (14 * 288), 9);
  });

  it('lets CPU of last week fade, and memory never', () => {
    const early = (time: number) => time < FIRST_DAY + DAY_MS;
    const advice = advise((time) => ({
      cpuCores: early(time) ? 0.9 : 0.1,
      ramPeakBytes: (early(time) ? 800 : 200) * MIB,
    }));
    expect(advice.proposed.cpuRequestCores).toBeLessThan(0.2);
    expect(advice.proposed.ramRequestBytes).toBe(928 * MIB);
  });

  it('raises memory after an OOM kill from the limit in force then', () => {
    expect(bytesAfterOom(1000 * MIB)).toBe(1200 * MIB);
    expect(bytesAfterOom(200 * MIB)).toBe(300 * MIB);
    const killed = FIRST_DAY + 5 * DAY_MS;
    const advice = advise((time) =>
      time === killed
        ? { oomKilled: true, ramPeakBytes: 990 * MIB, ramLimitBytes: 2000 * MIB }
        : {},
    );
    expect(advice.memory).toMatchObject({ oomKills: 1, afterOom: 2400 * MIB });
    expect(advice.proposed.ramRequestBytes).toBe(2400 * MIB);
    expect(advice.proposed.ramLimitBytes).toBe(2400 * MIB);
  });

  it('leaves a limit that stays as it was written, rounded or not', () => {
    const advice = advise(() => ({ cpuLimitCores: 1.441, ramLimitBytes: 1400 * MIB }));
    expect(advice.proposed).toMatchObject({ cpuLimitCores: 1.441, ramLimitBytes: 1400 * MIB });
  });

  it('raises a limit that throttles, and lowers no request of what is held back', () => {
    const held = { cpuCores: 0.5, cpuRequestCores: 0.6, cpuLimitCores: 0.6, throttledShare: 0.6 };
    const advice = advise(() => held);
    expect(advice.proposed.cpuLimitCores).toBeCloseTo(1.2, 9);
    expect(advice.proposed.cpuRequestCores).toBe(0.6);
  });

  it('raises a request only for need that was seen, and a limit for none', () => {
    // The margin alone would ask for 230 MiB and 0.115 cores.
    const near = advise(() => ({ cpuRequestCores: 0.11, ramRequestBytes: 210 * MIB }));
    expect(near.proposed).toMatchObject({ cpuRequestCores: 0.11, ramRequestBytes: 210 * MIB });
    const small = { cpuRequestCores: 0.05, ramRequestBytes: 150 * MIB };
    const needed = advise(() => ({ ...small, cpuLimitCores: 0.2, ramLimitBytes: 220 * MIB }));
    expect(needed.proposed).toMatchObject({
      cpuRequestCores: 0.12,
      cpuLimitCores: 0.2,
      ramRequestBytes: 220 * MIB,
      ramLimitBytes: 220 * MIB,
    });
    const none = advise(() => ({ cpuRequestCores: 0, ramRequestBytes: null }));
    expect(none.proposed).toMatchObject({ cpuRequestCores: 0.12, ramRequestBytes: 230 * MIB });
  });

  it('gives a miner nothing: no advice under suspicion, never more once it is accepted', () => {
    const marked = (mark: AbuseMark, use: Use) =>
      advise(use, { abuse: new Map([['shop/Deployment/web', mark]]) });
    const suspected = marked('suspected', () => ({ cpuCores: 1.8 }));
    expect(suspected.withheld).toContain('suspected of mining');
    expect(suspected.proposed.cpuRequestCores).toBeNull();
    expect(isWorthSaying(suspected, 1_000)).toBe(true);
    expect(workloadPatches([suspected])).toEqual([]);
    const more = marked('accepted', () => ({
      cpuCores: 1.8,
      throttledShare: 0.9,
      ramPeakBytes: 2000 * MIB,
      oomKilled: true,
    }));
    expect(more.proposed).toMatchObject({
      cpuRequestCores: null,
      cpuLimitCores: null,
      ramRequestBytes: null,
      ramLimitBytes: null,
    });
    expect(more.savingPerMonth).toBe(0);
    expect(marked('accepted', () => ({})).proposed.cpuRequestCores).toBeCloseTo(0.12, 9);
  });

  it('lists an add-on of the cluster with its reason, and patches it nowhere', () => {
    const history = (namespace: string, name: string) => {
      const days = daysOfUse(14, () => ({}));
      const workload = { kind: 'Deployment', name };
      return adviseContainer(aHistory(days, { namespace, workload }), anAdviceContext(days))!;
    };
    const addOns = [
      history('kube-system', 'coredns'),
      history('kube-system', 'ebs-csi-controller'),
      history('gke-managed-cim', 'kube-state-metrics'),
    ];
    for (const advice of addOns) {
      expect(advice.notes.join()).toContain('managed add-on');
      const [patch] = workloadPatches([advice]);
      expect(patch?.body).toBeNull();
      expect(renderPatches([patch!], { currency: 'USD', kubeContext: 'prod' })).not.toContain(
        'kubectl',
      );
    }
    const own = workloadPatches([history('shop', 'coredns')]);
    expect(renderPatches(own, { currency: 'USD', kubeContext: 'prod' })).toContain(
      'kubectl --context prod -n shop patch deployment/coredns',
    );
  });

  it('answers after little data or with holes, below no peak, and says how sure it is', () => {
    const burst = (time: number) => ({ cpuCores: time === FIRST_DAY ? 0.8 : 0.1 });
    const young = advise(burst, { days: 2 });
    expect(young.behind.confidence).toBe('very-low');
    expect(young.proposed.cpuRequestCores).toBeCloseTo(0.92, 9);
    expect(advise(burst, { days: 5 }).proposed.cpuRequestCores).toBeCloseTo(0.12, 9);
    const bound = (time: number) => ({ ...burst(time), cpuRequestCores: 0.05 });
    expect(advise(bound, { days: 2 }).proposed.cpuRequestCores).toBeCloseTo(0.12, 9);
    const holes = advise((time) => ({ cpuCores: (time / 300_000) % 2 === 0 ? null : 0.1 }));
    expect(holes.behind).toMatchObject({ confidence: 'very-low', coverage: 0.5 });
    expect(advise(() => ({}), { days: 5 }).behind.confidence).toBe('low');
  });

  it('leaves to autoscalers what is theirs, and advises their minimum instead', () => {
    const autoscaler = {
      namespace: 'shop',
      name: 'web',
      target: WEB,
      minReplicas: 6,
      maxReplicas: 10,
      currentReplicas: 6,
      targets: [{ resource: 'cpu', container: null, percent: 60 }],
      otherMetrics: [],
      scaledObject: null,
    };
    const objects = { ...noObjects(0), autoscalers: [autoscaler] };
    const advice = advise(() => ({ cpuCores: 0.2 }), { pods: 6, objects });
    expect(advice.proposed.cpuRequestCores).toBeNull();
    expect(advice.proposed.ramRequestBytes).toBe(230 * MIB);
    // 6 × 0.2 cores × 1.15 at 60 % of a core each.
    expect(advice.minReplicas).toBe(3);
    // Three cores go, and the memory of all six shrinks to that of three.
    const gib = 6 - (3 * 230) / 1024;
    expect(advice.savingPerMonth).toBeCloseTo(730 * (3 * 0.01 + gib * 0.001), 6);
    const script = renderPatches(workloadPatches([advice]), { currency: 'USD', kubeContext: null });
    expect(script).toContain(
      `kubectl -n shop patch horizontalpodautoscaler/web --type merge -p '{"spec":{"minReplicas":3}}'`,
    );

    const vertical = {
      namespace: 'shop',
      name: 'web',
      target: WEB,
      updateMode: 'Auto',
      policies: [],
      recommendations: [],
    };
    const vpa = advise(() => ({}), {
      objects: { ...noObjects(0), verticalAutoscalers: [vertical] },
    });
    expect(vpa.proposed).toMatchObject({ cpuRequestCores: null, ramRequestBytes: null });
    expect(advise(() => ({})).notes).toContain('autoscalers are unknown: check before applying');
  });

  it('sizes what runs at night for the time in which it runs', () => {
    const days = daysOfUse(5, () => ({ cpuCores: 0.7 })).map((day) => ({
      ...day,
      hours: 1,
      windows: 2,
      podWindows: 2,
      knownPodWindows: 2,
    }));
    const history = aHistory(days, { workload: { kind: 'CronJob', name: 'report' } });
    const advice = adviseContainer(history, anAdviceContext(days));
    expect(advice?.behind).toMatchObject({ days: 5, confidence: 'low' });
    expect(advice?.replicas).toBeLessThan(0.02);
  });
});

describe('patches', () => {
  it('put native side-cars where they are, and all containers of a workload into one', () => {
    const days = daysOfUse(14, () => ({}));
    const context = anAdviceContext(days, {
      roleOf: ({ container }) => (container === 'proxy' ? 'sidecar' : 'main'),
    });
    const advices = ['app', 'proxy'].flatMap(
      (container) => adviseContainer(aHistory(days, { container }), context) ?? [],
    );
    const [patch] = workloadPatches(advices);
    const requests = { cpu: '120m', memory: '230Mi' };
    expect(patch?.body).toEqual({
      spec: {
        template: {
          spec: {
            containers: [{ name: 'app', resources: { requests } }],
            initContainers: [{ name: 'proxy', resources: { requests } }],
          },
        },
      },
    });
  });

  it('say that a container may be a side-car where no specification is known', () => {
    const patched = (role: 'main' | null) =>
      renderPatches(workloadPatches([advise(() => ({}), { roleOf: () => role })]), {
        currency: 'USD',
        kubeContext: null,
      });
    expect(patched(null)).toContain('a native side-car belongs under initContainers');
    expect(patched('main')).not.toContain('side-car');
  });

  it('give the values first where a live patch would be reverted', () => {
    const object = {
      namespace: 'shop',
      workload: WEB,
      labels: {
        'app.kubernetes.io/managed-by': 'Helm',
        'app.kubernetes.io/instance': 'shop\nrm -rf',
      },
      annotations: {},
      replicas: 1,
      createdAt: null,
    };
    const advice = advise(() => ({}), { objects: { ...noObjects(0), workloads: [object] } });
    const text = renderPatches(workloadPatches([advice]), { currency: 'USD', kubeContext: null });
    expect(text).toContain('# Managed by Helm (shop\uFFFDrm -rf): change it in the values');
    expect(text).toContain('#         cpu: 120m');
    expect(text.split('\n').every((line) => line === '' || line.startsWith('#'))).toBe(true);
    expect(text.indexOf('cpu: 120m')).toBeLessThan(text.indexOf('kubectl'));
  });
});
