import type { DataProblem } from '../../model/snapshot.ts';
import type { Answer } from './answers.ts';

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

type Spec = Answer['spec'];

/** Metrics that a window should have and has not. */
interface AbsentMetrics {
  readonly problems: readonly DataProblem[];
  /** One of them is indispensable: it may only be late. */
  readonly isIndispensable: boolean;
  /** None is there. */
  readonly isEverything: boolean;
}

/** Names the metrics that have no data; an exporter of which nothing is there is one problem, not one a metric. */
export function absentProblems(answers: readonly Answer[]): AbsentMetrics {
  const usual = answers.filter(({ spec }) => spec.need !== 'extra');
  const absent = usual.filter(({ failure, hasData }) => failure === null && !hasData);
  const isIndispensable = absent.some(({ spec }) => spec.need === 'indispensable');
  if (absent.length === usual.length)
    return { problems: [nothingAtAll(usual.length)], isIndispensable, isEverything: true };
  const silent = EXPORTERS.filter(({ prefix }) =>
    usual.every((answer) => !answer.spec.metric.startsWith(prefix) || absent.includes(answer)),
  );
  const isSaid = ({ metric }: Spec): boolean =>
    silent.some(({ prefix }) => metric.startsWith(prefix));
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

function nothingAtAll(metrics: number): DataProblem {
  return {
    code: 'exporter-absent',
    subject: 'Prometheus',
    text: `Prometheus has no data of cAdvisor and none of kube-state-metrics (${metrics} metrics were asked for), so that nothing is known of this time: look at its targets, and at prometheus.matchers`,
  };
}
