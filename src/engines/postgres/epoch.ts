import type { PoolClient } from 'pg';
import { HistoryError } from '../../store/history.ts';

/** Refuses the transaction of a process that does not lead any more. @throws HistoryError `not-leader` */
export async function requireEpoch(client: PoolClient, name: string, epoch: number): Promise<void> {
  const sql = 'SELECT 1 FROM leader_epoch WHERE epoch = $1 FOR SHARE';
  if ((await client.query(sql, [epoch])).rowCount === 1) return;
  throw replaced(name);
}

/** The error of a process that another one took over from. */
export function replaced(name: string): HistoryError {
  return new HistoryError(
    'not-leader',
    `another process leads ${name} now: this one writes and sends nothing any more`,
  );
}

/** The epoch of whichever process leads. */
export async function readEpoch(client: PoolClient): Promise<number> {
  return (await client.query<{ epoch: number }>('SELECT epoch FROM leader_epoch')).rows[0]!.epoch;
}
