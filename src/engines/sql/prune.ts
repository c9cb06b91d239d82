import { DAY_MS, floorTo, HOUR_MS, type TimeMs } from '../../model/time.ts';
import { put, isOfWorkload, type Db } from './db.ts';
import type { MetaTable } from './metaTable.ts';
import { prunePodSpecs } from './podSpecTable.ts';
import { pruneSignals } from './signals.ts';
import type { Finding } from '../../model/finding.ts';
import type { WorkloadRef } from '../../model/workload.ts';
import { readWorkloadsOf } from './instances.ts';
import type { Page } from '../../store/pages/pageCodec.ts';
import { pinnedCodec } from '../../store/pages/levels.ts';
import { UsageTables } from './usageReader.ts';
import { packSums, SUM_COLUMNS, withoutNetwork } from '../../store/pages/usageSums.ts';

/**
 * Drops window rows and signals before the hour of `windowsFrom`, and hours before the day of `hoursFrom`. Days,
 * findings with the series around them, events and what operators did are kept. Of workloads, scalings go with
 * the windows, all other changes and the specifications with the hours.
 */
export async function pruneHistory(
  db: Db,
  meta: MetaTable,
  windowMs: number,
  keep: { readonly windowsFrom: TimeMs; readonly hoursFrom: TimeMs },
): Promise<void> {
  const before = await meta.get('windows_from');
  const windowsFrom = Math.max(floorTo(keep.windowsFrom, HOUR_MS), before ?? 0);
  const hoursFrom = Math.max(floorTo(keep.hoursFrom, DAY_MS), (await meta.get('hours_from')) ?? 0);
  const oldest = (await db.value<TimeMs | null>`SELECT min(hour) FROM usage_pages`) ?? null;
  if (oldest !== null && oldest < windowsFrom) await pinFindings(db, windowMs, oldest, windowsFrom);
  await db.run`DELETE FROM usage_pages WHERE hour < ${windowsFrom}`;
  await db.run`DELETE FROM open_windows WHERE hour < ${windowsFrom}`;
  await db.run`DELETE FROM node_windows WHERE hour < ${windowsFrom}`;
  await db.run`DELETE FROM containers WHERE last_hour < ${windowsFrom}`;
  await db.run`DELETE FROM ops_windows WHERE start < ${windowsFrom}`;
  await db.run`DELETE FROM cost_hours WHERE day < ${hoursFrom}`;
  await db.run`DELETE FROM node_hours WHERE day < ${hoursFrom}`;
  await db.run`DELETE FROM container_days WHERE day < ${hoursFrom}`;
  await db.run`DELETE FROM container_day_hours WHERE day < ${hoursFrom}`;
  await db.run`DELETE FROM workload_events WHERE at < ${windowsFrom} AND type = 'scaled'`;
  await db.run`DELETE FROM workload_events WHERE at < ${hoursFrom}`;
  await prunePodSpecs(db, hoursFrom);
  await pruneSignals(db, windowsFrom);
  meta.set('windows_from', windowsFrom);
  meta.set('hours_from', hoursFrom);
}

/** How much of a workload's series a finding keeps before its beginning and after its end. */
const KEPT_AROUND_MS = DAY_MS;

/** The network is measured by the pod: it is kept once, under no container's name. */
const POD_LEVEL = '';

interface Pin {
  readonly namespace: string;
  readonly workload: WorkloadRef;
  readonly hour: TimeMs;
}

/**
 * Keeps the series around findings for good: called before window rows of [from, to) are pruned, it
 * copies the hours from a day before a finding began to a day after it was recognised, and those from a
 * day before to a day after its end, summed over the workload's pods.
 */
async function pinFindings(db: Db, windowMs: number, from: TimeMs, to: TimeMs): Promise<void> {
  const rows = await db.values<string>`SELECT finding FROM findings
     WHERE namespace IS NOT NULL AND last_seen >= ${from - 2 * KEPT_AROUND_MS} AND first_seen < ${to + 15 * DAY_MS}`;
  const pins = new Map<string, Pin>();
  for (const json of rows) {
    const finding = JSON.parse(json) as Finding;
    for (const pin of pinsOf(finding, await workloadsOf(db, finding), from, to)) {
      pins.set(JSON.stringify(pin), pin);
    }
  }
  const reader = new UsageTables(db, windowMs);
  for (const { namespace, workload, hour } of pins.values()) {
    const names = await db.values<string>`SELECT DISTINCT container FROM containers
       WHERE ${isOfWorkload(namespace, workload)}
         AND last_hour >= ${hour} AND first_hour <= ${hour}`;
    for (const container of names.length === 0 ? [] : [...names, POD_LEVEL]) {
      const page = await hourOf(reader, { namespace, workload, hour }, container, windowMs);
      if (page === null) continue;
      await put(db, 'pinned_usage', ['namespace', 'kind', 'name', 'hour', 'container'], {
        namespace,
        ...workload,
        hour,
        container,
        page: pinnedCodec(windowMs).encode(page),
      });
    }
  }
}

/** What a finding is about; for a group that is judged together, the workloads of its pods. */
async function workloadsOf(db: Db, { scope, pods }: Finding): Promise<readonly WorkloadRef[]> {
  if (scope.workload !== null) return [scope.workload];
  return scope.namespace === null ? [] : await readWorkloadsOf(db, scope.namespace, pods);
}

function pinsOf(
  finding: Finding,
  workloads: readonly WorkloadRef[],
  from: TimeMs,
  to: TimeMs,
): readonly Pin[] {
  const { namespace } = finding.scope;
  if (namespace === null) return [];
  const begin = {
    from: finding.startedAt - KEPT_AROUND_MS,
    to: finding.firstSeen + KEPT_AROUND_MS,
  };
  const end = finding.resolvedAt;
  const spans =
    end === null ? [begin] : [begin, { from: end - KEPT_AROUND_MS, to: end + KEPT_AROUND_MS }];
  return spans.flatMap((span) => {
    const pins: Pin[] = [];
    const last = Math.min(span.to, to);
    for (let hour = floorTo(Math.max(span.from, from), HOUR_MS); hour < last; hour += HOUR_MS) {
      for (const workload of workloads) pins.push({ namespace, workload, hour });
    }
    return pins;
  });
}

/** The windows of an hour of one container, summed over pods; null when there are none. */
async function hourOf(
  reader: UsageTables,
  { namespace, workload, hour }: Pin,
  container: string,
  windowMs: number,
): Promise<Page | null> {
  const to = hour + HOUR_MS;
  const sums = await reader.sums({ namespace, workload, container, pod: null, from: hour, to });
  if (sums.size === 0) return null;
  const page = pinnedCodec(windowMs).empty();
  for (const [start, values] of sums) {
    const slot = (start - hour) / windowMs;
    page.present[slot] = 1;
    const kept = container === POD_LEVEL ? values : withoutNetwork(values);
    page.values.set(packSums(kept), slot * SUM_COLUMNS.length);
  }
  return page;
}
