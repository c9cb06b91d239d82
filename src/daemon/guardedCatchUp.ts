import { catchUp, type CatchUpOptions, type CycleReport } from '../cycle/catchUp.ts';
import type { CyclePorts, Settings } from '../cycle/settings.ts';
import type { WorkingState } from '../store/cycleState.ts';
import type { StepGuard } from './stepGuard.ts';

/** `catchUp`, with windows that ended the process run one by one, and without the steps that did so again and again. */
export function guardedCatchUp(
  guard: StepGuard,
  { collector, history }: CyclePorts,
  state: WorkingState,
  settings: Settings,
  options: CatchUpOptions,
): Promise<CycleReport> {
  const { cluster, schedule } = settings.config;
  const ports = {
    collector: guard.collector(collector, cluster),
    history: guard.history(history),
  };
  const guarded = { ...settings, detectors: guard.detectors(settings.detectors) };
  return guard.during(async () => {
    let from = state.watermark ?? options.from;
    let sum: CycleReport | null = null;
    for (;;) {
      const until = guard.nextEnd(from, options.until, schedule.window);
      const report = await catchUp(ports, state, guarded, { ...options, until });
      sum = sum === null ? report : added(sum, report);
      guard.sealed(report.watermark);
      if (report.error !== null || until >= options.until) return sum;
      from = until;
    }
  });
}

function added(sum: CycleReport, next: CycleReport): CycleReport {
  return {
    ...next,
    sealed: sum.sealed + next.sealed,
    corrected: sum.corrected + next.corrected,
    lost: sum.lost + next.lost,
    events: [...sum.events, ...next.events],
    failures: [...sum.failures, ...next.failures],
    last: next.last ?? sum.last,
  };
}
