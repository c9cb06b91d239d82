import type { DemoCluster } from '../cluster/cluster.ts';
import { NAMESPACES, OWNER_ANNOTATION } from '../cluster/namespaces.ts';
import { NODES, nodeLabels, type DemoNode } from '../cluster/nodes.ts';
import { DAY_MS, SECOND_MS } from '../../src/model/time.ts';
import type { Labels, MetricFamily, SampledSeries } from '../samples.ts';
import { gauge } from './kubePods.ts';

const GIB = 2 ** 30;

/** A series that lasts through the whole span, with one value (1 by default). */
export type Whole = (labels: Labels, value?: number) => SampledSeries;

export function* nodeFamilies(whole: Whole): Generator<MetricFamily> {
  yield gauge(
    'kube_node_info',
    NODES.map((node) => whole(nodeInfo(node))),
  );
  yield gauge(
    'kube_node_labels',
    NODES.map((node) => whole({ node: node.name, ...mangled('label', nodeLabels(node)) })),
  );
  yield gauge(
    'kube_node_status_capacity',
    NODES.flatMap((node) => nodeResources(node, 1).map(([labels, value]) => whole(labels, value))),
  );
  yield gauge(
    'kube_node_status_allocatable',
    NODES.flatMap((node) =>
      nodeResources(node, 0.96).map(([labels, value]) => whole(labels, value)),
    ),
  );
}

export function* namespaceFamilies(
  { scenario }: DemoCluster,
  whole: Whole,
): Generator<MetricFamily> {
  const birth = Math.floor((scenario.start - 200 * DAY_MS) / SECOND_MS);
  yield gauge(
    'kube_namespace_created',
    NAMESPACES.map(({ name }) => whole({ namespace: name }, birth)),
  );
  yield gauge(
    'kube_namespace_labels',
    NAMESPACES.map(({ name, labels }) => whole({ namespace: name, ...mangled('label', labels) })),
  );
  yield gauge(
    'kube_namespace_annotations',
    NAMESPACES.map(({ name, owner }) =>
      whole({
        namespace: name,
        ...(owner === null ? {} : mangled('annotation', { [OWNER_ANNOTATION]: owner })),
      }),
    ),
  );
  yield gauge(
    'kube_resourcequota',
    NAMESPACES.flatMap(({ name, quota }) =>
      quota === null
        ? []
        : [
            whole({ ...quotaLabels(name), resource: 'requests.cpu', type: 'hard' }, quota.cpu),
            whole(
              { ...quotaLabels(name), resource: 'requests.memory', type: 'hard' },
              quota.ramGiB * GIB,
            ),
          ],
    ),
  );
}

function nodeInfo(node: DemoNode): Labels {
  return {
    node: node.name,
    internal_ip: node.ip,
    kernel_version: '6.1.115-126.197.amzn2023.x86_64',
    os_image: 'Amazon Linux 2023.6.20241121',
    container_runtime_version: 'containerd://1.7.23',
    kubelet_version: 'v1.31.2-eks-94953ac',
    provider_id: node.providerId,
  };
}

/** Resources with their units; what is allocatable is less than the capacity, GPUs excepted. */
function nodeResources(
  node: DemoNode,
  share: number,
): readonly (readonly [labels: Labels, value: number])[] {
  const { name, cpuCores, ramBytes, gpus } = node;
  return [
    [{ node: name, resource: 'cpu', unit: 'core' }, cpuCores * share],
    [{ node: name, resource: 'memory', unit: 'byte' }, Math.round(ramBytes * share)],
    [{ node: name, resource: 'pods', unit: 'integer' }, 58],
    ...(gpus === 0
      ? []
      : [[{ node: name, resource: 'nvidia_com_gpu', unit: 'integer' }, gpus] as const]),
  ];
}

function quotaLabels(namespace: string): Labels {
  return { namespace, resourcequota: 'compute' };
}

/** Labels and annotations as kube-state-metrics writes them: `a.b/c` becomes `label_a_b_c`. */
function mangled(prefix: string, labels: Labels): Labels {
  const entries = Object.entries(labels);
  return Object.fromEntries(
    entries.map(([name, value]) => [`${prefix}_${name.replaceAll(/[^a-zA-Z0-9_]/g, '_')}`, value]),
  );
}
