import { setImmediate as turn } from 'node:timers/promises';
import type { Finding } from '../model/finding.ts';
import type { TimeMs } from '../model/time.ts';
import { afterDeadLetter } from './deadLetters.ts';
import type { Clock } from './clock.ts';
import { deliverDue, type DeliveryObserver, type DeliverySummary } from './deliverer.ts';
import type { Channel } from '../store/notifications/delivery.ts';
import { planDeliveries, quietOf, type Policy } from './plan/plan.ts';
import type { DeliveryStore, Plan } from '../store/notifications/deliveryStore.ts';

/**
 * The way from finding to person: `plan` turns what the history holds into delivery rows, `deliver`
 * sends what is due. Both may be called at any time and by several processes: nothing is lost, and
 * nothing is sent twice but what a channel cannot look up after a crash.
 */
export interface Notifier {
  /** Plans what is new; call it after every sealed live window, never during a muted backfill. */
  plan(now: TimeMs): Promise<Plan>;
  /** Sends what is due now and returns; in flight sends end at `signal`. */
  deliver(signal: AbortSignal): Promise<DeliverySummary>;
  /** When `deliver` has something to do next; null: nothing waits. */
  nextDueAt(): Promise<TimeMs | null>;
}

export interface NotifierParts {
  readonly policy: Policy;
  readonly store: DeliveryStore;
  readonly channels: readonly Channel[];
  readonly clock: Clock;
  readonly observer: DeliveryObserver;
  /** The findings of the cluster that speaks for all, where that is another one. */
  readonly elsewhere?: () => Promise<readonly Finding[]>;
}

/** How often a plan is made again because another process committed one in between. */
const PLAN_ATTEMPTS = 5;

/** Findings that are held against all silences in one turn of the event loop: some milliseconds. */
const FINDINGS_A_TURN = 100;

/** Composes the notifier; it does nothing until it is called. */
export function createNotifier(parts: NotifierParts): Notifier {
  const { policy, store } = parts;
  const fallbackFor = afterDeadLetter(policy.destinations.platform);
  return {
    plan: (now) => planAndCommit(parts, now),
    deliver: (signal) => deliverDue({ ...parts, fallbackFor }, signal),
    nextDueAt: () => store.nextDueAt(),
  };
}

async function planAndCommit(
  { store, policy, elsewhere }: NotifierParts,
  now: TimeMs,
): Promise<Plan> {
  const spoken = (await elsewhere?.()) ?? [];
  for (let attempt = 0; attempt < PLAN_ATTEMPTS; attempt += 1) {
    const view = { ...(await store.view(now)), elsewhere: spoken };
    if ((view.watermark ?? 0) < (view.holdUntil ?? 0)) return nothingPlanned(now);
    const isQuiet = quietOf(view, policy, now);
    // Thousands of findings against hundreds of expressions: health answers in between.
    for (const [index, finding] of view.findings.entries()) {
      isQuiet(finding);
      if (index % FINDINGS_A_TURN === 0) await turn();
    }
    const plan = planDeliveries(view, policy, now, isQuiet);
    if (await store.commitPlan(view, plan)) return plan;
  }
  // Another process plans all the time: its plans hold what ours would have.
  return nothingPlanned(now);
}

function nothingPlanned(at: TimeMs): Plan {
  return { at, deliveries: [], records: [], pages: [], saidOnce: [] };
}
