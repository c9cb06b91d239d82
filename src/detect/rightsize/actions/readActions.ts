import type { PricingConfig } from '../../../cost/config.ts';
import { loadShipped } from '../../../cost/lists/loadShipped.ts';
import { nodeActions } from '../../../cost/savings/nodeActions.ts';
import type { SavingsAction } from '../../../cost/savings/savingsAction.ts';
import { DAY_MS, WEEK_HOURS } from '../../../model/time.ts';
import { shellQuote } from '../../../model/text/escape.ts';
import { formatCores } from '../../../model/text/units.ts';
import { workloadKey, type WorkloadRef } from '../../../model/workload.ts';
import type { ContainerHistory } from '../../../store/containerDays/containerDay.ts';
import type { HistoryReader } from '../../../store/history.ts';
import { seriesOnBasis } from '../../../cost/report/readCosts.ts';
import type { AbandonedThresholds } from '../abandoned/thresholds.ts';
import type { AdviceContext } from '../advice/containerAdvice.ts';
import { managerOf } from '../advice/ownership.ts';
import { readAdviceContext, readPresent, type AdviceRequest } from '../advice/readAdvice.ts';
import { countedReplicas } from '../advice/replicas.ts';
import { kubectlOf } from '../advice/renderPatches.ts';
import { savingOf } from '../advice/saving.ts';
import { releasedVolumes, unusedLoadBalancers } from './leftovers.ts';
import { usedHours, type UsedHours } from './sleep.ts';

export interface ActionsRequest extends AdviceRequest {
  readonly pricing: PricingConfig;
  readonly thresholds: AbandonedThresholds;
  readonly timezone: string;
  /** The context of kubeconfig that commands name; null: the current one. */
  readonly kubeContext: string | null;
}

/** Kinds that can be scaled to nothing and back. */
const SCALABLE = new Set(['Deployment', 'StatefulSet', 'Rollout']);

/**
 * What saves money beside right-sizing, the largest first: nodes that are not needed or too large, workloads that could
 * sleep, volumes and load balancers that nobody uses. What is worth less a month than `abandoned.minCostPerMonth` is left out.
 */
export async function readActions(
  reader: HistoryReader,
  request: ActionsRequest,
): Promise<readonly SavingsAction[]> {
  const read = await readAdviceContext(reader, request);
  if (read === null) return [];
  const { context, placement, watermark } = read;
  const { namespaces, thresholds, pricing } = request;
  const kubectl = kubectlOf(request.kubeContext);
  const ofNodes =
    namespaces === null
      ? nodeActions(placement.nodes, placement.containers, kubectl, await loadShipped())
      : [];
  const present = await readPresent(reader, request, context.today, watermark);
  const from = watermark - thresholds.abandoned.days * DAY_MS;
  const [table] = await seriesOnBasis(reader, pricing, {
    boundaries: [from, watermark],
    by: ['workload'],
    namespaces,
  });
  const { objects } = context;
  const ofLeftovers =
    objects === null || table === undefined
      ? []
      : [
          ...releasedVolumes(table, objects, kubectl),
          ...unusedLoadBalancers(table, objects, thresholds, kubectl),
        ];
  const actions = [...ofNodes, ...sleepers(present, context, request), ...ofLeftovers];
  return actions
    .filter(({ savingPerMonth }) => savingPerMonth >= thresholds.abandoned.minCostPerMonth)
    .toSorted((a, b) => b.savingPerMonth - a.savingPerMonth || (a.subject < b.subject ? -1 : 1));
}

/** Workloads that nobody uses at night or at weekends. */
function sleepers(
  present: readonly ContainerHistory[],
  context: AdviceContext,
  { timezone, kubeContext }: ActionsRequest,
): readonly SavingsAction[] {
  const kubectl = kubectlOf(kubeContext);
  const scalable = present.filter(({ workload }) => SCALABLE.has(workload.kind));
  const groups = Map.groupBy(scalable, ({ namespace, workload }) =>
    workloadKey(namespace, workload),
  );
  return [...groups.entries()].flatMap(([key, group]): readonly SavingsAction[] => {
    const { namespace, workload } = group[0]!;
    const manager = managerOf(context.objects, namespace, workload);
    // A miner's hours are no habit, and an add-on of the cluster is not its users' to stop.
    if (context.abuse.has(key) || manager?.tool === 'the provider of the cluster') return [];
    const used = usedHours(group, timezone);
    if (used === null) return [];
    const whole = group.reduce((sum, history) => sum + monthlyCost(history, context), 0);
    const replicas = Math.max(
      1,
      Math.round(countedReplicas(group[0]!.days, context.windowMs, workload.kind)),
    );
    const minds =
      manager === null ? '' : `; ${manager.tool} writes its replicas: change the schedule there`;
    return [
      {
        kind: 'sleep',
        subject: `${workload.kind}/${workload.name}`,
        namespace,
        workload,
        savingPerMonth: (whole * used.sleeps) / WEEK_HOURS,
        why: `${usedText(used, timezone)}${minds}`,
        commands: [0, replicas].map((count) => scale(kubectl, namespace, workload, count)),
      },
    ];
  });
}

/** What the requests of a container cost a month. */
function monthlyCost(history: ContainerHistory, context: AdviceContext): number {
  const last = history.days.at(-1)!;
  const replicas = countedReplicas(history.days, context.windowMs, history.workload.kind);
  const nothing = { ...last, cpuRequestCores: 0, ramRequestBytes: 0 };
  return savingOf(last, nothing, { replicas, kept: replicas }, context.priceOf(history)) ?? 0;
}

function usedText({ day, isWorkWeek, idleCores, peakCores }: UsedHours, timezone: string): string {
  const hour = (value: number): string => `${String(value % 24).padStart(2, '0')}:00`;
  const days = isWorkWeek ? 'Monday to Friday' : 'every day';
  const hours = day === null ? '' : `, ${hour(day.from)} to ${hour(day.to)}`;
  return `Used ${days}${hours} (${timezone}); at other times it takes at most ${formatCores(idleCores)} of its ${formatCores(peakCores)}`;
}

function scale(
  kubectl: string,
  namespace: string,
  { kind, name }: WorkloadRef,
  to: number,
): string {
  const target = shellQuote(`${kind.toLowerCase()}/${name}`);
  return `${kubectl} -n ${shellQuote(namespace)} scale ${target} --replicas=${to}`;
}
