import type { TimeMs } from '../../model/time.ts';
import { HourOfUse, leastRunShare, runsToAnEnd, type PodWindow } from './hourOfUse.ts';
import { USAGE, USAGE_COLUMNS } from '../pages/columns.ts';
import type { Page } from '../pages/pageCodec.ts';
import type { RollUpTables } from '../rollUp/rollUp.ts';

/** Namespace, kind, name, container. */
export type IdentityParts = readonly [string, string, string, string];

/** One hour's windows of every container of a workload, over its pods; costs without a container are left out. */
export async function groupHour(
  tables: RollUpTables,
  hour: TimeMs,
  oomReason: number | null,
): Promise<Iterable<{ readonly identity: IdentityParts; readonly use: HourOfUse }>> {
  const groups = new Map<string, { identity: IdentityParts; use: HourOfUse }>();
  const pages = await tables.usage.pages(hour);
  const containers = await tables.containers(pages.keys());
  for (const [id, page] of pages) {
    const { namespace, kind, name, container, uid } = containers.get(id)!;
    if (container === '') continue;
    const windows = podWindows(page, kind, oomReason);
    if (windows.length === 0) continue;
    const identity: IdentityParts = [namespace, kind, name, container];
    const key = identity.join('/');
    let group = groups.get(key);
    if (group === undefined) groups.set(key, (group = { identity, use: new HourOfUse() }));
    group.use.addPod(uid, windows);
  }
  return groups.values();
}

function podWindows(
  { present, values }: Page,
  kind: string,
  oomReason: number | null,
): readonly PodWindow[] {
  const windows: PodWindow[] = [];
  const width = USAGE_COLUMNS.length;
  let sawKill = false;
  for (let slot = 0; slot < present.length; slot += 1) {
    if (present[slot] === 0) continue;
    const reading = (column: number, unit: number): number | null => {
      const value = values[slot * width + column]!;
      return Number.isNaN(value) ? null : value * unit;
    };
    const lived = (reading(USAGE.runShare, 1) ?? 0) * 1e-4;
    const killed = oomReason !== null && reading(USAGE.terminatedReason, 1) === oomReason;
    // The reason stays until the next termination: only with a restart did it happen in this window.
    // What runs to an end is not restarted; its pod shows the reason once it is over.
    const restarts = reading(USAGE.restarts, 1) ?? 0;
    const oomKilled = killed && (restarts > 0 || (runsToAnEnd(kind) && !sawKill));
    if (killed) sawKill = true;
    if (lived < leastRunShare(kind) && !oomKilled) continue;
    const cpuUsage = reading(USAGE.cpuUsage, 1e-9);
    windows.push({
      slot,
      cpuCores: cpuUsage === null || lived === 0 ? null : cpuUsage / lived,
      ramPeakBytes: reading(USAGE.ramPeak, 1),
      throttledShare: reading(USAGE.throttledShare, 1e-4),
      oomKilled,
      cpuRequestCores: reading(USAGE.cpuRequest, 1e-9),
      cpuLimitCores: reading(USAGE.cpuLimit, 1e-9),
      ramRequestBytes: reading(USAGE.ramRequest, 1),
      ramLimitBytes: reading(USAGE.ramLimit, 1),
    });
  }
  return windows;
}
