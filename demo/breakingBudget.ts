import { readBudgets } from '../src/cost/budgets/readBudgets.ts';
import { readCosts } from '../src/cost/report/readCosts.ts';
import type { LoadedConfig } from '../src/daemon/config/load.ts';
import { openHistoryReader } from '../src/engines/openHistory.ts';
import { HOUR_MS, type TimeMs } from '../src/model/time.ts';
import { BREAKING } from './demoConfig.ts';

/** A budget that will be spent soon. */
export interface BreakingBudget {
  readonly namespace: string;
  /** In the history's currency, to the cent. */
  readonly monthly: number;
  /** About when the daemon will notice. */
  readonly at: TimeMs;
}

/** So many windows of what the namespace costs now are left: the second one to come spends it. */
const WINDOWS_LEFT = 1.5;

/** The budget of `BREAKING` that is spent some minutes after the last window of the history. */
export async function breakingBudget({ config }: LoadedConfig): Promise<BreakingBudget> {
  const { pricing, cluster, schedule, history } = config;
  const reader = await openHistoryReader(history.path);
  try {
    const to = (await reader.status()).watermark ?? 0;
    const query = { from: to - HOUR_MS, to, by: ['namespace'], namespaces: [BREAKING] } as const;
    const { rows } = await readCosts(reader, pricing, { cluster, query });
    const perWindow = ((rows[0]?.totalCost ?? 0) * schedule.window) / HOUR_MS;
    const [budget] = await readBudgets(reader, pricing, [{ namespace: BREAKING, monthly: 1 }]);
    const monthly = (budget?.spent ?? 0) + WINDOWS_LEFT * perWindow;
    const sealed = to + Math.ceil(WINDOWS_LEFT) * schedule.window + schedule.settle;
    return { namespace: BREAKING, monthly: Math.round(100 * monthly) / 100, at: sealed };
  } finally {
    await reader.close();
  }
}
