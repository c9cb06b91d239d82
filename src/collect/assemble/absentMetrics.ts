import type { DataProblem } from '../../model/snapshot.ts';
import type { Batch } from '../prometheus/fetchBatch.ts';
import { QUERY_IDS, querySpec, type QueryId, type QuerySpec } from '../prometheus/queries.ts';
import { at } from './series.ts';

/** Whose metrics every stock installation has, and how they are got. */
const EXPORTERS = [
  {
    name: 'cAdvisor',
    prefix: 'container_',
    without: 'nothing is known of what containers use',
    cure: 'let Prometheus scrape the kubelets (/metrics/cadvisor)',
  },
  {
    name: 'kube-state-metrics',
    prefix: 'kube_',
    without: 'nothing is known of what exists, whose it is and what it asks for',
    cure: 'run kube-state-metrics, and let Prometheus scrape it',
  },
] as const;

interface UsualMetric {
  readonly spec: QuerySpec;
  readonly ids: readonly QueryId[];
}

/** Each metric that a stock installation has, once, with the queries that read it. */
const USUAL: readonly UsualMetric[] = [
  ...Map.groupBy(
    QUERY_IDS.filter((id) => querySpec(id).need !== 'extra'),
    (id) => querySpec(id).metric,
  ).values(),
].flatMap((ids) => {
  const [first] = ids;
  return first === undefined ? [] : [{ spec: querySpec(first), ids }];
});

/** Metrics that a window should have and has not. */
interface AbsentMetrics {
  readonly problems: readonly DataProblem[];
  /** One of them is indispensable: it may only be late. */
  readonly isIndispensable: boolean;
  /** None is there. */
  readonly isEverything: boolean;
}

/**
 * Names the metrics that have no data; an exporter of which nothing is there is one problem, not one a metric.
 *
 * @param rateless no rate can be told in this window, so that what is read by its rate may well be there.
 */
export function absentProblems(batch: Batch, point: number, rateless: boolean): AbsentMetrics {
  const asked = USUAL.filter(({ ids }) => ids.every((id) => !hasFailed(batch, id, point)));
  const absent = asked.filter(({ ids }) => ids.every((id) => !hasData(batch, id, point)));
  const isIndispensable = absent.some(({ spec }) => spec.need === 'indispensable');
  if (absent.length === USUAL.length)
    return { problems: [nothingAtAll(USUAL.length)], isIndispensable, isEverything: true };
  const silent = EXPORTERS.filter(({ prefix }) =>
    USUAL.every((metric) => !metric.spec.metric.startsWith(prefix) || absent.includes(metric)),
  );
  const isSaid = ({ metric, need }: QuerySpec): boolean =>
    silent.some(({ prefix }) => metric.startsWith(prefix)) ||
    (rateless && need === 'usual' && metric.startsWith('container_'));
  const others = absent.filter(({ spec }) => !isSaid(spec));
  const problems: DataProblem[] = [
    ...silent.map(({ name, without, cure }) => ({
      code: 'exporter-absent' as const,
      subject: name,
      text: `no metric of ${name} has data, and without them ${without}: ${cure}`,
    })),
    ...others.map(({ spec: { metric, without } }) => ({
      code: 'metric-absent' as const,
      subject: metric,
      text: `${metric} has no data, and without it ${without}`,
    })),
  ];
  return { problems, isIndispensable, isEverything: false };
}

/** True when a query could not be asked at a point. */
export function hasFailed(batch: Batch, id: QueryId, point: number): boolean {
  return batch.answers[id].failures.some(({ from, to }) => from <= point && point <= to);
}

function hasData(batch: Batch, id: QueryId, point: number): boolean {
  return batch.answers[id].series.some((series) => at(series.values, point) !== null);
}

function nothingAtAll(metrics: number): DataProblem {
  return {
    code: 'exporter-absent',
    subject: 'Prometheus',
    text: `Prometheus has no data of cAdvisor and none of kube-state-metrics (${metrics} metrics were asked for), so that nothing is known of this time: look at its targets, and at prometheus.matchers`,
  };
}
