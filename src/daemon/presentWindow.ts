import { CollectError, type Collector } from '../collect/collector.ts';
import type { Settings } from '../cycle/settings.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { floorTo, type TimeMs } from '../model/time.ts';

/**
 * The last complete window as the sources show it now, for what the history does not keep (autoscalers,
 * owners of manifests). Null, with a warning, where they cannot be asked.
 */
export async function presentWindow(
  collector: Collector,
  { config }: Pick<Settings, 'config'>,
  now: TimeMs,
  signal: AbortSignal,
  warn: (problem: string) => void,
): Promise<Snapshot | null> {
  const { window: windowMs, settle } = config.schedule;
  const end = floorTo(now - settle, windowMs);
  try {
    const window = { start: end - windowMs, end };
    const [snapshot] = await collector.collect([window], { cadvisor: 0, kubeState: 0 }, signal);
    return snapshot ?? null;
  } catch (error) {
    if (!(error instanceof CollectError)) throw error;
    warn(`the cluster cannot be asked, so only the history answers: ${error.message}`);
    return null;
  }
}
