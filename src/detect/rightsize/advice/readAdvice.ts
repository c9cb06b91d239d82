import { meanRates } from '../../../cost/splitNodePrice.ts';
import { readPlacement } from '../../../cost/savings/readPlacement.ts';
import {
  estimateSavings,
  type NewRequest,
  type Savings,
} from '../../../cost/savings/estimateSavings.ts';
import type { HistoryReader } from '../../../store/history.ts';
import type { ClusterObjects } from '../../../model/clusterObjects.ts';
import type { ContainerSpecFacts } from '../../../model/podSpec.ts';
import { RESOURCE_FIELDS } from '../../../model/resources.ts';
import type { ContainerSample } from '../../../model/snapshot.ts';
import { DAY_MS, floorTo, type TimeMs } from '../../../model/time.ts';
import { containerKey, workloadKey } from '../../../model/workload.ts';
import type { ContainerHistory } from '../../../store/containerDays/containerDay.ts';
import { adviseContainer, type AdviceContext } from './containerAdvice.ts';
import type { AbuseMark } from '../../findings/suspectedWorkloads.ts';
import type { ContainerAdvice } from './adviceForm.ts';
import type { PresentPod } from './resize.ts';
import { isSure } from './confidence.ts';
import { isThrottled } from './limits.ts';

/** A question for recommendations, as the command line and the API ask it. */
export interface AdviceRequest {
  /** UTC days to look back on, the current one included. */
  readonly days: number;
  /** Only these namespaces (authorization); null for all. */
  readonly namespaces: readonly string[] | null;
  readonly rule: AdviceContext['rule'];
  /** Workloads, by `workloadKey`, whose use is or may be a miner's. */
  readonly abuse: ReadonlyMap<string, AbuseMark>;
  /** The cluster as it was last (a window's snapshot is one); null where that is not known. */
  readonly present: PresentObjects | null;
}

/** What advice needs to know of the cluster beyond its history. */
export interface PresentObjects {
  readonly objects?: ClusterObjects | null;
  readonly pods: readonly (PresentPod & {
    readonly containers: readonly Pick<ContainerSample, 'name' | 'init'>[];
  })[];
}

export interface AdviceReport {
  /** By money, the largest saving first. */
  readonly advices: readonly ContainerAdvice[];
  /** Requests freed, and money when nodes go away; null for who may see only some namespaces. */
  readonly savings: Savings | null;
}

/** Reads the sketches of the history and advises every container that was seen lately. */
export async function readAdvice(
  reader: Pick<HistoryReader, 'status' | 'containerDays' | 'costs' | 'nodes'>,
  request: AdviceRequest,
): Promise<AdviceReport> {
  const read = await readAdviceContext(reader, request);
  if (read === null) return { advices: [], savings: null };
  const { context, placement, watermark } = read;
  const present = await readPresent(reader, request, context.today, watermark);
  const advices = present
    .flatMap((history) => adviseContainer(history, context) ?? [])
    .sort(byMoney);
  const savings =
    request.namespaces === null
      ? {
          ...estimateSavings(placement.nodes, placement.containers, newRequests(advices)),
          requestsFreedPerMonth: freedPerMonth(advices),
        }
      : null;
  return { advices, savings };
}

/** The days of containers that ran lately: what has not run for two days is gone, or abandoned. */
export async function readPresent(
  reader: Pick<HistoryReader, 'containerDays'>,
  { days, namespaces }: Pick<AdviceRequest, 'days' | 'namespaces'>,
  today: TimeMs,
  watermark: TimeMs,
): Promise<readonly ContainerHistory[]> {
  const from = today - (days - 1) * DAY_MS;
  const histories = await reader.containerDays({ from, to: watermark, namespaces });
  return histories.filter((history) => (history.days.at(-1)?.day ?? 0) >= today - DAY_MS);
}

/** What every container of a history is advised with, as of its last window; null while it has none. */
export async function readAdviceContext(
  reader: Pick<HistoryReader, 'status' | 'costs' | 'nodes'>,
  { rule, abuse, present }: Pick<AdviceRequest, 'rule' | 'abuse' | 'present'>,
): Promise<{
  readonly context: AdviceContext;
  readonly placement: Awaited<ReturnType<typeof readPlacement>>;
  readonly watermark: TimeMs;
} | null> {
  const { watermark, windowMs } = await reader.status();
  if (watermark === null || windowMs === undefined) return null;
  const placement = await readPlacement(reader);
  const context: AdviceContext = {
    rule,
    today: floorTo(watermark - 1, DAY_MS),
    windowMs,
    objects: present?.objects ?? null,
    abuse,
    roleOf: rolesIn(present),
    podsOf: podsIn(present),
    priceOf: pricesOf(placement),
  };
  return { context, placement, watermark };
}

/** What the requests that advice frees are charged for a month, raised ones subtracted: one figure for every reader. */
export function freedPerMonth(advices: readonly ContainerAdvice[]): number {
  const useful = advices.filter((advice) => isWorthSaying(advice, 0) && isSure(advice.behind));
  return useful.reduce((sum, { savingPerMonth }) => sum + (savingPerMonth ?? 0), 0);
}

/** True when something would change by it, or would without a reason that is worth knowing. */
export function isWorthSaying(advice: ContainerAdvice, minSaving: number): boolean {
  const { proposed, current, savingPerMonth, minReplicas, memory, throttledShare } = advice;
  if (minReplicas !== null || advice.withheld !== null) return true;
  if (!RESOURCE_FIELDS.some((field) => differs(current[field], proposed[field]))) return false;
  const isNeed = (memory?.oomKills ?? 0) > 0 || isThrottled(throttledShare);
  return isNeed || minSaving <= 0 || (savingPerMonth ?? 0) >= minSaving;
}

function differs(current: number | null, proposed: number | null): boolean {
  return proposed !== null && (current === null || Math.abs(proposed - current) > 1e-9);
}

function byMoney(a: ContainerAdvice, b: ContainerAdvice): number {
  const money = (b.savingPerMonth ?? 0) - (a.savingPerMonth ?? 0);
  if (money !== 0) return money;
  return keyOf(a) < keyOf(b) ? -1 : 1;
}

function keyOf(of: Pick<ContainerHistory, 'namespace' | 'workload' | 'container'>): string {
  return containerKey(of.namespace, of.workload, of.container);
}

function rolesIn(present: PresentObjects | null): AdviceContext['roleOf'] {
  const roles = new Map<string, ContainerSpecFacts['role']>();
  for (const { namespace, workload, spec, containers } of present?.pods ?? []) {
    for (const { name, init } of containers)
      if (init) roles.set(containerKey(namespace, workload, name), 'init');
    for (const { name, role } of spec?.containers ?? [])
      roles.set(containerKey(namespace, workload, name), role);
  }
  return (history) => roles.get(keyOf(history)) ?? null;
}

function podsIn(present: PresentObjects | null): AdviceContext['podsOf'] {
  const pods = Map.groupBy(present?.pods ?? [], ({ namespace, workload }) =>
    workloadKey(namespace, workload),
  );
  return ({ namespace, workload }) => pods.get(workloadKey(namespace, workload)) ?? [];
}

/** The mean price of the nodes that hold the container; of all nodes where none does now. */
function pricesOf(placement: Awaited<ReturnType<typeof readPlacement>>): AdviceContext['priceOf'] {
  const nodes = new Map(placement.nodes.map((node) => [node.name, node]));
  const held = new Map<string, string[]>();
  for (const placed of placement.containers) {
    const key = keyOf(placed);
    held.set(key, [...(held.get(key) ?? []), placed.node]);
  }
  return (history) => {
    const names = held.get(keyOf(history)) ?? [...nodes.keys()];
    const prices = names.flatMap((name) => nodes.get(name) ?? []);
    return meanRates(prices);
  };
}

function newRequests(advices: readonly ContainerAdvice[]): ReadonlyMap<string, NewRequest> {
  return new Map(
    advices
      .filter(({ behind }) => isSure(behind))
      .map((advice) => [
        keyOf(advice),
        {
          cpuCores: advice.proposed.cpuRequestCores,
          ramBytes: advice.proposed.ramRequestBytes,
        },
      ]),
  );
}
