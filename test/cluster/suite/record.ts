import type { Span } from './truth.ts';

/** One series of a store: labels with `__name__`, times in milliseconds, values as Prometheus writes them. */
export interface RecordedSeries {
  readonly labels: Readonly<Record<string, string>>;
  readonly times: readonly number[];
  readonly values: readonly string[];
}

/** The families that a cost, an owner or a detector can rest on. */
const FAMILIES = [
  'container_(cpu_usage_seconds_total|cpu_cfs_(throttled_)?periods_total|memory_working_set_bytes|start_time_seconds|oom_events_total)',
  'container_network_(receive|transmit)_bytes_total',
  'container_fs_(reads|writes)_bytes_total',
  '(pod|node)_(cpu_usage_seconds_total|memory_working_set_bytes)',
  'scrape_error',
  'kube_(node_info|node_status_(capacity|allocatable)|node_created|namespace_created|persistentvolumeclaim_(info|resource_requests_storage_bytes)|persistentvolume_(info|claim_ref|capacity_bytes))',
  'kube_(replicaset|job)_owner',
  'kube_pod_(info|owner|created|start_time|completion_time|deletion_timestamp|status_(phase|scheduled|scheduled_time|reason)|container_(info|status_(running|terminated|waiting_reason|restarts_total|last_terminated_reason|last_terminated_timestamp)|state_started|resource_(requests|limits))|init_container_(info|status_(running|terminated)|resource_(requests|limits))|spec_volumes_persistentvolumeclaims_info)',
].join('|');

/** Reads every sample of a span, with the times that exporters and scrapes gave them, one family at a time. */
export async function recordSeries(
  prometheus: string,
  span: Span,
  matchers = '',
): Promise<RecordedSeries[]> {
  const names = await askPrometheus<string[]>(prometheus, '/api/v1/label/__name__/values', {});
  const wanted = new RegExp(`^(${FAMILIES})$`);
  const seconds = Math.ceil((span.toMs - span.fromMs) / 1000);
  const series: RecordedSeries[] = [];
  for (const name of names.filter((one) => wanted.test(one))) {
    const { result } = await askPrometheus<{
      result: { metric: Record<string, string>; values: [number, string][] }[];
    }>(prometheus, '/api/v1/query', {
      query: `${name}{${matchers}}[${seconds}s]`,
      time: String(span.toMs / 1000),
    });
    for (const { metric, values } of result) {
      series.push({
        labels: metric,
        times: values.map(([time]) => Math.round(time * 1000)),
        values: values.map(([, value]) => value),
      });
    }
  }
  return series;
}

/** Asks Prometheus' API. @throws Error with what it says is wrong */
export async function askPrometheus<T>(
  prometheus: string,
  path: string,
  parameters: Readonly<Record<string, string>>,
): Promise<T> {
  const url = new URL(path, prometheus);
  for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
  const answer = (await (await fetch(url)).json()) as { status: string; data: T; error?: string };
  if (answer.status !== 'success') throw new Error(`Prometheus: ${answer.error}`);
  return answer.data;
}
