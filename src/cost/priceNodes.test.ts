import { describe, expect, it } from 'vitest';
import type { NodePrice } from '../model/cost.ts';
import type { NodeSample } from '../model/snapshot.ts';
import type { PriceList } from './priceList.ts';
import { parsePriceList } from './lists/parsePriceList.ts';
import { priceNodes } from './priceNodes.ts';
import { aNode, aPod, aSnapshot, pricing } from '../../test/support/cost.ts';

const TYPE = 'node.kubernetes.io/instance-type';
const REGION = 'topology.kubernetes.io/region';

const LIST = parsePriceList(
  [
    '# as-of: 2026-07-20',
    'InstanceType,AcceleratorCount,Price,SpotPrice,Region,AvailabilityZone',
    'm9.xlarge,,0.2,0.05,eu-west-1,eu-west-1a',
    'm9.xlarge,,0.2,0.07,eu-west-1,eu-west-1b',
    'a2-highgpu-1g,,0.74,,us-central1,us-central1-a',
  ].join('\n'),
  { name: 'prices.csv', currency: 'USD', configured: true },
);

function price(
  node: Partial<NodeSample>,
  rules: Parameters<typeof pricing>[0] = {},
  lists: readonly PriceList[] = [LIST],
): NodePrice {
  const snapshot = aSnapshot({ nodes: [aNode({ name: 'n1', ...node })] });
  const priced = priceNodes(snapshot, pricing(rules), lists).get('n1');
  if (priced === undefined) throw new Error('n1 has no price');
  return priced;
}

/** What the four cores and 16 GiB cost together. */
function hourly(of: NodePrice): number {
  return Number((4 * of.cpuCoreHour + 16 * of.ramGiBHour).toPrecision(12));
}

describe('priceNodes', () => {
  const listed = { [TYPE]: 'm9.xlarge', [REGION]: 'eu-west-1' };
  const exported = { cpuCoreHour: 0.04, ramGiBHour: 0.005, gpuHour: null, totalHour: 0.3 };

  it('asks configuration, exporter, price list and flat rates in that order', () => {
    const nodes = [{ match: { [TYPE]: 'm9.xlarge' }, hourly: 0.5 }];
    const all = { labels: listed, exportedPrice: exported };
    expect(price(all, { nodes })).toMatchObject({ source: 'config', coverage: 1 });
    expect(price(all)).toMatchObject({ source: 'exporter', cpuCoreHour: 0.04, ramGiBHour: 0.005 });
    expect(price({ labels: listed })).toMatchObject({
      source: 'price-list',
      reason: 'm9.xlarge in eu-west-1, on-demand: 0.2 an hour (prices.csv, 2026-07-20).',
    });
    expect(price({})).toMatchObject({ source: 'flat', cpuCoreHour: 0.031611, coverage: 1 });
  });

  it('splits a whole price so that the parts add up to it', () => {
    expect(hourly(price({ labels: listed }))).toBe(0.2);
    const total = { cpuCoreHour: null, ramGiBHour: null, gpuHour: null, totalHour: 0.3 };
    expect(hourly(price({ exportedPrice: total }))).toBe(0.3);
    // The specification's example: a 35-dollar node with equal unit counts at 3:3:1 → 15, 15 and 5.
    const rates = { cpuCoreHour: 3, ramGiBHour: 3, gpuHour: 1, nodes: [{ match: {}, hourly: 35 }] };
    const even = price({ cpuCores: 5, ramBytes: 5 * 1024 ** 3, gpus: 5 }, rates);
    expect([even.cpuCoreHour * 5, even.ramGiBHour * 5, even.gpuHour * 5]).toEqual([15, 15, 5]);
  });

  it('takes the first matching entry, and names it', () => {
    const nodes = [
      { match: { pool: 'b' }, hourly: 1 },
      { match: { pool: 'a', size: 'l' }, hourly: 2 },
      { match: {}, hourly: 3 },
    ];
    const first = price({ labels: { pool: 'a', size: 'l' } }, { nodes });
    expect(first.reason).toBe('pricing.nodes[1] matches pool=a, size=l: 2 an hour.');
    expect(price({ labels: { pool: 'a' } }, { nodes }).reason).toContain('[2] matches every node');
  });

  it.each([
    ['karpenter.sh/capacity-type', 'spot'],
    ['eks.amazonaws.com/capacityType', 'SPOT'],
    ['cloud.google.com/gke-spot', 'true'],
    ['cloud.google.com/gke-preemptible', 'true'],
    ['kubernetes.azure.com/scalesetpriority', 'spot'],
    ['label_eks_amazonaws_com_capacityType', 'SPOT'], // as kube-state-metrics writes it
  ])('knows spot nodes by %s', (key, value) => {
    expect(hourly(price({ labels: { ...listed, [key]: value } }))).toBe(0.06); // mean of the zones
  });

  it('prices spot by zone where the list has it, and flat spot rates where configured', () => {
    const spot = { 'karpenter.sh/capacity-type': 'spot' };
    const zone = { 'topology.kubernetes.io/zone': 'eu-west-1b' };
    expect(hourly(price({ labels: { ...listed, ...spot, ...zone } }))).toBe(0.07);
    const rates = { spot: { cpuCoreHour: 0.01, ramGiBHour: 0.001, gpuHour: 0.3 } };
    expect(price({ labels: spot }, rates)).toMatchObject({ source: 'flat', cpuCoreHour: 0.01 });
    expect(price({ labels: spot })).toMatchObject({ source: 'flat', cpuCoreHour: 0.031611 });
  });

  it('says when flat rates stand in for a type that is nowhere, and lowers the coverage', () => {
    const odd = price({ labels: { [TYPE]: 'zz9.huge', [REGION]: 'mars-1' } });
    expect(odd).toMatchObject({ source: 'flat', coverage: 0.5 });
    expect(odd.reason).toContain(
      'A stand-in: instance type zz9.huge (region mars-1): not in prices.csv.',
    );
    // Without a list of the operator's own, flat rates are what was asked for.
    expect(price({ labels: { [TYPE]: 'zz9.huge' } }, {}, []).coverage).toBe(1);
  });

  it('leaves a node unpriced rather than free', () => {
    const none = price({ labels: { [TYPE]: 'zz9.huge' } }, { cpuCoreHour: 0, ramGiBHour: 0 });
    expect(none).toMatchObject({ source: 'none', coverage: 0, cpuCoreHour: 0 });
    expect(none.reason).toContain('the flat rates are zero');
  });

  it('does not take an exporter’s zeros, a list without GPUs, or a list in another currency', () => {
    const zeros = { cpuCoreHour: 0, ramGiBHour: 0, gpuHour: 0, totalHour: 0 };
    expect(price({ exportedPrice: zeros })).toMatchObject({ source: 'flat' });
    const gpu = { gpus: 1, labels: { [TYPE]: 'a2-highgpu-1g', [REGION]: 'us-central1' } };
    expect(price(gpu).reason).toContain('prices.csv prices it without its GPUs');
    const euros = price({ labels: listed }, { currency: 'EUR' });
    expect(euros.reason).toContain('prices.csv is in USD, not EUR');
  });

  it('needs some capacity to split a whole price; prices per unit do not', () => {
    const blind = { cpuCores: null, ramBytes: null, gpus: null };
    const nodes = [{ match: {}, hourly: 1 }];
    expect(price(blind, { nodes })).toMatchObject({ source: 'flat' });
    // Half known: all of the price goes where the capacity is known, so the parts still add up.
    const half = price({ cpuCores: 4, ramBytes: null }, { nodes });
    expect([half.cpuCoreHour * 4, half.ramGiBHour]).toEqual([1, 0]);
  });

  it('applies discounts on the contracted bases only', () => {
    const discounts = [{ match: { pool: 'a' }, percent: 25 }];
    const node = { labels: { ...listed, pool: 'a' } };
    expect(hourly(price(node, { discounts }))).toBe(0.2);
    const contracted = price(node, { discounts, basis: 'contracted' });
    expect(hourly(contracted)).toBe(0.15);
    expect(contracted.reason).toContain('Less 25% by contract.');
  });

  it('prices the nodes that only pods speak of', () => {
    const snapshot = aSnapshot({ nodes: [], pods: [aPod({ name: 'a', node: 'gone' })] });
    expect(priceNodes(snapshot, pricing(), []).get('gone')).toMatchObject({ source: 'flat' });
  });
});
