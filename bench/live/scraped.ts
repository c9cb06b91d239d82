import type { Labels, MetricFamily, SampledSeries, SampleSource } from '../../demo/samples.ts';

const KUBELET: Labels = {
  endpoint: 'https-metrics',
  job: 'kubelet',
  metrics_path: '/metrics/cadvisor',
  service: 'kube-prometheus-stack-kubelet',
};
const KUBE_STATE_METRICS: Labels = {
  endpoint: 'http',
  instance: '10.0.0.9:8080',
  job: 'kube-state-metrics',
  service: 'kube-prometheus-stack-kube-state-metrics',
};
const PHASES = ['Pending', 'Running', 'Succeeded', 'Failed', 'Unknown'] as const;

/**
 * A cluster's metrics as kube-prometheus-stack stores them: with the labels that a scrape adds, a container's runtime
 * name and image, and five series a pod of its phase. They are most of what a store sends and a reader parses.
 */
export function asScraped(source: SampleSource): SampleSource {
  return {
    families: function* (start, end) {
      for (const family of source.families(start, end)) yield scrapedFamily(family);
    },
  };
}

function scrapedFamily(family: MetricFamily): MetricFamily {
  const { name } = family;
  if (name === 'kube_pod_status_phase') return { ...family, series: everyPhase(family.series) };
  const labelled = name.startsWith('container_') ? cadvisorLabels : kubeLabels;
  return { ...family, series: mapped(family.series, labelled) };
}

function* mapped(
  all: Iterable<SampledSeries>,
  labelled: (labels: Labels) => Labels,
): Iterable<SampledSeries> {
  for (const series of all) yield { ...series, labels: labelled(series.labels) };
}

function kubeLabels(labels: Labels): Labels {
  return { ...KUBE_STATE_METRICS, ...labels };
}

function cadvisorLabels(labels: Labels): Labels {
  const { pod = '', container = '' } = labels;
  const node = Math.floor(Number(/p(\d+)$/.exec(pod)?.[1] ?? 0) / 25);
  const kubelet = { ...KUBELET, instance: `10.1.${node >> 8}.${node & 255}:10250` };
  const name = Buffer.from(pod).toString('hex').padEnd(64, '0').slice(-64);
  const image = 'registry.example.com/team/shop/checkout-service:v2.31.4';
  const runtime = container === '' ? {} : { image };
  return { ...kubelet, ...runtime, name, node: `node-${node}`, ...labels };
}

function* everyPhase(all: Iterable<SampledSeries>): Iterable<SampledSeries> {
  for (const series of all) {
    for (const phase of PHASES) {
      const isIn = phase === series.labels['phase'];
      const values = isIn ? series.values : new Uint8Array(series.times.length);
      yield { ...series, labels: kubeLabels({ ...series.labels, phase }), values };
    }
  }
}
