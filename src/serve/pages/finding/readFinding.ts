import type { Finding } from '../../../model/finding.ts';
import { silencedBy, type Silence } from '../../../store/silences/silence.ts';
import type { ServeDeps } from '../../deps.ts';
import type { FindingUse } from '../../questions/answerFindingUse.ts';
import type { SpendSteps } from '../../questions/answerSpend.ts';
import { visibleNamespaces, type Principal } from '../../security/principal.ts';
import { clampSpan, findingSpan } from '../../series/span.ts';
import { timeline, type TimelineEvent } from './timeline.ts';
import { useNow, type UseNow } from './useNow.ts';
import type { Span } from '../../../model/time.ts';

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

/** What its workloads used and how they changed, with the use at the end of the span. */
export interface WorkloadUse extends FindingUse {
  readonly now: UseNow;
}

/** Reads a finding's page. @param asked the stretch somebody zoomed to; null for the whole */
export async function readFindingView(
  finding: Finding,
  asked: Span | null,
  principal: Principal,
  deps: Pick<ServeDeps, 'reader' | 'questions' | 'stores' | 'now'>,
): Promise<FindingView> {
  const { reader, stores } = deps;
  const { watermark } = await reader.status();
  const wholeSpan = findingSpan(finding, watermark);
  const span = asked === null ? wholeSpan : clampSpan(asked);
  const { scope, pods, startedAt } = finding;
  const found = await deps.questions.findingUse({
    finding: { scope, pods, startedAt },
    ...span,
    namespaces: visibleNamespaces(principal),
  });
  const use = found && { ...found, now: useNow(finding, found.series, found.usual) };
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
