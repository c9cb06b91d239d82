import type { ContainerDay } from '../../../store/containerDays/containerDay.ts';

/** How far above chance one pod must be the hottest: of three even pods each is it in a third of the hours. */
const ABOVE_CHANCE = 0.3;

/**
 * True when one and the same pod is the hottest, hour after hour: a leader, a pod with the heavy shard, the busiest
 * node's. Among even pods another one is the hottest each hour, and what the hottest of many does is then the
 * tail of what every one of them does: sizing all of them for it would grow with their number.
 */
export function isSkewed(days: readonly ContainerDay[]): boolean {
  let hours = 0;
  let led = 0;
  let podWindows = 0;
  let windows = 0;
  for (const day of days) {
    const counts = new Map<number, number>();
    for (const pod of day.hottestPods) if (pod > 0) counts.set(pod, (counts.get(pod) ?? 0) + 1);
    for (const count of counts.values()) hours += count;
    led += Math.max(0, ...counts.values());
    podWindows += day.podWindows;
    windows += day.windows;
  }
  if (hours === 0 || podWindows <= windows) return false;
  return led / hours >= windows / podWindows + ABOVE_CHANCE;
}
