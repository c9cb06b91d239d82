import type { Detector } from './detector.ts';
import { jsonCodec } from '../store/stateCodec.ts';
import type { Scope, Verdict } from '../model/finding.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { HOUR_MS, type TimeMs } from '../model/time.ts';
import { containerKey } from '../model/workload.ts';

const RULE = 'image-not-pulled';

/** A registry's outage is over sooner. */
const LONG_MS = HOUR_MS;

/**
 * Pods whose image cannot be pulled do nothing, but their requests are reserved and paid for. The state is
 * the time since when, by container of a workload.
 */
export const imageNotPulled: Detector<TimeMs> = {
  name: RULE,
  version: 1,
  codec: jsonCodec(),
  thresholds: {},
  detect({ snapshot, isOpen }, state) {
    const { start, end } = snapshot.window;
    const verdicts: Verdict[] = [];
    for (const [key, { scope, waiting, runs }] of containersOf(snapshot)) {
      if (waiting.length > 0) {
        const since = state.get(key) ?? start;
        state.set(key, since);
        if (end - since >= LONG_MS) verdicts.push(verdict(scope, since, waiting));
      } else if (runs) {
        // Only a container that is seen to run closes a finding; where nothing is known it stays open.
        state.delete(key);
        if (isOpen('abandoned', RULE, scope))
          verdicts.push({ ...verdict(scope, start, []), status: 'clear' });
      }
    }
    return verdicts;
  },
};

/** Every container of a workload over its pods: which of them wait for the image, and whether any runs. */
function containersOf({ pods }: Snapshot) {
  const found = new Map<string, { scope: Scope; waiting: string[]; runs: boolean }>();
  for (const { namespace, workload, name: pod, containers } of pods) {
    for (const { name: container, waitingReason, runShare } of containers) {
      const key = containerKey(namespace, workload, container);
      const scope: Scope = { namespace, workload, container, subject: null };
      const entry = found.get(key) ?? { scope, waiting: [], runs: false };
      if (waitingReason === 'ImagePullBackOff') entry.waiting.push(pod);
      else if (runShare > 0) entry.runs = true;
      found.set(key, entry);
    }
  }
  return found;
}

function verdict(scope: Scope, startedAt: TimeMs, pods: readonly string[]): Verdict {
  return {
    kind: 'abandoned',
    rule: RULE,
    scope,
    status: 'firing',
    severity: 'info',
    score: 50,
    startedAt,
    summary: 'Its image cannot be pulled; its requests stay reserved',
    evidence: [],
    next: [],
    pods,
    costBeforeNano: null,
    costPerMonth: null,
  };
}
