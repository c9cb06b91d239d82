import type { HistoryReader } from '../../../store/history.ts';
import type { SeriesPoint } from '../../../store/usage.ts';
import type { ContainerInstance, Neighbour, StoredPodSpec } from '../../../store/workloads.ts';
import type { WorkloadEvent } from '../../../model/workloadEvent.ts';
import type { Finding } from '../../../model/finding.ts';
import { DAY_MS } from '../../../model/time.ts';
import type { WorkloadRef } from '../../../model/workload.ts';
import { silencedBy, type Silence } from '../../../store/silences/silence.ts';
import type { ServeDeps } from '../../deps.ts';
import type { SpendSteps } from '../../questions/questions.ts';
import { visibleNamespaces, type Principal } from '../../security/principal.ts';
import { findingWorkloads, readFindingSeries } from '../../series/findingSeries.ts';
import type { WorkloadSeries } from '../../series/readSeries.ts';
import { clampSpan, findingSpan, type Span } from '../../series/span.ts';
import { usualAt, type UsualBand } from '../../series/usual.ts';
import { timeline, type TimelineEvent } from './timeline.ts';
import { useNow, type UseNow } from './useNow.ts';

/** Points of a chart on a page: more than its pixels show nothing. */
const CHART_POINTS = 740;
/** What is usual is learnt from so many days before the onset. */
const USUAL_DAYS = 14;

/** More changes than a chart can hold. */
const MAX_CHANGES = 200;

/** All that a finding's page shows. */
export interface FindingView {
  readonly finding: Finding;
  readonly span: Span;
  /** The span that is shown when nothing is chosen. */
  readonly wholeSpan: Span;
  /** Null where the finding is about no workload that is known. */
  readonly use: WorkloadUse | null;
  /** What its namespace cost, where it is about that and about no workload. */
  readonly spend: SpendSteps | null;
  readonly events: readonly TimelineEvent[];
  readonly silence: Silence | null;
}

export interface WorkloadUse {
  readonly namespace: string;
  /** One, or those of a group that is judged together. */
  readonly workloads: readonly WorkloadRef[];
  readonly series: WorkloadSeries;
  readonly usual: UsualBand;
  readonly instances: readonly ContainerInstance[];
  /** What changed about the workload in the span. */
  readonly changes: readonly WorkloadEvent[];
  /** The specification of one of its pods, the latest seen; null where no source told it. */
  readonly spec: StoredPodSpec | null;
  /** Other workloads with one of its images, as far as the principal may see them. */
  readonly neighbours: readonly Neighbour[];
  readonly now: UseNow;
}

/** Reads a finding's page. @param asked the stretch somebody zoomed to; null for the whole */
export async function readFindingView(
  finding: Finding,
  asked: Span | null,
  principal: Principal,
  deps: Pick<ServeDeps, 'reader' | 'questions' | 'stores' | 'now' | 'live'>,
): Promise<FindingView> {
  const { reader, stores } = deps;
  const { watermark } = await reader.status();
  const wholeSpan = findingSpan(finding, watermark);
  const span = asked === null ? wholeSpan : clampSpan(asked);
  const use = await readUse(finding, span, principal, deps);
  const sources = {
    events: await reader.findingEvents(finding.id),
    actions: await reader.operatorActions(finding.id),
    sent: await reader.sentMessages(finding.id),
    changes: use?.changes ?? [],
  };
  return {
    finding,
    span,
    wholeSpan,
    use,
    spend: use === null ? await readSpend(finding, span, deps) : null,
    events: timeline(sources, span),
    silence: silencedBy(finding, await stores.silences.list(deps.now()), deps.now()),
  };
}

/** Of what is about money: the spend of its namespace. */
async function readSpend(
  { kind, scope: { namespace } }: Finding,
  span: Span,
  { questions }: Pick<ServeDeps, 'questions'>,
): Promise<SpendSteps | null> {
  if (namespace === null || (kind !== 'cost-spike' && kind !== 'budget')) return null;
  return questions.spend({ namespace, ...span });
}

async function readUse(
  finding: Finding,
  span: Span,
  principal: Principal,
  deps: Pick<ServeDeps, 'reader' | 'live'>,
): Promise<WorkloadUse | null> {
  const { reader } = deps;
  const { namespace, container } = finding.scope;
  if (namespace === null) return null;
  const workloads = await findingWorkloads(finding, reader);
  if (workloads.length === 0) return null;
  const hours: SeriesPoint[] = [];
  const instances: ContainerInstance[] = [];
  const changes: WorkloadEvent[] = [];
  for (const workload of workloads) {
    const scope = { namespace, workload, container, pod: null };
    const before = { from: finding.startedAt - USUAL_DAYS * DAY_MS, to: finding.startedAt };
    const asked = { ...scope, ...before, maxPoints: USUAL_DAYS * 24 + 2, onlyHours: true };
    // What is usual is only said of one workload: those of a group come and go.
    if (workloads.length === 1) hours.push(...(await reader.usageSeries(asked)).points);
    instances.push(...(await reader.instances({ namespace, workload, ...span })));
    const query = { namespace, workload, ...span, limit: MAX_CHANGES };
    changes.push(...(await reader.workloadEvents(query)));
  }
  const own = instances.filter((one) => container === null || one.container === container);
  const sum = await readFindingSeries(
    finding,
    workloads,
    { ...span, maxPoints: CHART_POINTS },
    deps,
  );
  const usual = usualAt(sum.times, hours);
  const images = new Set(own.flatMap(({ image }) => image ?? []));
  const neighbours = await reader.neighbours(
    [...images],
    finding.startedAt - DAY_MS,
    visibleNamespaces(principal),
  );
  const isOwn = (one: Neighbour) =>
    one.namespace === namespace &&
    workloads.some(({ kind, name }) => one.workload.kind === kind && one.workload.name === name);
  return {
    namespace,
    workloads,
    series: sum,
    usual,
    instances: own,
    changes,
    spec: await latestSpec(reader, finding, own),
    neighbours: neighbours.filter((one) => !isOwn(one)),
    now: useNow(finding, sum, usual),
  };
}

/** Of a pod that the finding names, else of the youngest. */
async function latestSpec(
  reader: HistoryReader,
  { pods, scope }: Finding,
  instances: readonly ContainerInstance[],
): Promise<StoredPodSpec | null> {
  const pod = pods[0] ?? instances[0]?.pod;
  if (pod === undefined || scope.namespace === null) return null;
  const specs = await reader.podSpecs({ namespace: scope.namespace, pod, limit: 1 });
  return specs.at(-1) ?? null;
}
