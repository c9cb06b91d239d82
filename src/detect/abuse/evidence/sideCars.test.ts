import { describe, expect, it } from 'vitest';
import { aContainer } from '../../../../test/support/cost.ts';
import type { PodSample } from '../../../model/snapshot.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS, type TimeMs } from '../../../model/time.ts';
import { AbuseRun, using } from '../../../../test/support/abuse/abuseRun.ts';

const WORKLOADS = ['shop/web', 'shop/cart', 'media/feed', 'media/list'] as const;

/** Load that rises and falls with the day and from window to window, each workload in its own way. */
function loadOf(index: number, start: TimeMs): number {
  const day = Math.sin((start / DAY_MS) * 2 * Math.PI + index);
  return 1 + 0.4 * day + 0.1 * Math.sin(start / (5e5 + 7e4 * index)) + 0.03 * Math.sin(start / 9e4);
}

/** A workload's pod; with a side-car of so many cores beside its 0.3 if `sideCar` is given. */
function podOf(
  index: number,
  start: TimeMs,
  sideCar: ((load: number) => number) | null,
): PodSample {
  const [namespace = '', name = ''] = (WORKLOADS[index] ?? '').split('/');
  const load = loadOf(index, start);
  const pod = using(0.3 * load, 60_000 * load, {
    name: `${name}-5d8f-x${sideCar === null ? 1 : 2}`,
    namespace,
    uid: `${name}-${sideCar === null ? 1 : 2}`,
    workload: { kind: 'Deployment', name },
    container: { image: `registry.example.com/${name}:v1` },
  });
  if (sideCar === null) return pod;
  const beside = aContainer({
    name: 'agent',
    image: 'registry.example.com/platform/agent:3',
    cpuUsageCores: sideCar(load),
    cpuLimitCores: 1,
    diskReadBytesPerSecond: 0,
    diskWriteBytesPerSecond: 100,
    throttledShare: 0,
  });
  return { ...pod, containers: [...pod.containers, beside] };
}

/** Three quiet days, then a side-car beside so many of the workloads. */
function rollOut(count: number, hours: number, sideCar: (load: number) => number): AbuseRun {
  const all = WORKLOADS.map((_, index) => index);
  const run = new AbuseRun().play(3 * DAY_MS, (start) => all.map((n) => podOf(n, start, null)));
  return run.play(hours * HOUR_MS, (start) =>
    all.map((n) => podOf(n, start, n < count ? sideCar : null)),
  );
}

/** The pod in a window in which the sample of its known container was lost. */
function withoutMain(pod: PodSample): PodSample {
  const [main, ...rest] = pod.containers;
  return { ...pod, containers: [{ ...main!, cpuUsageCores: null, coverage: 0 }, ...rest] };
}

const proxy = (load: number): number => 0.02 + 0.08 * load;
const miner = (): number => 0.2;

describe('a new container beside known ones', () => {
  it('stays one where the sample of a known container is lost', () => {
    const all = WORKLOADS.map((_, index) => index);
    const run = new AbuseRun().play(3 * DAY_MS, (start) => all.map((n) => podOf(n, start, null)));
    run.play(DAY_MS, (start) =>
      all.map((n) => {
        const pod = podOf(n, start, proxy);
        return (start / (5 * MINUTE_MS)) % 4 === n % 4 ? withoutMain(pod) : pod;
      }),
    );
    expect(run.events).toEqual([]);
  });

  it('that goes with them is no finding, in many workloads or in one', () => {
    expect(rollOut(4, 48, proxy).events).toEqual([]);
    expect(rollOut(1, 48, proxy).events).toEqual([]);
  });

  it('that does not go with them is found, in many workloads too', () => {
    const run = rollOut(4, 4, miner);
    const found = run.open().map(({ severity, scope }) => [severity, scope.workload?.name]);
    expect(found).toHaveLength(4);
    expect(found.every(([severity]) => severity === 'critical')).toBe(true);
  });

  it('that uses more than they do is found as soon as anything new', () => {
    const run = rollOut(4, 0.5, () => 0.9);
    expect(run.open().map(({ severity }) => severity)).toEqual(Array(4).fill('warning'));
  });

  it('is not vouched for by what came with it', () => {
    const run = new AbuseRun().play(3 * DAY_MS, (start) => [podOf(0, start, null)]);
    const silent = (pod: PodSample): PodSample => ({
      ...pod,
      networkReceiveBytesPerSecond: 60,
      networkTransmitBytesPerSecond: 60,
    });
    run.play(2 * HOUR_MS, (start) => [podOf(0, start, null), silent(podOf(1, start, proxy))]);
    expect(run.open().map(({ scope }) => scope.container)).toContain('agent');
  });

  it('came with its workload: then the traffic of their pod is that of both', () => {
    const run = new AbuseRun().play(3 * DAY_MS, (start) => [podOf(0, start, null)]);
    run.play(12 * HOUR_MS, (start) => [podOf(0, start, null), podOf(1, start, proxy)]);
    expect(run.events).toEqual([]);
  });
});
