import { describe, expect, it } from 'vitest';
import { cardsOfNode, cardsPerUnit } from './devices.ts';

const A30 = { 'nvidia.com/gpu.product': 'NVIDIA-A30' };

describe('cards', () => {
  it.each([
    ['nvidia_com_gpu', {}, 1],
    ['nvidia_com_gpu', { 'nvidia.com/gpu.replicas': '4' }, 1 / 4],
    ['nvidia_com_gpu_shared', { label_nvidia_com_gpu_replicas: '10' }, 1 / 10],
    ['nvidia_com_gpu', { 'cloud.google.com/gke-max-shared-clients-per-gpu': '8' }, 1 / 8],
    ['nvidia_com_gpu', { 'nvidia.com/gpu.product': 'NVIDIA-H100-80GB-HBM3-MIG-3g.40gb' }, 3 / 7],
    ['nvidia_com_gpu', { 'cloud.google.com/gke-gpu-partition-size': '2g.20gb' }, 2 / 7],
    ['nvidia_com_mig_1g_10gb', {}, 1 / 7],
    ['nvidia_com_mig_1g_10gb_me', {}, 1 / 7],
    ['nvidia_com_mig_7g_80gb', {}, 1],
    ['nvidia_com_mig_1g_10gb_shared', { 'nvidia.com/mig-1g.10gb.replicas': '2' }, 1 / 14],
    ['nvidia_com_mig_2g_12gb', {}, 1 / 2],
    ['nvidia_com_mig_1g_24gb', A30, 1 / 4],
    ['amd_com_gpu', {}, 1],
    ['gpu_intel_com_i915', {}, 1],
    ['google_com_tpu', {}, 1],
    ['aws_amazon_com_neuroncore', {}, 1 / 2],
    ['aws_amazon_com_neuroncore', { 'node.kubernetes.io/instance-type': 'trn2.48xlarge' }, 1 / 4],
    ['habana_ai_gaudi', {}, 1],
    ['hugepages_2Mi', {}, 0],
    ['vpc_amazonaws_com_pod_eni', {}, 0],
    ['example_com_fpga', {}, null],
  ])('%s with %o is %s', (resource, labels, cards) => {
    expect(cardsPerUnit(resource, labels, {})).toBe(cards);
  });

  it('come from the operator where the table does not know them', () => {
    expect(cardsPerUnit('example_com_fpga', {}, { 'example.com/fpga': 2 })).toBe(1 / 2);
    expect(cardsPerUnit('example_com_nic', {}, { 'example.com/nic': 0 })).toBe(0);
  });

  it('of a node are whole, and counted once however many names they have', () => {
    expect(cardsOfNode({ nvidia_com_mig_3g_40gb: 2, nvidia_com_gpu: 1 }, {}, {})).toBe(2);
    const neuron = {
      aws_amazon_com_neuron: 6,
      aws_amazon_com_neurondevice: 6,
      aws_amazon_com_neuroncore: 12,
    };
    expect(cardsOfNode(neuron, {}, {})).toBe(6);
    expect(cardsOfNode({ nvidia_com_gpu: 8 }, { 'nvidia.com/gpu.replicas': '4' }, {})).toBe(2);
  });
});
