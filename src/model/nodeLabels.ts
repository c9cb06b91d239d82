/** Node labels that say how a node is billed, by what they say; of several the first that is set counts. */
export const NODE_LABELS = {
  instanceType: ['node.kubernetes.io/instance-type', 'beta.kubernetes.io/instance-type'],
  region: ['topology.kubernetes.io/region', 'failure-domain.beta.kubernetes.io/region'],
  zone: [
    'topology.kubernetes.io/zone',
    'failure-domain.beta.kubernetes.io/zone',
    'topology.k8s.aws/zone-id',
  ],
  os: ['kubernetes.io/os'],
  /** The node's pool; where there is none, its type. */
  pool: [
    'karpenter.sh/nodepool',
    'eks.amazonaws.com/nodegroup',
    'cloud.google.com/gke-nodepool',
    'kubernetes.azure.com/agentpool',
    'node.kubernetes.io/instance-type',
  ],
  /** Of machines that run the control plane; mostly without a value, which only the Kubernetes API tells. */
  controlPlane: ['node-role.kubernetes.io/control-plane', 'node-role.kubernetes.io/master'],
} as const;

/**
 * Labels and values that mark interruptible capacity; values are compared without regard to case.
 * Those of OKE, Alibaba, Yandex, OpenShift and Spot.io were looked up on 2026-11-30, some in code of others.
 */
export const SPOT_LABELS: readonly (readonly [label: string, value: string])[] = [
  ['karpenter.sh/capacity-type', 'spot'],
  ['eks.amazonaws.com/capacityType', 'spot'],
  ['cloud.google.com/gke-spot', 'true'],
  ['cloud.google.com/gke-preemptible', 'true'],
  ['cloud.google.com/gke-provisioning', 'spot'],
  ['kubernetes.azure.com/scalesetpriority', 'spot'],
  ['node.kubernetes.io/lifecycle', 'spot'],
  ['spotinst.io/node-lifecycle', 'spot'],
  ['scheduling.cast.ai/spot', 'true'],
  ['node-role.kubernetes.io/spot-worker', 'true'],
  ['lifecycle', 'Ec2Spot'],
  ['lifecycle', 'spot'],
  ['node.kubernetes.io/lifecycle', 'ec2spot'],
  ['machine.openshift.io/interruptible-instance', ''],
  ['oci.oraclecloud.com/oke-is-preemptible', 'true'],
  ['node.alibabacloud.com/spot-strategy', 'SpotAsPriceGo'],
  ['node.alibabacloud.com/spot-strategy', 'SpotWithPriceLimit'],
  ['yandex.cloud/preemptible', 'true'],
];

/** Labels and values that mark capacity that was reserved beforehand, and is paid for used or not. */
export const RESERVED_LABELS: readonly (readonly [label: string, value: string])[] = [
  ['karpenter.sh/capacity-type', 'reserved'],
  ['eks.amazonaws.com/capacityType', 'CAPACITY_BLOCK'],
];

/** Systems that clouds sell by the hour, by the image's name. */
export const SOLD_SYSTEMS: readonly (readonly [os: string, osImage: RegExp])[] = [
  ['rhel', /^Red Hat Enterprise Linux(?!.*CoreOS)/],
  ['suse', /^SUSE Linux Enterprise/],
];

/** Labels that tell a node that is no machine, or how its cards are shared. */
const RULE_LABELS = [
  'type',
  'eks.amazonaws.com/compute-type',
  'cloud.google.com/compute-class',
  'nvidia.com/gpu.product',
  'nvidia.com/gpu.replicas',
  'cloud.google.com/gke-max-shared-clients-per-gpu',
  'cloud.google.com/gke-gpu-partition-size',
];

/** Every label of these tables. */
export const BILLING_LABELS: readonly string[] = [
  ...new Set([
    ...Object.values(NODE_LABELS).flat(),
    ...[...SPOT_LABELS, ...RESERVED_LABELS].map(([label]) => label),
    ...RULE_LABELS,
  ]),
];
