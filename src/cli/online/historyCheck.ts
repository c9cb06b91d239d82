import { fleetProblems } from '../../cost/fleet.ts';
import type { Config } from '../../daemon/config/schema.ts';
import { openHistoryReader } from '../../engines/openHistory.ts';
import { formatTime } from '../../model/time.ts';
import { HistoryError } from '../../store/history.ts';
import { describeLocation } from '../../store/historyLocation.ts';
import type { OnlineResult } from './onlineResult.ts';

/** Reads the history on PostgreSQL, and those of the fleet; whether the role may write, only a start shows. */
export async function checkPostgres(config: Config): Promise<readonly OnlineResult[] | null> {
  const { path, url } = config.history;
  if (url === undefined) return null;
  const name = describeLocation(path);
  try {
    const { cluster, pricing } = config;
    const reader = await openHistoryReader(path, { cluster, currency: pricing.currency });
    try {
      const { watermark } = await reader.status();
      const until =
        watermark === null ? 'nothing is sealed yet' : `sealed up to ${formatTime(watermark)}`;
      const problems = await fleetProblems(config, openHistoryReader);
      return [
        { level: 'ok', text: `${name}: ${until}` },
        ...problems.map((text): OnlineResult => ({ level: 'warning', text })),
      ];
    } finally {
      await reader.close();
    }
  } catch (error) {
    if (!(error instanceof HistoryError)) throw error;
    if (error.code !== 'missing') return [{ level: 'failed', text: error.message }];
    return [{ level: 'ok', text: `${name} answers and holds nothing yet` }];
  }
}
