import { expect, it } from 'vitest';
import { loadShipped } from '../lists/loadShipped.ts';
import type { PlacedContainer, SavingsNode } from './estimateSavings.ts';
import { nodeActions, machineFamily } from './nodeActions.ts';

const GIB = 2 ** 30;
const LISTS = await loadShipped();

/** A node of eight cores and 32 GiB that costs 0.4 an hour, alone in its pool. */
function node(change: Partial<SavingsNode>): SavingsNode {
  return {
    name: 'n1',
    pool: 'general',
    instanceType: 'm5.2xlarge',
    region: 'us-east-1',
    allocatableCpuCores: 7.4,
    allocatableRamBytes: 29 * GIB,
    hourly: 0.4,
    cpuCoreHour: 0.03,
    ramGiBHour: 0.005,
    labels: {},
    ...change,
  };
}

function pod(cpuCores: number, ramGiB: number): PlacedContainer {
  const workload = { kind: 'Deployment', name: 'web' };
  const place = { namespace: 'shop', pod: 'web-1', workload, container: 'app', node: 'n1' };
  return { ...place, cpuCores, ramBytes: ramGiB * GIB };
}

const actionsOf = (one: SavingsNode, ...pods: readonly PlacedContainer[]) =>
  nodeActions([one], pods, 'kubectl --context prod', LISTS);

it('names the cheapest type of the family that takes what is requested, its money and the commands', () => {
  const labels = { 'eks.amazonaws.com/nodegroup': 'general' };
  const [action, ...more] = actionsOf(node({ labels }), pod(2.5, 6));
  expect(more).toEqual([]);
  expect(action).toMatchObject({
    kind: 'oversized-node',
    subject: 'Node/n1',
    why: 'm5.xlarge (4 cores, 16 GiB) would do in place of m5.2xlarge: 1 pod would request 2.5 cores and 6 GiB of it, with a tenth kept free',
    commands: [
      'eksctl create nodegroup --cluster CLUSTER --name general-small --node-type m5.xlarge --nodes 1',
      'kubectl --context prod drain n1 --ignore-daemonsets --delete-emptydir-data',
    ],
  });
  // Half of the list's price, of what this node costs.
  expect(action?.savingPerMonth).toBeCloseTo(0.2 * 730, 6);
});

it('goes as small as CPU and memory let it, and says nothing where nothing smaller fits', () => {
  expect(actionsOf(node({}), pod(1.2, 5))[0]?.why).toMatch(/^m5\.large /);
  expect(actionsOf(node({}), pod(1.2, 10))[0]?.why).toMatch(/^m5\.xlarge /);
  expect(actionsOf(node({}), pod(1.2, 14))).toEqual([]);
  expect(actionsOf(node({}), pod(3.5, 6))).toEqual([]);
  expect(actionsOf(node({ isControlPlane: true }), pod(1, 1))).toEqual([]);
});

it('keeps the number of GPUs', () => {
  const gpu = node({ instanceType: 'g4dn.xlarge', allocatableCpuCores: 3.7, gpuHour: 0.5 });
  expect(actionsOf(gpu, pod(0.1, 0.1))).toEqual([]);
});

it.each([
  [
    'n2-standard-8',
    'us-central1',
    { 'cloud.google.com/gke-nodepool': 'p' },
    /^gcloud container node-pools create p-small --cluster CLUSTER --machine-type n2-/,
  ],
  [
    'Standard_D8s_v5',
    'eastus',
    { 'kubernetes.azure.com/agentpool': 'userpool1' },
    /^az aks nodepool add .* --name userpool1sma --node-vm-size Standard_D\ds_v5 /,
  ],
  // Karpenter picks the type itself once the node is drained.
  ['m5.2xlarge', 'us-east-1', { 'karpenter.sh/nodepool': 'p' }, /^kubectl --context prod drain n1/],
])('adds a pool of %s as its cloud does', (instanceType, region, labels, first) => {
  const [action] = actionsOf(node({ instanceType, region, labels }), pod(2.5, 6));
  expect(action?.commands[0]).toMatch(first);
});

it('says that half would do where no list knows the type', () => {
  const [action] = actionsOf(node({ instanceType: 'custom-8-32' }), pod(2.5, 6));
  expect(action).toMatchObject({
    savingPerMonth: 0.2 * 730,
    why: expect.stringContaining('half of custom-8-32 would do'),
  });
});

it.each([
  ['m5.2xlarge', 'm5.large'],
  ['n2-standard-8', 'n2-highmem-4'],
  ['Standard_D8s_v5', 'Standard_D16s_v5'],
  ['u-6tb1.metal', 'u-6tb1.112xlarge'],
])('%s and %s are one family', (one, other) => {
  expect(machineFamily(one)).not.toBeNull();
  expect(machineFamily(one)).toBe(machineFamily(other));
});

it.each([
  ['m5.2xlarge', 'm5a.2xlarge'],
  ['n2-standard-8', 'n2d-standard-8'],
  ['Standard_D8s_v5', 'Standard_D8as_v5'],
  ['Standard_D8s_v5', 'Standard_E8s_v5'],
])('%s and %s are two families', (one, other) => {
  expect(machineFamily(one)).not.toBe(machineFamily(other));
});
