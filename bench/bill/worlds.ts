import {
  amazonBill,
  autopilot,
  azureBill,
  fargate,
  googleBill,
  machines,
  total,
} from './providers.ts';
import type { BenchContainer, BenchNode, BenchPod, BillWorld } from './world.ts';

const TYPE = 'node.kubernetes.io/instance-type';
const REGION = 'topology.kubernetes.io/region';
const ALL_DAY = [0, 24] as const;

function main(
  cores: number,
  gib: number,
  used: [number, number],
  more: Partial<BenchContainer> = {},
): BenchContainer {
  return { role: 'main', cores, gib, used, ...more };
}

function pod(
  namespace: string,
  name: string,
  node: string,
  containers: readonly BenchContainer[],
  more: Partial<BenchPod> = {},
): BenchPod {
  return { namespace, name, node, held: ALL_DAY, containers, ...more };
}

function ec2(
  index: number,
  type: string,
  size: [number, number],
  more: Partial<BenchNode> = {},
  labels = {},
): BenchNode {
  return {
    name: `ip-10-0-0-${index}.ec2.internal`,
    providerId: `aws:///us-east-1a/i-0${index}`,
    labels: { [TYPE]: type, [REGION]: 'us-east-1', ...labels },
    cores: size[0],
    gib: size[1],
    up: ALL_DAY,
    ...more,
  };
}

const instance = ({ providerId }: BenchNode): string =>
  `arn:aws:ec2:us-east-1:111122223333:instance/${providerId?.split('/').at(-1)}`;

function linesOf(
  nodes: readonly BenchNode[],
  costs: ReadonlyMap<string, number>,
  service = 'Compute',
) {
  return nodes.map((node) => ({ cost: costs.get(node.name) ?? 0, id: instance(node), service }));
}

/** A savings plan at 28 % off with an unused part, a refund, disks, a load balancer, traffic, and other people's machines. */
function amazonMachines(): BillWorld {
  const nodes = [1, 2, 3].map((index) => ec2(index, 'm5.2xlarge', [8, 32]));
  const used = machines(nodes, () => 0.384 * 0.72);
  const [unused, refund, foreign] = [1.5, -2, 10];
  const factor = 1 + (unused + refund) / (total(used) + foreign);
  const billed = new Map([...used].map(([name, cost]) => [name, cost * factor]));
  const [first = '', second = '', third = ''] = nodes.map(({ name }) => name);
  return {
    name: 'AWS, savings plan',
    what: 'EffectiveCost with a plan’s discount and unused part, a refund, EBS, NLB, egress',
    nodes,
    pods: [
      pod('shop', 'api-0', first, [main(2, 8, [1.2, 6])], { egressGiB: 2 }),
      pod('shop', 'api-1', second, [main(2, 8, [3.1, 6])], { egressGiB: 1 }),
      pod('data', 'db-0', third, [main(4, 16, [1, 12])], { claim: 'db' }),
      pod('batch', 'job', second, [main(3, 4, [2.5, 3])], { held: [3.25, 9.75] }),
    ],
    volumes: [
      { namespace: 'data', claim: 'db', gib: 500 },
      { namespace: 'shop', claim: 'old', gib: 100 },
    ],
    balancers: ['shop'],
    bill: amazonBill({
      nodes: billed,
      storage: (600 * 0.08 * 24) / 730,
      balancers: 0.0225 * 24,
      traffic: 72 * 0.09,
      foreign: foreign * factor,
      lines: [
        ...linesOf(nodes, used),
        {
          cost: foreign,
          id: 'arn:aws:ec2:us-east-1:111122223333:instance/i-0999',
          service: 'Compute',
        },
        {
          cost: unused,
          id: 'arn:aws:savingsplans::111122223333:savingsplan/a',
          service: 'Compute',
          unused: true,
        },
        { cost: refund, category: 'Credit', service: 'Compute' },
        {
          cost: (600 * 0.08 * 24) / 730,
          id: 'arn:aws:ec2:us-east-1:111122223333:volume/vol-1',
          service: 'Storage',
        },
        {
          cost: 0.0225 * 24,
          id: 'arn:aws:elasticloadbalancing:us-east-1:111122223333:loadbalancer/net/a',
          service: 'Networking',
          serviceName: 'Elastic Load Balancing',
        },
        { cost: 72 * 0.09, id: instance(nodes[0] as BenchNode), service: 'Networking' },
        {
          cost: 50,
          id: 'arn:aws:s3:::bucket',
          service: 'Storage',
          serviceName: 'Amazon Simple Storage Service',
          tagged: false,
        },
      ],
    }),
  };
}

/** What schedulers reserve and requests do not show. */
function reservations(): BillWorld {
  const nodes = [ec2(1, 'm5.2xlarge', [8, 32])];
  const [{ name }] = nodes as [BenchNode];
  const billed = machines(nodes, () => 0.384);
  return {
    name: 'AWS, reservations',
    what: 'a sidecar before an init container, pod-level requests, Kata overhead, huge pages',
    nodes,
    pods: [
      pod('mesh', 'a', name, [
        { role: 'sidecar', cores: 0.5, gib: 0.25, used: [0.1, 0.1] },
        { role: 'init', cores: 2, gib: 1, used: [0, 0] },
        main(1, 1, [0.6, 0.8]),
      ]),
      pod('level', 'b', name, [main(0, 0, [1, 2])], { podLevel: { cores: 2, gib: 4 } }),
      pod('kata', 'c', name, [main(1, 1, [0.5, 0.5])], { overhead: { cores: 0.25, gib: 2 } }),
      pod('pages', 'd', name, [main(1, 4, [0.2, 3], { pagesGiB: 8 })]),
    ],
    bill: amazonBill({ nodes: billed, lines: linesOf(nodes, billed) }),
  };
}

function slices(): BillWorld {
  const nodes = [
    ec2(
      1,
      'p4d.24xlarge',
      [96, 1152],
      { cards: { count: 8, resource: 'nvidia.com/mig-1g.5gb', units: 56 } },
      { 'nvidia.com/gpu.product': 'NVIDIA-A100-SXM4-40GB' },
    ),
  ];
  const [{ name }] = nodes as [BenchNode];
  const billed = machines(nodes, () => 21.957642);
  return {
    name: 'AWS, MIG',
    what: 'eight A100 in 56 slices, half of them held; a job on CPU beside them',
    nodes,
    pods: [
      pod('ml', 'train', name, [main(4, 32, [3, 20], { units: 28 })]),
      pod('etl', 'spark', name, [main(16, 128, [12, 100])], { held: [6, 18.5] }),
    ],
    bill: amazonBill({ nodes: billed, lines: linesOf(nodes, billed) }),
  };
}

/** Spot machines that come and go, a Windows machine, and EKS Auto Mode's fee on the instance. */
function comings(): BillWorld {
  const nodes = [
    ec2(1, 'm5.xlarge', [4, 16], { up: [0, 7.5] }, { 'karpenter.sh/capacity-type': 'spot' }),
    ec2(2, 'm5.xlarge', [4, 16], { up: [7, 24] }, { 'karpenter.sh/capacity-type': 'spot' }),
    ec2(3, 'm5.xlarge', [4, 16], {}, { 'kubernetes.io/os': 'windows' }),
    ec2(4, 'm5.xlarge', [4, 16], {}, { 'eks.amazonaws.com/compute-type': 'auto' }),
  ];
  const price = [0.07, 0.08, 0.376, 0.192];
  const machine = machines(nodes, (node) => price[nodes.indexOf(node)] ?? 0);
  const fee = 0.12 * 0.192 * 24;
  const [a = '', b = '', w = '', m = ''] = nodes.map((node) => node.name);
  const billed = new Map(
    [...machine].map(([name, cost]) => [name, name === m ? cost + fee : cost]),
  );
  return {
    name: 'AWS, mixed nodes',
    what: 'spot that is interrupted, Windows, EKS Auto Mode with its fee',
    nodes,
    pods: [
      pod('web', 'a', a, [main(2, 4, [1, 3])], { held: [0, 7.25] }),
      pod('web', 'b', b, [main(2, 4, [1, 3])], { held: [7.25, 24] }),
      pod('dotnet', 'iis', w, [main(1, 4, [0.5, 2])]),
      pod('app', 'c', m, [main(3, 8, [1, 6])]),
    ],
    bill: amazonBill({
      nodes: billed,
      lines: [
        ...linesOf(nodes, machine),
        {
          cost: fee,
          id: instance(nodes[3] as BenchNode),
          service: 'Compute',
          serviceName: 'Amazon Elastic Kubernetes Service',
        },
      ],
    }),
  };
}

function serverless(): BillWorld {
  const pods = [
    pod('web', 'api-0', 'fargate-0', [main(0.25, 0.5, [0.05, 0.2])]),
    pod('web', 'api-1', 'fargate-1', [main(1.2, 3, [0.5, 2])], { held: [2, 20] }),
    pod('jobs', 'etl', 'fargate-2', [main(3, 10, [2, 8])], { held: [4.5, 6] }),
  ];
  const nodes = pods.map(({ node, held }) => ({
    ...ec2(0, '', [4, 15], { name: node, providerId: null, up: held }),
    labels: { 'eks.amazonaws.com/compute-type': 'fargate', [REGION]: 'us-east-1' },
  }));
  // A Compute Savings Plan covers Fargate, at 20 % off.
  const billed = fargate(pods, 0.04048 * 0.8, 0.004445 * 0.8);
  return {
    name: 'AWS, Fargate',
    what: 'pods of rounded sizes, billed by pod',
    nodes,
    pods,
    bill: amazonBill({
      nodes: new Map(),
      pods: billed,
      lines: pods.map(({ name, namespace }) => ({
        cost: billed.get(name) ?? 0,
        id: `arn:aws:eks:us-east-1:111122223333:pod/prod/${namespace}/${name}/uid-${name}`,
        service: 'Compute',
        serviceName: 'Amazon Elastic Kubernetes Service',
      })),
    }),
  };
}

function google(): BillWorld {
  const nodes = ['a', 'b'].map((letter) => ({
    name: `gke-prod-pool-1-${letter}`,
    providerId: `gce://acme/us-central1-a/gke-prod-pool-1-${letter}`,
    labels: { [TYPE]: 'n2-standard-4', [REGION]: 'us-central1' },
    cores: 4,
    gib: 16,
    up: ALL_DAY,
  }));
  // Sustained use: a month's machine is 20 % cheaper.
  const billed = machines(nodes, () => 0.194236 * 0.8);
  return {
    name: 'Google, sustained use',
    what: 'core and RAM as lines of their own, names instead of numbers, tags as a list',
    nodes,
    pods: [
      pod('g', 'app-0', 'gke-prod-pool-1-a', [main(2, 8, [0.5, 4])]),
      pod('h', 'app-1', 'gke-prod-pool-1-b', [main(1, 4, [2, 6])]),
    ],
    bill: googleBill({
      nodes: billed,
      lines: nodes.flatMap(({ name }, index) =>
        [0.7, 0.3].map((share) => ({
          cost: (billed.get(name) ?? 0) * share,
          id: `//compute.googleapis.com/projects/9/zones/us-central1-a/instances/48151623${index}`,
          name,
          service: 'Compute',
        })),
      ),
    }),
  };
}

function googleAutopilot(): BillWorld {
  const node = {
    name: 'gk3-prod-1',
    providerId: 'gce://acme/us-central1-a/gk3-prod-1',
    labels: { [REGION]: 'us-central1' },
    cores: 8,
    gib: 32,
    up: ALL_DAY,
  };
  const pods = [
    pod('web', 'a', node.name, [main(0.5, 2, [0.2, 1])]),
    pod('jobs', 'b', node.name, [main(2, 8, [1, 4])], { held: [5, 11.5] }),
    pod('kube-system', 'dns', node.name, [main(0.25, 0.5, [0.1, 0.2])]),
  ];
  // A commitment of a year: 20 % off; the fee of the cluster is a charge of its own.
  const billed = autopilot(pods, 0.0445 * 0.8, 0.0049225 * 0.8);
  return {
    name: 'Google, Autopilot',
    what: 'pods by request; system pods free; one charge for the cluster',
    nodes: [node],
    pods,
    bill: googleBill({
      nodes: new Map(),
      pods: billed,
      lines: [
        { cost: total(billed), service: 'Kubernetes Engine', serviceName: 'Kubernetes Engine' },
        {
          cost: 2.4,
          id: '//container.googleapis.com/projects/9/locations/us-central1/clusters/prod',
          service: 'Kubernetes Engine',
          serviceName: 'Kubernetes Engine',
        },
      ],
      foreign: 2.4,
    }),
  };
}

function azure(): BillWorld {
  const set =
    '/subscriptions/1/resourceGroups/MC_rg/providers/Microsoft.Compute/virtualMachineScaleSets/aks-np1';
  const nodes = [0, 1].map((index) => ({
    name: `aks-np1-vmss00000${index}`,
    providerId: `azure://${set}/virtualMachines/${index}`,
    labels: { [TYPE]: 'Standard_D4s_v5', [REGION]: 'eastus' },
    cores: 4,
    gib: 16,
    up: index === 0 ? ALL_DAY : ([8, 20] as const),
  }));
  const billed = machines(nodes, () => 0.192 * 0.6);
  return {
    name: 'Azure, scale set',
    what: 'a reservation at 40 % off; two machines billed as one resource; times without a zone',
    nodes,
    pods: [
      pod('z', 'app-0', 'aks-np1-vmss000000', [main(2, 8, [0.5, 4])]),
      pod('y', 'app-1', 'aks-np1-vmss000001', [main(1, 4, [0.5, 2])], { held: [8, 20] }),
    ],
    bill: azureBill({
      nodes: billed,
      lines: [
        { cost: total(billed), id: set, service: 'Compute' },
        { cost: 3, category: 'Tax', service: '' },
      ],
      foreign: 3,
    }),
  };
}

export const WORLDS: readonly BillWorld[] = [
  amazonMachines(),
  reservations(),
  slices(),
  comings(),
  serverless(),
  google(),
  googleAutopilot(),
  azure(),
];
