import type { DemoCluster } from '../cluster/cluster.ts';
import { Simulation } from '../cluster/simulation.ts';
import type { MetricFamily, SampleSource } from '../samples.ts';
import { cadvisorFamilies, gpuFamilies } from './cadvisor.ts';
import { clusterFamilies } from './kubeCluster.ts';
import { podFamilies } from './kubePods.ts';

/**
 * Every metric of the simulated cluster. Spans must be asked in their order: the counters go on from one to
 * the next, from the blocks of the past to the live scrapes.
 */
export function createDemoSource(cluster: DemoCluster): SampleSource {
  const simulation = new Simulation(cluster);
  return {
    families(start, end) {
      const span = { start, end };
      // The counters move now, not when the families are read: files may be written side by side.
      const readings = simulation.advance(span);
      const pods = cluster.pods(span);
      const { times } = readings;
      return chained([
        cadvisorFamilies(readings),
        gpuFamilies(readings),
        podFamilies(pods, times),
        clusterFamilies(cluster, pods, times),
      ]);
    },
  };
}

function* chained(parts: readonly Iterable<MetricFamily>[]): Generator<MetricFamily> {
  for (const part of parts) yield* part;
}
