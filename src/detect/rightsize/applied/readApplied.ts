import { fromNano } from '../../../model/money.ts';
import type { Reading } from '../../../model/reading.ts';
import { NO_RESOURCES } from '../../../model/resources.ts';
import {
  ceilTo,
  DAY_MS,
  floorTo,
  HOUR_MS,
  HOURS_PER_MONTH,
  type Span,
  type TimeMs,
} from '../../../model/time.ts';
import type { WorkloadEvent } from '../../../model/workloadEvent.ts';
import { containerKey } from '../../../model/workload.ts';
import type { PricingConfig } from '../../../cost/config.ts';
import { GIB } from '../../../cost/nodes.ts';
import { seriesOnBasis } from '../../../cost/report/readCosts.ts';
import type { CostRow } from '../../../store/costTable.ts';
import type { ContainerDay, ContainerHistory } from '../../../store/containerDays/containerDay.ts';
import type { HistoryReader } from '../../../store/history.ts';
import type { AdviceContext } from '../advice/containerAdvice.ts';
import { throttledShare } from '../advice/limits.ts';
import { workloadPatches } from '../advice/patch.ts';
import { readAdviceContext, type AdviceRequest } from '../advice/readAdvice.ts';
import { ADVICE_DAYS, appliedAdvice, type AppliedAdvice } from './appliedAdvice.ts';
import { measureGain, type HourOfCost } from './gain.ts';
import { harmOf, type BeforeAfter, type ProvenSaving } from './provenSaving.ts';

/** Changes of so many days are reported: those still followed, and those whose fortnight ended in the last one. */
const REPORTED_DAYS = 2 * ADVICE_DAYS;
/** Changes of requests that are looked at, the latest: more are no advice that somebody applied. */
const MOST_CHANGES = 1000;

/** Shares of the time in which a container's tasks waited (PSI); null where Prometheus does not say. */
export interface WaitShares {
  readonly cpu: Reading;
  readonly ram: Reading;
}

/** Of a container's pods, over a span. */
export interface PressureQuery extends Span {
  readonly namespace: string;
  readonly pods: readonly string[];
  readonly container: string;
}

export interface AppliedRequest extends Omit<AdviceRequest, 'days'> {
  readonly pricing: PricingConfig;
  pressure(query: PressureQuery): Promise<WaitShares>;
}

/**
 * Every advice of the last four weeks that was applied, with what came of it, the latest first. Changes come from the
 * timeline; the advice itself is made again from the days before, so nothing has to be remembered of it.
 */
export async function readApplied(
  reader: HistoryReader,
  request: AppliedRequest,
): Promise<readonly ProvenSaving[]> {
  const read = await readAdviceContext(reader, request);
  if (read === null) return [];
  const { context, watermark } = read;
  const from = floorTo(watermark - REPORTED_DAYS * DAY_MS, DAY_MS);
  const { namespaces } = request;
  const changes = await reader.workloadEvents({
    namespace: null,
    workload: null,
    namespaces,
    type: 'requests',
    from: from - ADVICE_DAYS * DAY_MS,
    to: watermark,
    limit: MOST_CHANGES,
  });
  const changed = [...new Set(changes.map(({ namespace }) => namespace))];
  if (changed.length === 0) return [];
  const histories = await reader.containerDays({
    from: from - ADVICE_DAYS * DAY_MS,
    to: watermark,
    namespaces: changed,
  });
  const byContainer = Map.groupBy(changes, ({ namespace, workload, container }) =>
    containerKey(namespace, workload, container ?? ''),
  );
  const proven: ProvenSaving[] = [];
  for (const history of histories) {
    const { namespace, workload, container } = history;
    const own = byContainer.get(containerKey(namespace, workload, container)) ?? [];
    for (const follow of spansOf(own, watermark).filter(({ at }) => at >= from)) {
      const applied = appliedAdvice(history, follow, context);
      if (applied === null) continue;
      proven.push(await provenOf(reader, request, { history, applied, follow, context }));
    }
  }
  return proven.toSorted((a, b) => b.changedAt - a.changedAt);
}

/** A change with the time that belongs to it on either side. */
interface Follow {
  readonly at: TimeMs;
  readonly since: TimeMs;
  readonly until: TimeMs;
  readonly isOver: boolean;
}

/** Up to fourteen days before and after each change, and never beyond the one before or after. */
function spansOf(changes: readonly WorkloadEvent[], watermark: TimeMs): readonly Follow[] {
  const length = ADVICE_DAYS * DAY_MS;
  return changes.map(({ at }, index) => {
    const next = changes[index + 1]?.at ?? Infinity;
    const until = Math.min(at + length, next, watermark);
    const since = Math.max(at - length, changes[index - 1]?.at ?? -Infinity);
    return { at, since, until, isOver: until < watermark || at + length <= watermark };
  });
}

interface Followed {
  readonly history: ContainerHistory;
  readonly applied: AppliedAdvice;
  readonly follow: Follow;
  readonly context: AdviceContext;
}

async function provenOf(
  reader: HistoryReader,
  request: AppliedRequest,
  { history, applied, follow }: Followed,
): Promise<ProvenSaving> {
  const { namespace, workload, container, days } = history;
  const { at, since, until, isOver } = follow;
  const { advice, before, after, promised } = applied;
  const { got, load } = await readGain(reader, request.pricing, history, follow);
  const day = floorTo(at, DAY_MS);
  const was = days.filter((one) => one.day >= floorTo(since, DAY_MS) && one.day < day);
  const is = days.filter((one) => one.day > day && one.day < until);
  // Memory that was lowered kills on the day of the change already.
  const isLess = (after.ramRequestBytes ?? 0) < (before.ramRequestBytes ?? 0);
  const kills = isLess ? days.filter((one) => one.day >= day && one.day < until) : is;
  const pressure = await readPressure(reader, request, history, follow);
  const measured = {
    throttledShare: { before: throttledShare(was), after: throttledShare(is) },
    oomKills: { before: killsADay(was), after: killsADay(kills) },
    ...pressure,
  };
  const harm = harmOf(measured);
  const back = {
    ...NO_RESOURCES,
    ...(harm.cpu.length > 0 && {
      cpuRequestCores: before.cpuRequestCores,
      cpuLimitCores: before.cpuLimitCores,
    }),
    ...(harm.ram.length > 0 && {
      ramRequestBytes: before.ramRequestBytes,
      ramLimitBytes: before.ramLimitBytes,
    }),
  };
  const reversed = { ...advice, current: after, proposed: back, minReplicas: null };
  const savingPerMonth = got === null ? null : -got;
  const [reverse = null] = workloadPatches([{ ...reversed, savingPerMonth }]);
  return {
    namespace,
    workload,
    container,
    changedAt: at,
    until,
    isOver,
    before,
    after,
    advised: advice.proposed,
    promised,
    got,
    load,
    ...measured,
    hurt: [...harm.cpu, ...harm.ram],
    reverse,
  };
}

/** What the hours after a change cost less than those before it say they would have. */
async function readGain(
  reader: HistoryReader,
  pricing: PricingConfig,
  { namespace, workload, container }: ContainerHistory,
  { at, since, until }: Follow,
): Promise<{ readonly got: Reading; readonly load: Reading }> {
  // The hour of the change has some of both.
  const [from, to] = [ceilTo(since, HOUR_MS), floorTo(until, HOUR_MS)];
  const boundaries: TimeMs[] = [];
  for (let time = from; time <= to; time += HOUR_MS) boundaries.push(time);
  if (boundaries.length < 2) return { got: null, load: null };
  const tables = await seriesOnBasis(reader, pricing, {
    boundaries,
    by: ['workload', 'container'],
    namespaces: [namespace],
    where: [{ by: 'workload', operator: '=', value: workload.name }],
  });
  const rows = tables.flatMap(({ window, rows: all }) => {
    const row = all.find(
      (one) => one.container === container && one.workload?.kind === workload.kind,
    );
    return row === undefined ? [] : [{ start: window.start, end: window.end, row }];
  });
  const earlier = rows.filter(({ end }) => end <= at).map(({ row }) => hourOf(row));
  const later = rows.filter(({ start }) => start >= at).map(({ row }) => row);
  const gain = measureGain(earlier, later.map(hourOf));
  if (gain === null) return { got: null, load: null };
  const price = pricesOf(later);
  const hourly = gain.cpuCores * price.cpuCoreHour + gain.ramGiB * price.ramGiBHour;
  return { got: hourly * HOURS_PER_MONTH, load: gain.load };
}

function hourOf(row: CostRow): HourOfCost {
  return {
    cpuUsed: row.cpuUsageCoreHours,
    cpuCharged: row.cpuCoreHours,
    ramUsed: row.ramUsageByteHours / GIB,
    ramCharged: row.ramByteHours / GIB,
  };
}

/** What a core and a GiB cost in the rows, on their basis. */
function pricesOf(rows: readonly CostRow[]): { cpuCoreHour: number; ramGiBHour: number } {
  const sum = (of: (row: CostRow) => number): number =>
    rows.reduce((total, row) => total + of(row), 0);
  const [cores, gib] = [sum((row) => row.cpuCoreHours), sum((row) => row.ramByteHours) / GIB];
  return {
    cpuCoreHour: cores > 0 ? fromNano(sum(({ cpuNano }) => cpuNano)) / cores : 0,
    ramGiBHour: gib > 0 ? fromNano(sum(({ ramNano }) => ramNano)) / gib : 0,
  };
}

function killsADay(days: readonly ContainerDay[]): Reading {
  if (days.length === 0) return null;
  return days.reduce((sum, { oomKills }) => sum + oomKills, 0) / days.length;
}

async function readPressure(
  reader: HistoryReader,
  request: AppliedRequest,
  { namespace, workload, container }: ContainerHistory,
  { at, since, until }: Follow,
): Promise<{ readonly cpuPressure: BeforeAfter; readonly ramPressure: BeforeAfter }> {
  const over = async (from: TimeMs, to: TimeMs): Promise<WaitShares> => {
    const instances = await reader.instances({ namespace, workload, from, to });
    const pods = [...new Set(instances.map(({ pod }) => pod))];
    if (pods.length === 0) return { cpu: null, ram: null };
    return request.pressure({ namespace, pods, container, from, to });
  };
  const [before, after] = [await over(since, at), await over(at, until)];
  return {
    cpuPressure: { before: before.cpu, after: after.cpu },
    ramPressure: { before: before.ram, after: after.ram },
  };
}
