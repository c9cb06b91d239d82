import { randomUUID } from 'node:crypto';
import { getEnvironmentData, setEnvironmentData } from 'node:worker_threads';

const KEY = 'burnwatch process';

/**
 * A name that no other process has, whatever its host and number. All threads have the same one that are started after
 * its first call.
 */
export function processId(): string {
  const known = getEnvironmentData(KEY);
  if (typeof known === 'string') return known;
  const id = randomUUID();
  setEnvironmentData(KEY, id);
  return id;
}
