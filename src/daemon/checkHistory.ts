import type { Logger } from 'pino';
import { findDamage } from '../engines/openHistory.ts';
import { DAY_MS } from '../model/time.ts';
import type { CycleSupervisor } from './cycleSupervisor.ts';

/** Reads the whole history in a thread, now and once a day; returns how to stop. */
export function checkHistory(
  path: string,
  supervisor: Pick<CycleSupervisor, 'damaged'>,
  log: Logger,
): () => Promise<void> {
  const stop = new AbortController();
  const check = async (): Promise<void> => {
    try {
      const problem = await findDamage(path, stop.signal);
      if (problem !== null) supervisor.damaged(problem);
    } catch (err) {
      if (!stop.signal.aborted) log.warn({ err }, 'The history could not be checked');
    }
  };
  let running = check();
  const timer = setInterval(() => {
    running = check();
  }, DAY_MS);
  return async () => {
    clearInterval(timer);
    stop.abort();
    await running;
  };
}
