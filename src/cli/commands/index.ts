import type { Command } from 'commander';
import type { Io } from '../io.ts';

/** Adds one command, with its options and what it does, to the program. */
export type Register = (program: Command, io: Io) => void;

/**
 * Every command there is, in the order of `--help`: one file each. A file is loaded only when its
 * command is called (or help is asked for), since what `run` needs is not what `costs` should wait for.
 */
export const COMMANDS: ReadonlyMap<string, () => Promise<Register>> = new Map([
  ['run', async () => (await import('./run.ts')).registerRun],
  ['once', async () => (await import('./once.ts')).registerOnce],
  ['backfill', async () => (await import('./backfill.ts')).registerBackfill],
  ['check-config', async () => (await import('./checkConfig.ts')).registerCheckConfig],
  ['costs', async () => (await import('./costs.ts')).registerCosts],
  ['prices', async () => (await import('./prices.ts')).registerPrices],
  ['budgets', async () => (await import('./budgets.ts')).registerBudgets],
  ['bill', async () => (await import('./bill.ts')).registerBill],
  ['findings', async () => (await import('./findings.ts')).registerFindings],
  ['explain', async () => (await import('./explain.ts')).registerExplain],
  ['silence', async () => (await import('./silence.ts')).registerSilence],
  ['deliveries', async () => (await import('./deliveries.ts')).registerDeliveries],
  ['recommend', async () => (await import('./recommend.ts')).registerRecommend],
  ['owners', async () => (await import('./owners.ts')).registerOwners],
  ['posture', async () => (await import('./posture.ts')).registerPosture],
  ['digest', async () => (await import('./digest.ts')).registerDigest],
  ['demo', async () => (await import('./demo.ts')).registerDemo],
]);
