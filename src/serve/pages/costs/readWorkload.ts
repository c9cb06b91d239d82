import type { WorkloadEvent } from '../../../model/workloadEvent.ts';
import type { WorkloadRef } from '../../../model/workload.ts';
import { DAY_MS, type Span } from '../../../model/time.ts';
import type { ServeDeps } from '../../deps.ts';
import { HttpProblem } from '../../problem.ts';
import { visibleNamespaces, type Principal } from '../../security/principal.ts';
import { clampSpan } from '../../series/span.ts';
import { usageCharts } from '../chart/usageCharts.ts';
import { timeline } from '../finding/timeline.ts';
import { workloadPath } from '../links.ts';
import type { Clock, Html } from '../text.ts';
import type { WorkloadView } from './workloadPage.ts';

const CHART_POINTS = 600;
/** What the charts show when nothing is chosen. */
const SHOWN_MS = 7 * DAY_MS;

export interface AskedWorkload {
  readonly namespace: string;
  readonly workload: WorkloadRef;
  /** The stretch somebody zoomed to; null for the last seven days. */
  readonly span: Span | null;
}

/** Reads all of a workload's page. @throws HttpProblem 404 for a workload that was never seen */
export async function readWorkloadView(
  asked: AskedWorkload,
  principal: Principal,
  clock: Clock,
  deps: ServeDeps,
): Promise<WorkloadView> {
  const { namespace, workload } = asked;
  const { charts, changes, isKnown } = await readWorkloadCharts(asked, clock, deps);
  const whose = { namespaces: visibleNamespaces(principal), namespace };
  const { questions } = deps;
  const costs = await questions.costs({ ...whose, workload });
  if (!isKnown && costs.days.lines.length === 0)
    throw new HttpProblem(404, 'Not Found', 'There is no such workload');
  const findings = await questions.findings({
    ...whose,
    workload,
    state: 'all',
    kind: null,
    severity: null,
    search: '',
    order: 'severity',
    offset: 0,
    limit: 10,
  });
  const advice = await questions.advice({ ...whose, workload, all: true, offset: 0, limit: 20 });
  const posture = (await questions.posture(whose)).namespaces[0] ?? null;
  return { namespace, workload, charts, changes, costs, findings, advice, posture };
}

/** The charts alone, for whoever zooms. */
export async function readWorkloadCharts(
  { namespace, workload, span: chosen }: AskedWorkload,
  clock: Clock,
  { reader, questions, now }: Pick<ServeDeps, 'reader' | 'questions' | 'now'>,
): Promise<{ charts: Html; changes: readonly WorkloadEvent[]; isKnown: boolean }> {
  const to = (await reader.status()).watermark ?? now();
  const wholeSpan = { from: to - SHOWN_MS, to };
  const span = chosen === null ? wholeSpan : clampSpan(chosen);
  const asked = { namespace, workload, ...span, until: to, maxPoints: CHART_POINTS };
  const { series, changes } = await questions.workloadUse(asked);
  const events = timeline({ events: [], actions: [], sent: [], changes }, span);
  const charts = usageCharts(
    {
      series,
      usual: null,
      events,
      span,
      wholeSpan,
      anomaly: null,
      path: workloadPath(namespace, workload),
    },
    clock,
  );
  return { charts, changes, isKnown: series.times.length > 0 || changes.length > 0 };
}
