import type {
  ContainerReadings,
  NodeReadings,
  PodReadings,
  Readings,
} from '../cluster/readings.ts';
import type { Labels, MetricFamily, SampledSeries } from '../samples.ts';
import {
  containerCgroup,
  containerName,
  DCGM_TARGET,
  kubeletTarget,
  podCgroup,
  sandboxCgroup,
} from './labels.ts';

/**
 * What the kubelets' cAdvisor shows: containers, and once more the cgroups of pods and slices that hold
 * them, which a reader must not count again.
 */
export function* cadvisorFamilies(readings: Readings): Generator<MetricFamily> {
  const containers = readings.containers.map((one) => ({ one, labels: containerLabels(one) }));
  const pods = readings.pods.map((one) => ({ one, labels: cgroupLabels(one) }));
  const nodes = readings.nodes.flatMap((one) =>
    sliceLabels(one).map((labels) => ({ one, labels })),
  );
  const { times } = readings;
  const family = (
    name: string,
    type: MetricFamily['type'],
    series: readonly SampledSeries[],
  ): MetricFamily => ({ name, type, series });
  const each = (
    values: (one: ContainerReadings) => readonly number[],
    more: Labels = {},
  ): SampledSeries[] =>
    containers
      .map(({ one, labels }) => ({
        labels: { ...labels, ...more },
        times: one.times,
        values: values(one),
      }))
      .filter((series) => series.values.length > 0);

  yield family('container_cpu_usage_seconds_total', 'counter', [
    ...each(({ cpuSeconds }) => cpuSeconds, { cpu: 'total' }),
    ...pods.map(({ one, labels }) => ({
      labels: { ...labels, cpu: 'total' },
      times: one.times,
      values: one.cpuSeconds,
    })),
    ...nodes.map(({ one, labels }) => ({
      labels: { ...labels, cpu: 'total' },
      times,
      values: one.cpuSeconds,
    })),
  ]);
  yield family('container_memory_working_set_bytes', 'gauge', [
    ...each(({ ramBytes }) => ramBytes),
    ...nodes.map(({ one, labels }) => ({ labels, times, values: one.ramBytes })),
  ]);
  const disk = { device: '/dev/nvme0n1' };
  yield family(
    'container_fs_reads_bytes_total',
    'counter',
    each((one) => one.diskReadBytes, disk),
  );
  yield family(
    'container_fs_writes_bytes_total',
    'counter',
    each((one) => one.diskWriteBytes, disk),
  );
  yield family(
    'container_cpu_cfs_periods_total',
    'counter',
    each((one) => one.periods),
  );
  yield family(
    'container_cpu_cfs_throttled_periods_total',
    'counter',
    each((one) => one.throttledPeriods),
  );
  const network = readings.pods.map((one) => ({ one, labels: networkLabels(one) }));
  yield family(
    'container_network_receive_bytes_total',
    'counter',
    network.map(({ one, labels }) => ({ labels, times: one.times, values: one.receiveBytes })),
  );
  yield family(
    'container_network_transmit_bytes_total',
    'counter',
    network.map(({ one, labels }) => ({ labels, times: one.times, values: one.transmitBytes })),
  );
}

/** NVIDIA's exporter, scraped with its own labels kept aside, as its chart does by default. */
export function* gpuFamilies({ containers }: Readings): Generator<MetricFamily> {
  const onGpu = containers.filter(({ gpu }) => gpu.length > 0);
  const series = (values: (one: ContainerReadings) => readonly number[]): SampledSeries[] =>
    onGpu.map((one) => ({
      labels: {
        ...DCGM_TARGET,
        gpu: '0',
        modelName: 'Tesla T4',
        exported_namespace: one.pod.workload.namespace,
        exported_pod: one.pod.name,
        exported_container: containerName(one.pod),
      },
      times: one.times,
      values: values(one),
    }));
  yield {
    name: 'DCGM_FI_DEV_GPU_UTIL',
    type: 'gauge',
    series: series(({ gpu }) => gpu.map((share) => Math.round(100 * share))),
  };
  yield {
    name: 'DCGM_FI_PROF_PIPE_TENSOR_ACTIVE',
    type: 'gauge',
    series: series((one) => one.tensor),
  };
}

function containerLabels({ pod, life }: ContainerReadings): Labels {
  return {
    ...kubeletTarget(pod.node),
    namespace: pod.workload.namespace,
    pod: pod.name,
    container: containerName(pod),
    id: containerCgroup(pod, life),
  };
}

/** The pod's own cgroup: the same labels without a container. */
function cgroupLabels({ pod }: PodReadings): Labels {
  return {
    ...kubeletTarget(pod.node),
    namespace: pod.workload.namespace,
    pod: pod.name,
    id: podCgroup(pod),
  };
}

function networkLabels({ pod }: PodReadings): Labels {
  return {
    ...kubeletTarget(pod.node),
    namespace: pod.workload.namespace,
    pod: pod.name,
    id: sandboxCgroup(pod),
    interface: 'eth0',
  };
}

/** The machine as a whole, and the slice of all pods. */
function sliceLabels({ node }: NodeReadings): readonly Labels[] {
  return ['/', '/kubepods.slice'].map((id) => ({ ...kubeletTarget(node), id }));
}
