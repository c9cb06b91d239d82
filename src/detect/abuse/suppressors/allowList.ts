import type { Signal } from '../signal.ts';

/** Somebody with access to the configuration answers for it until a date. Annotations cannot. */
export const allowList: Signal = {
  name: 'allow-list',
  family: 'suppressor',
  unit: 'entry',
  measure({ subject, window, thresholds }) {
    const { workload, container } = subject.scope;
    const name = workload === null ? null : `${workload.kind}/${workload.name}`;
    const entry = thresholds.allow.find(
      (allowed) =>
        allowed.namespace === subject.namespace &&
        (allowed.workload === undefined || allowed.workload === name) &&
        (allowed.container === undefined || allowed.container === container) &&
        window.end <= Date.parse(allowed.until),
    );
    return {
      value: entry?.until ?? null,
      threshold: null,
      strength: entry === undefined ? 0 : 2,
      text:
        entry === undefined
          ? 'No allow-list entry'
          : `Allowed until ${entry.until}: ${entry.reason}`,
    };
  },
};
