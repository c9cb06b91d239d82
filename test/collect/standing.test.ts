import { beforeAll, describe, expect, it } from 'vitest';
import type { ContainerSample, Snapshot } from '../../src/model/snapshot.ts';
import { collectStore } from '../support/collectStore.ts';
import { addNode, addPod, cgroupOf, every } from '../support/madeUpPod.ts';
import { createMetricStore, type Sample } from '../support/metricStore.ts';

const T = Date.UTC(2026, 10, 28, 10) / 1000;
const EARLY = T - 4500;
const times = every(30, T - 7200, T + 600);
let snapshots: readonly Snapshot[];

beforeAll(async () => {
  const store = await createMetricStore();
  addNode(store, times);
  const add = (name: string, digit: number, more: Partial<Parameters<typeof addPod>[1]>): void =>
    addPod(store, {
      namespace: 'shop',
      name,
      uid: `${String(digit).repeat(8)}-2222-4333-8444-555555555555`,
      createdAt: T - 7200,
      usageTimes: times,
      kubeTimes: times,
      cpuCores: 0,
      ...more,
    });
  for (const [name, digit, bytesPerSecond] of [
    ['serving', 1, 50_000],
    ['sleeping', 2, 20],
  ] as const) {
    add(name, digit, {});
    const sandbox = cgroupOf(`${String(digit).repeat(8)}-2222-4333-8444-555555555555`, 'sandbox');
    store.add(
      'container_network_transmit_bytes_total',
      { namespace: 'shop', pod: name, interface: 'eth0', id: sandbox },
      times.map((time): Sample => [time, (time - times[0]!) * bytesPerSecond]),
    );
  }
  add('silent', 3, {});
  add('working', 4, { cpuCores: 0.5 });
  const windowAt = (start: number) => ({ start: start * 1000, end: (start + 300) * 1000 });
  snapshots = await collectStore(store, async (collect) => [
    ...(await collect([windowAt(EARLY)])),
    ...(await collect([windowAt(T)])),
  ]);
});

function container(name: string, snapshot = snapshots[1]): ContainerSample {
  const pod = snapshot?.pods.find((one) => one.name === name);
  return pod?.containers[0] as ContainerSample;
}

describe('a CPU counter that stands still for an hour while its container runs', () => {
  it.each(['serving', 'silent'])(
    'is not observed, unless something tells that it idles: %s',
    (name) => {
      expect(container(name)).toMatchObject({ cpuUsageCores: null, coverage: 0, runShare: 1 });
    },
  );

  it('is no use where the container is idle by other signs', () => {
    expect(container('sleeping')).toMatchObject({ cpuUsageCores: 0, coverage: 1 });
  });

  it('is believed for the first hour', () => {
    expect(container('serving', snapshots[0])).toMatchObject({ cpuUsageCores: 0, coverage: 1 });
  });

  it('says nothing about the others, and keeps no window incomplete', () => {
    expect(container('working').cpuUsageCores).toBeCloseTo(0.5, 6);
    expect(snapshots[1]?.problems.map(({ code }) => code)).not.toContain('low-coverage');
  });
});
