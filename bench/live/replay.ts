import { SECOND_MS } from '../../src/model/time.ts';
import { figuresOf } from './processFigures.ts';
import recorded from './queries-877a40f.json' with { type: 'json' };
import { FIRST_WINDOW, WINDOW_MS } from './store.ts';
import { emptyTally, post, type StoreTally } from './storeProxy.ts';

const CONCURRENCY = 4;

/** What a live window costs a store without Burnwatch. */
export interface StoreAlone extends StoreTally {
  readonly cpuMs: number;
}

/**
 * Asks a store what commit 877a40f asked it for in a live window, four queries at a time, and throws the answers away:
 * the measure of what Burnwatch costs the store. These queries stay as they are, so that dearer ones cannot flatter it.
 *
 * @param windows so many, beginning with the second; the figures are those of one of them.
 */
export async function replayRecorded(
  url: string,
  pid: number,
  windows: number,
): Promise<StoreAlone> {
  await replayWindow(url, 1);
  const before = await figuresOf(pid);
  const sum = emptyTally();
  for (let window = 2; window < windows + 2; window += 1) {
    const tally = await replayWindow(url, window);
    sum.queries += tally.queries;
    sum.samples += tally.samples;
    sum.bytes += tally.bytes;
    sum.refused += tally.refused;
  }
  const { cpuMs } = await figuresOf(pid);
  return {
    cpuMs: (cpuMs - before.cpuMs) / windows,
    queries: sum.queries / windows,
    samples: sum.samples / windows,
    bytes: sum.bytes / windows,
    refused: sum.refused / windows,
  };
}

async function replayWindow(url: string, window: number): Promise<StoreTally> {
  const tally = emptyTally();
  const end = (FIRST_WINDOW + window * WINDOW_MS) / SECOND_MS;
  const step = WINDOW_MS / SECOND_MS;
  const queue = [...recorded];
  const work = async (): Promise<void> => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      const form = new URLSearchParams({
        query: next.promql,
        start: String(end + next.fromWindow * step),
        end: String(end),
        step: String(step),
        nocache: '1',
        stats: 'all',
      });
      const answer = await post(`${url}/api/v1/query_range`, form.toString(), {
        'accept-encoding': 'identity',
      });
      tally.queries += 1;
      tally.samples += answer.samples;
      tally.bytes += answer.bytes;
      if (answer.status !== 200) tally.refused += 1;
    }
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, work));
  return tally;
}
