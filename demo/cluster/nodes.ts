import { seedOf } from '../noise.ts';

/** A node of the simulated cluster: EKS in us-east-1. */
export interface DemoNode {
  readonly name: string;
  readonly ip: string;
  readonly instanceType: string;
  readonly zone: string;
  readonly capacityType: 'ON_DEMAND' | 'SPOT';
  readonly nodeGroup: string;
  readonly cpuCores: number;
  readonly ramBytes: number;
  readonly gpus: number;
  readonly providerId: string;
  /** cAdvisor's scrape target. */
  readonly kubelet: string;
}

export const REGION = 'us-east-1';
const GIB = 2 ** 30;

/** Instance types with what EKS shows of them: a little less memory than the type's name promises. */
const TYPES = {
  'm5.2xlarge': { cpuCores: 8, ramBytes: 31 * GIB, gpus: 0 },
  'm6i.2xlarge': { cpuCores: 8, ramBytes: 31 * GIB, gpus: 0 },
  'c5.2xlarge': { cpuCores: 8, ramBytes: 15.2 * GIB, gpus: 0 },
  'r5.xlarge': { cpuCores: 4, ramBytes: 31 * GIB, gpus: 0 },
  'g4dn.xlarge': { cpuCores: 4, ramBytes: 15.4 * GIB, gpus: 1 },
} as const;

type InstanceType = keyof typeof TYPES;

const PLAN: readonly (readonly [InstanceType, string, DemoNode['capacityType'], string])[] = [
  ['m5.2xlarge', 'a', 'ON_DEMAND', 'general'],
  ['m5.2xlarge', 'b', 'ON_DEMAND', 'general'],
  ['m5.2xlarge', 'c', 'ON_DEMAND', 'general'],
  ['m6i.2xlarge', 'a', 'ON_DEMAND', 'general'],
  ['r5.xlarge', 'b', 'ON_DEMAND', 'memory'],
  ['c5.2xlarge', 'a', 'SPOT', 'spot'],
  ['c5.2xlarge', 'c', 'SPOT', 'spot'],
  ['g4dn.xlarge', 'b', 'ON_DEMAND', 'gpu'],
];

/** The eight nodes, always the same. */
export const NODES: readonly DemoNode[] = PLAN.map(
  ([instanceType, zone, capacityType, group], index) => {
    const [third, fourth] = [10 + index * 3, 20 + ((index * 53) % 200)];
    const ip = `10.0.${third}.${fourth}`;
    const instance = seedOf(ip).toString(16).padStart(8, '0');
    return {
      name: `ip-10-0-${third}-${fourth}.ec2.internal`,
      ip,
      instanceType,
      zone: `${REGION}${zone}`,
      capacityType,
      nodeGroup: group,
      ...TYPES[instanceType],
      providerId: `aws:///${REGION}${zone}/i-0${instance}${instance}`,
      kubelet: `${ip}:10250`,
    };
  },
);

/** Labels as EKS puts them on its nodes. */
export function nodeLabels(node: DemoNode): Readonly<Record<string, string>> {
  return {
    'kubernetes.io/arch': 'amd64',
    'kubernetes.io/hostname': node.name,
    'kubernetes.io/os': 'linux',
    'node.kubernetes.io/instance-type': node.instanceType,
    'topology.kubernetes.io/region': REGION,
    'topology.kubernetes.io/zone': node.zone,
    'eks.amazonaws.com/capacityType': node.capacityType,
    'eks.amazonaws.com/nodegroup': node.nodeGroup,
  };
}
