import { describe, expect, it } from 'vitest';
import { aContainer, aNode, aPod, aSnapshot, pricing } from '../../test/support/cost.ts';
import type { NodeSample, PodSample } from '../model/snapshot.ts';
import { allocate } from './allocate.ts';
import { loadShipped } from './lists/loadShipped.ts';
import { priceNodes } from './priceNodes.ts';
import { pricingProblems } from './pricingProblems.ts';

const GIB = 1024 ** 3;
const TYPE = 'node.kubernetes.io/instance-type';
const REGION = 'topology.kubernetes.io/region';
const M5 = { [TYPE]: 'm5.xlarge', [REGION]: 'us-east-1' };
const LISTS = await loadShipped();

function node(
  name: string,
  labels: Readonly<Record<string, string>>,
  more: Partial<NodeSample> = {},
) {
  return aNode({ name, labels, cpuCores: 4, ramBytes: 16 * GIB, ...more });
}

function pod(name: string, on: string, cpu: number, gib: number, more: Partial<PodSample> = {}) {
  const containers = [
    aContainer({ cpuRequestCores: cpu, cpuUsageCores: cpu / 2, ramRequestBytes: gib * GIB }),
  ];
  return aPod({ name, node: on, containers, ...more });
}

/** What a node costs in an hour, and what of it is idle. */
function costOf(on: NodeSample, pods: readonly PodSample[], rules = {}): readonly [number, number] {
  const snapshot = aSnapshot({ nodes: [on], pods });
  const prices = priceNodes(snapshot, pricing(rules), LISTS);
  const [cost] = allocate(snapshot, prices, pricing(rules)).nodes;
  const sum = (...nano: readonly number[]): number =>
    Number(nano.reduce((total, one) => total + one * 1e-9, 0).toFixed(5));
  if (cost === undefined) throw new Error('no cost');
  return [
    sum(cost.cpuNano, cost.ramNano, cost.gpuNano),
    sum(cost.idleCpuNano, cost.idleRamNano, cost.idleGpuNano),
  ];
}

describe('nodes that are no machines', () => {
  const fargate = node('f', {
    'eks.amazonaws.com/compute-type': 'fargate',
    [REGION]: 'eu-central-1',
  });

  it('Fargate bills the size that is sold, and nothing is idle', () => {
    // 1.2 cores and 3 + 0.25 GiB are sold as 2 vCPU and 4 GB.
    const expected = Number((2 * 0.04656 + 4 * 0.00511).toFixed(5));
    expect(costOf(fargate, [pod('a', 'f', 1.2, 3)])).toEqual([expected, 0]);
    const told = pod('a', 'f', 1.2, 3, { annotations: { CapacityProvisioned: '4vCPU 8GB' } });
    expect(costOf(fargate, [told])).toEqual([Number((4 * 0.04656 + 8 * 0.00511).toFixed(5)), 0]);
    const half = pod('a', 'f', 0.1, 0.1, { heldShare: 0.5 });
    expect(costOf(fargate, [half])).toEqual([
      Number((0.125 * 0.04656 + 0.25 * 0.00511).toFixed(5)),
      0,
    ]);
  });

  it('Autopilot bills what pods reserve, and system pods are free', () => {
    const gk3 = node('gk3-pool-1', {
      [REGION]: 'us-central1',
      'cloud.google.com/gke-spot': 'true',
    });
    const system = pod('dns', 'gk3-pool-1', 1, 1, { namespace: 'kube-system' });
    expect(costOf(gk3, [pod('a', 'gk3-pool-1', 2, 8), system])).toEqual([
      Number((2 * 0.0133 + 8 * 0.0014767).toFixed(5)),
      0,
    ]);
  });

  it('a virtual node of ten thousand cores costs what its pods reserve', () => {
    const virtual = node(
      'aci',
      { type: 'virtual-kubelet', [REGION]: 'eastus' },
      { cpuCores: 10_000 },
    );
    expect(costOf(virtual, [pod('a', 'aci', 1, 2)])).toEqual([0.0494, 0]);
  });

  it('the operator’s own rates come first', () => {
    const nodes = [{ match: { [REGION]: 'eu-central-1' }, cpuCoreHour: 0.01, ramGiBHour: 0 }];
    expect(costOf(fargate, [pod('a', 'f', 1.2, 3)], { nodes })).toEqual([0.02, 0]);
  });
});

describe('prices of machines', () => {
  const priced = (on: NodeSample, rules = {}, more = {}) => {
    const snapshot = aSnapshot({ nodes: [on], ...more });
    const price = priceNodes(snapshot, pricing(rules), LISTS).get(on.name);
    if (price === undefined) throw new Error('no price');
    const { cpuCoreHour, ramGiBHour } = price;
    return { ...price, hourly: Number((4 * cpuCoreHour + 16 * ramGiBHour).toFixed(5)) };
  };

  it('have the operating system, EKS Auto Mode and reserved capacity in them', () => {
    expect(priced(node('w', { ...M5, 'kubernetes.io/os': 'windows' })).hourly).toBe(0.376);
    const auto = priced(node('a', { ...M5, 'eks.amazonaws.com/compute-type': 'auto' }));
    expect(auto.hourly).toBe(0.21504);
    const reserved = priced(node('r', { ...M5, 'karpenter.sh/capacity-type': 'reserved' }));
    expect(reserved).toMatchObject({ hourly: 0.192, confidence: 0.5 });
    expect(reserved.reason).toContain('A stand-in');
  });

  it('of Autopilot are by class; a class without a rate of its own has a stand-in', () => {
    const gk3 = (more = {}) =>
      priced(
        node('gk3-b', {
          [REGION]: 'us-central1',
          'cloud.google.com/compute-class': 'Balanced',
          ...more,
        }),
      );
    expect(gk3()).toMatchObject({ cpuCoreHour: 0.0445, confidence: 0.5, perPod: 'gke-autopilot' });
    expect(gk3().reason).toContain('A stand-in: GKE Autopilot, class Balanced');
    expect(gk3({ 'cloud.google.com/gke-spot': 'true' })).toMatchObject({
      cpuCoreHour: 0.0194,
      confidence: 0.9,
    });
  });

  it('are those of the system that the node runs, else stand in for it', () => {
    const rhel = node('r', M5, { osImage: 'Red Hat Enterprise Linux 9.6 (Plow)' });
    expect(priced(rhel)).toMatchObject({ hourly: 0.192, confidence: 0.5 });
    expect(priced(rhel).reason).toContain('A stand-in: Linux, for RHEL');
    const coreos = node('c', M5, { osImage: 'Red Hat Enterprise Linux CoreOS 418.94' });
    expect(priced(coreos)).toMatchObject({ hourly: 0.192, confidence: 0.9 });
  });

  it('come from Karpenter before the shipped lists', () => {
    const spot = {
      ...M5,
      'karpenter.sh/capacity-type': 'spot',
      'topology.kubernetes.io/zone': 'z',
    };
    const offerings = [
      { instanceType: 'm5.xlarge', capacityType: 'spot', zone: 'z', price: 0.07 },
      { instanceType: 'm5.xlarge', capacityType: 'on-demand', zone: 'z', price: 0.19 },
    ];
    expect(priced(node('k', spot), {}, { offerings })).toMatchObject({
      hourly: 0.07,
      confidence: 0.9,
    });
  });

  it('of an exporter are held against the list', () => {
    const exportedPrice = { cpuCoreHour: 4e-5, ramGiBHour: 5e-6, gpuHour: 0, totalHour: null };
    const wrong = node('x', M5, { exportedPrice });
    expect(priced(wrong)).toMatchObject({ source: 'price-list', hourly: 0.192 });
    const snapshot = aSnapshot({ nodes: [wrong] });
    const costs = allocate(snapshot, priceNodes(snapshot, pricing(), LISTS), pricing());
    expect(pricingProblems(snapshot, costs).map(({ code }) => code)).toEqual(['doubtful-price']);
    const spot = { cpuCoreHour: 0.008, ramGiBHour: 0.001, gpuHour: 0, totalHour: null };
    expect(priced(node('x', M5, { exportedPrice: spot })).source).toBe('exporter');
  });

  it('that stand in for others are a finding above a tenth of the cost', () => {
    const odd = node('odd', { ...M5, [TYPE]: 'zz.huge' });
    const codes = (nodes: readonly NodeSample[]): readonly string[] => {
      const snapshot = aSnapshot({ nodes });
      const costs = allocate(snapshot, priceNodes(snapshot, pricing(), LISTS), pricing());
      return pricingProblems(snapshot, costs).map(({ code }) => code);
    };
    expect(codes([odd])).toEqual(['stand-in-price']);
    expect(
      codes([odd, ...Array.from({ length: 12 }, (_, index) => node(`n${index}`, M5))]),
    ).toEqual([]);
  });

  it('know spot by the labels of the configuration', () => {
    const rules = { spotLabels: [{ 'my.org/kind': 'cheap' }] };
    expect(priced(node('s', { ...M5, 'my.org/kind': 'cheap' }), rules).reason).toContain(
      'spot price',
    );
  });
});
