/** Kinds whose pods run to an end: short runs are their nature, not a start or an end. */
const RUN_TO_AN_END = new Set(['Job', 'CronJob']);

/** True for kinds whose pods end by themselves. */
export function runsToAnEnd(kind: string): boolean {
  return RUN_TO_AN_END.has(kind);
}

/** Share of a window, 0..1, below which a pod was starting or ending, and its average says little. */
export function leastRunShare(kind: string): number {
  return runsToAnEnd(kind) ? 0.05 : 0.5;
}
