import { afterAll } from 'vitest';
import { startPostgres } from '../../demo/postgresServer.ts';
import { POSTGRES } from './tempHistory.ts';

/** Lets the tests that a file imports after this call run on a real PostgreSQL of their own, in place of SQLite. */
export async function onPostgres(): Promise<void> {
  const server = await startPostgres();
  process.env[POSTGRES] = await server.database();
  afterAll(() => server[Symbol.asyncDispose]());
}
