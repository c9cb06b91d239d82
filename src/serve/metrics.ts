import { Counter, Gauge, Histogram, Registry } from '@prometheus-io/client';

/** Burnwatch's own health as Prometheus reads it. One registry per daemon, none global. */
export interface Metrics {
  readonly registry: Registry;
  readonly cycles: Counter<'result'>;
  readonly cycleSeconds: Histogram;
  readonly windowsSealed: Counter;
  readonly windowsCorrected: Counter;
  readonly windowsLost: Counter;
  readonly lagSeconds: Gauge;
  readonly watermark: Gauge;
  readonly sourceUp: Gauge;
  readonly windowCoverage: Gauge;
  readonly windowComplete: Gauge;
  readonly windowContainers: Gauge;
  readonly dataProblems: Gauge<'code'>;
  readonly findings: Gauge<'kind' | 'severity'>;
  readonly nodesCost: Gauge;
  readonly idleCost: Gauge;
  readonly namespaceCost: Gauge<'namespace'>;
  readonly namespaceEfficiency: Gauge<'namespace'>;
  readonly threadCrashes: Counter;
  readonly deliveries: Counter<'channel' | 'result'>;
  readonly deliveriesWaiting: Gauge;
  readonly deadLetters: Gauge;
  readonly reloadOk: Gauge;
  readonly reloadTime: Gauge;
}

/** What is known only when somebody asks. */
export interface MetricsSource {
  /** Seconds between now and the end of the last sealed window; null before there is one. */
  lagSeconds(): number | null;
  /** What waits to be sent, and what was given up; null before the store is open. */
  deliveryQueue(): Promise<{ readonly waiting: number; readonly dead: number } | null>;
}

/** Makes the metrics; label sets are bounded by the code, never by what runs in the cluster. */
export function createMetrics(version: string, cluster: string, source: MetricsSource): Metrics {
  const registry = new Registry();
  const registers = [registry];
  const counter = (name: string, help: string) => new Counter({ name, help, registers });
  const gauge = (name: string, help: string) => new Gauge({ name, help, registers });
  new Gauge({
    name: 'burnwatch_build_info',
    help: 'Always 1; the version and the cluster are its labels',
    labelNames: ['version', 'cluster'],
    registers,
  }).set({ version, cluster }, 1);
  const lagSeconds = new Gauge({
    name: 'burnwatch_lag_seconds',
    help: 'Seconds between now and the end of the last sealed window',
    registers,
    collect() {
      const lag = source.lagSeconds();
      if (lag === null) this.remove();
      else this.set(lag);
    },
  });
  return {
    registry,
    lagSeconds,
    cycles: new Counter({
      name: 'burnwatch_cycles_total',
      help: 'Cycles by result: ok, outage (Prometheus could not be asked), failed',
      labelNames: ['result'],
      registers,
    }),
    cycleSeconds: new Histogram({
      name: 'burnwatch_cycle_duration_seconds',
      help: 'How long a cycle took, collecting and recording included',
      buckets: [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300],
      registers,
    }),
    windowsSealed: counter('burnwatch_windows_sealed_total', 'Windows sealed'),
    windowsCorrected: counter(
      'burnwatch_windows_corrected_total',
      'Incomplete windows filled later',
    ),
    windowsLost: counter(
      'burnwatch_windows_lost_total',
      'Windows sealed as unknown since Prometheus no longer had them',
    ),
    watermark: gauge(
      'burnwatch_last_sealed_window_timestamp_seconds',
      'End of the last sealed window, Unix time',
    ),
    sourceUp: gauge('burnwatch_source_up', '1 when Prometheus answered the last cycle, else 0'),
    windowCoverage: gauge(
      'burnwatch_window_coverage',
      'Share of the expected samples that the last window had, 0..1',
    ),
    windowComplete: gauge('burnwatch_window_complete', '1 when the last window lacked nothing'),
    windowContainers: gauge('burnwatch_window_containers', 'Containers seen in the last window'),
    dataProblems: new Gauge({
      name: 'burnwatch_data_problems',
      help: 'What the last window lacked, by code',
      labelNames: ['code'],
      registers,
    }),
    findings: new Gauge({
      name: 'burnwatch_findings',
      help: 'Findings that are not resolved',
      labelNames: ['kind', 'severity'],
      registers,
    }),
    nodesCost: gauge(
      'burnwatch_nodes_cost_per_hour',
      'What all nodes cost in the last window, in the configured currency an hour',
    ),
    idleCost: gauge(
      'burnwatch_idle_cost_per_hour',
      'Its unallocated part, in the configured currency an hour; negative: overcommitted',
    ),
    namespaceCost: new Gauge({
      name: 'burnwatch_namespace_cost_per_hour',
      help: 'What a namespace was allocated in the last window, in the configured currency an hour; the 200 dearest, the others as __other__',
      labelNames: ['namespace'],
      registers,
    }),
    namespaceEfficiency: new Gauge({
      name: 'burnwatch_namespace_efficiency',
      help: 'Share of what a namespace requests that it uses, weighted by cost; may pass 1',
      labelNames: ['namespace'],
      registers,
    }),
    threadCrashes: counter('burnwatch_cycle_thread_crashes_total', 'Crashes of the cycle thread'),
    deliveries: new Counter({
      name: 'burnwatch_deliveries_total',
      help: 'Attempts to send a message: sent, retry (failed, tried again later), dead (given up)',
      labelNames: ['channel', 'result'],
      registers,
    }),
    ...deliveryGauges(registers, source),
    reloadOk: gauge('burnwatch_config_last_reload_successful', '1 when the last reload worked'),
    reloadTime: gauge(
      'burnwatch_config_last_reload_success_timestamp_seconds',
      'When the configuration in force was loaded, Unix time',
    ),
  };
}

function deliveryGauges(
  registers: Registry[],
  source: MetricsSource,
): Pick<Metrics, 'deliveriesWaiting' | 'deadLetters'> {
  const counted = (name: string, help: string, key: 'waiting' | 'dead') =>
    new Gauge({
      name,
      help,
      registers,
      async collect() {
        const queue = await source.deliveryQueue();
        if (queue === null) this.remove();
        else this.set(queue[key]);
      },
    });
  return {
    deliveriesWaiting: counted(
      'burnwatch_deliveries_waiting',
      'Messages that wait to be sent or are being sent',
      'waiting',
    ),
    deadLetters: counted(
      'burnwatch_dead_letters',
      'Messages that were given up in the last 30 days: burnwatch deliveries lists them',
      'dead',
    ),
  };
}
