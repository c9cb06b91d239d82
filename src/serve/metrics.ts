import { Counter, Gauge, Histogram, Registry } from '@prometheus-io/client';

/** Burnwatch's own health as Prometheus reads it. One registry per daemon, none global. */
export type Metrics = ReturnType<typeof createMetrics>;

/** Gauges that are read when they are scraped. */
export interface MetricsSource {
  /** Seconds between now and the end of the last sealed window; null before there is one. */
  lagSeconds(): number | null;
  /** What waits to be sent, and what was given up; null before the store is open. */
  /** Questions of pages and the API, and how many of them were computed; null before the store is open. */
  questions?(): { readonly asked: number; readonly computed: number } | null;
  deliveryQueue(): Promise<{ readonly waiting: number; readonly dead: number } | null>;
  /** Log lines of the process that could not be written. */
  droppedLogLines?(): number;
}

/** Labels whose values are names of the cluster's namespaces and people. */
const NAMING = new Set(['namespace', 'owner']);

/** Makes the metrics; label sets are bounded by the code, never by what runs in the cluster. */
export function createMetrics(version: string, cluster: string, source: MetricsSource) {
  const registry = new Registry();
  /** Without what names a namespace or an owner. */
  const openRegistry = new Registry();
  const registers = [registry, openRegistry];
  const counter = <L extends string = never>(name: string, help: string, ...labelNames: L[]) =>
    new Counter({ name, help, labelNames, registers });
  const gauge = <L extends string = never>(name: string, help: string, ...labelNames: L[]) => {
    const isOpen = !labelNames.some((label) => NAMING.has(label));
    const made = new Gauge({ name, help, labelNames, registers: isOpen ? registers : [registry] });
    // Absent until it is set: after a start 0 would be a figure and an alert.
    if (labelNames.length === 0) made.remove();
    return made;
  };
  /** A gauge that is read when Prometheus scrapes, and absent while its value is unknown. */
  const readGauge = (name: string, help: string, read: () => Promise<number | null>) =>
    new Gauge({
      name,
      help,
      registers,
      async collect() {
        const value = await read();
        if (value === null) this.remove();
        else this.set(value);
      },
    });
  const queued = async (key: 'waiting' | 'dead') => (await source.deliveryQueue())?.[key] ?? null;
  gauge(
    'burnwatch_build_info',
    'Always 1; the version and the cluster are its labels',
    'version',
    'cluster',
  ).set({ version, cluster }, 1);
  return {
    registry,
    openRegistry,
    lagSeconds: readGauge(
      'burnwatch_lag_seconds',
      'Seconds between now and the end of the last sealed window',
      async () => source.lagSeconds(),
    ),
    cycles: counter(
      'burnwatch_cycles_total',
      'Cycles by result: ok, outage (Prometheus could not be asked), failed',
      'result',
    ),
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
    storeQueries: counter('burnwatch_store_queries_total', 'Queries that Prometheus was sent'),
    storeSamples: counter('burnwatch_store_samples_total', 'Samples that Prometheus sent'),
    storeBytes: counter(
      'burnwatch_store_answer_bytes_total',
      'Bytes that Prometheus sent, without compression',
    ),
    storeSeconds: counter(
      'burnwatch_store_seconds_total',
      'Seconds until each answer of Prometheus was there, added up over all queries',
    ),
    storeRefusals: counter(
      'burnwatch_store_refusals_total',
      'Queries that Prometheus refused, as too large or for another reason',
    ),
    storeSplitMetrics: gauge(
      'burnwatch_store_split_metrics',
      'Metrics that are asked for in parts, since Prometheus refused all pods at once',
    ),
    helpers: gauge(
      'burnwatch_helpers',
      'Processes that observed namespaces for this one in the last cycle (history.standbys)',
    ),
    questions: new Counter({
      name: 'burnwatch_questions_total',
      help: 'Questions of pages and the API: computed, or cached (the answer was there already)',
      labelNames: ['result'],
      registers,
      collect() {
        const { asked, computed } = source.questions?.() ?? { asked: 0, computed: 0 };
        this.reset();
        this.inc({ result: 'computed' }, computed);
        this.inc({ result: 'cached' }, asked - computed);
      },
    }),
    windowCoverage: gauge(
      'burnwatch_window_coverage',
      'Share of the expected samples that the last window had, 0..1',
    ),
    windowComplete: gauge('burnwatch_window_complete', '1 when the last window lacked nothing'),
    windowContainers: gauge('burnwatch_window_containers', 'Containers seen in the last window'),
    dataProblems: gauge('burnwatch_data_problems', 'What the last window lacked, by code', 'code'),
    findings: gauge('burnwatch_findings', 'Findings that are not resolved', 'kind', 'severity'),
    namespaceFindings: gauge(
      'burnwatch_namespace_findings',
      'Findings of a namespace that are not resolved; the 200 namespaces with most of them',
      'namespace',
      'severity',
    ),
    namespaceSavings: gauge(
      'burnwatch_namespace_savings_per_month',
      'What the overprovisioned and abandoned workloads of a namespace would save, in the configured currency a month',
      'namespace',
    ),
    budgetMonthly: gauge(
      'burnwatch_budget_monthly',
      'A configured budget, of a namespace or of an owner, in the configured currency a month',
      'namespace',
      'owner',
    ),
    nodesCost: gauge(
      'burnwatch_nodes_cost_per_hour',
      'What all nodes cost in the last window, in the configured currency an hour',
    ),
    idleCost: gauge(
      'burnwatch_idle_cost_per_hour',
      'Its unallocated part, in the configured currency an hour; negative: overcommitted',
    ),
    namespaceCost: gauge(
      'burnwatch_namespace_cost_per_hour',
      'What a namespace was allocated in the last window, in the configured currency an hour; the 200 dearest, the others as __other__',
      'namespace',
    ),
    namespaceEfficiency: gauge(
      'burnwatch_namespace_efficiency',
      'Share of what a namespace requests that it uses, weighted by cost; may pass 1',
      'namespace',
    ),
    detectorFailures: counter(
      'burnwatch_detector_failures_total',
      'Windows on which a detector failed; its findings stay as they are',
      'detector',
    ),
    threadCrashes: counter('burnwatch_cycle_thread_crashes_total', 'Crashes of the cycle thread'),
    logLinesDropped: new Counter({
      name: 'burnwatch_log_lines_dropped_total',
      help: 'Log lines of this process that were dropped: not written, or not read',
      registers,
      collect() {
        this.reset();
        this.inc(source.droppedLogLines?.() ?? 0);
      },
    }),
    deliveries: counter(
      'burnwatch_deliveries_total',
      'Attempts to send a message: sent, retry (failed, tried again later), dead (given up)',
      'channel',
      'result',
    ),
    deliveriesWaiting: readGauge(
      'burnwatch_deliveries_waiting',
      'Messages that wait to be sent or are being sent',
      () => queued('waiting'),
    ),
    heartbeats: counter(
      'burnwatch_heartbeats_total',
      'Calls of the outside monitor (`heartbeat`) after windows were sealed: ok, failed',
      'result',
    ),
    deadLetters: readGauge(
      'burnwatch_dead_letters',
      'Messages that were given up in the last 30 days: burnwatch deliveries lists them',
      () => queued('dead'),
    ),
    ingestRequests: counter(
      'burnwatch_ingest_requests_total',
      'Requests of other tools by the status they were answered with: 200 was kept, any other changed nothing',
      'route',
      'code',
    ),
    signals: counter(
      'burnwatch_signals_total',
      'Events of other tools: accepted, duplicate (was there already)',
      'route',
      'result',
    ),
    reloadOk: gauge('burnwatch_config_last_reload_successful', '1 when the last reload worked'),
    reloadTime: gauge(
      'burnwatch_config_last_reload_success_timestamp_seconds',
      'When the configuration in force was loaded, Unix time',
    ),
  };
}
