import { expect, it } from 'vitest';
import { carriedLabels, nameRestorer } from './labels.ts';

it('gives mangled names back their form where they are well known or mentioned', () => {
  const restore = nameRestorer(['a8r.io/owner', 'acme.com/costCenter']);
  expect(
    carriedLabels(
      {
        __name__: 'kube_node_labels',
        node: 'n1',
        label_topology_kubernetes_io_zone: 'eu-1a',
        label_eks_amazonaws_com_capacity_type: 'SPOT',
        label_a8r_io_owner: 'ann',
        label_acme_com_cost_center: '42',
        label_something_else: 'x',
      },
      'label_',
      restore,
    ),
  ).toEqual({
    'topology.kubernetes.io/zone': 'eu-1a',
    'eks.amazonaws.com/capacityType': 'SPOT',
    'a8r.io/owner': 'ann',
    'acme.com/costCenter': '42',
    something_else: 'x',
  });
});
