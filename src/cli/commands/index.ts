import type { Command } from 'commander';
import type { Io } from '../io.ts';

/** A command as `--help` lists it. */
export interface CommandEntry {
  readonly name: string;
  readonly description: string;
  /** Loads the command's file; the function adds its arguments, options and action. */
  load(): Promise<(command: Command, io: Io) => void>;
}

/**
 * Every command there is, in the order of `--help`: one file each. A file is loaded only when its command is
 * called: what `run` needs is not what `costs` should wait for.
 */
export const COMMANDS: readonly CommandEntry[] = [
  {
    name: 'run',
    description: 'the daemon: cycles, catch-up, notifications, pages and API',
    load: async () => (await import('./run.ts')).registerRun,
  },
  {
    name: 'once',
    description: 'one cycle for the last complete window',
    load: async () => (await import('./once.ts')).registerOnce,
  },
  {
    name: 'backfill',
    description: 'every window in between that is not sealed yet, in order; safe to repeat',
    load: async () => (await import('./backfill.ts')).registerBackfill,
  },
  {
    name: 'check-config',
    description: 'validate configuration and thresholds',
    load: async () => (await import('./checkConfig.ts')).registerCheckConfig,
  },
  {
    name: 'costs',
    description: 'the cost table',
    load: async () => (await import('./costs.ts')).registerCosts,
  },
  {
    name: 'prices',
    description: 'for each node its price, which source gave it and why',
    load: async () => (await import('./prices.ts')).registerPrices,
  },
  {
    name: 'budgets',
    description: "this month's budgets: spent, and forecast with its interval",
    load: async () => (await import('./budgets.ts')).registerBudgets,
  },
  {
    name: 'bill',
    description: 'the real bill: import it, and set it against the estimates',
    load: async () => (await import('./bill.ts')).registerBill,
  },
  {
    name: 'export',
    description: 'a month by team for chargeback, as CSV or FOCUS; --close freezes it',
    load: async () => (await import('./export.ts')).registerExport,
  },
  {
    name: 'findings',
    description: 'findings and their evidence',
    load: async () => (await import('./findings.ts')).registerFindings,
  },
  {
    name: 'explain',
    description:
      'every abuse signal of a workload with value, threshold and weight, flagged or not',
    load: async () => (await import('./explain.ts')).registerExplain,
  },
  {
    name: 'silence',
    description: 'silence findings for a while: no messages about them are sent',
    load: async () => (await import('./silence.ts')).registerSilence,
  },
  {
    name: 'events',
    description: 'planned events: a load test or a sale is no cost spike',
    load: async () => (await import('./events.ts')).registerEvents,
  },
  {
    name: 'response',
    description: 'act on a finding: plan, approve, undo; off until response.enabled is true',
    load: async () => (await import('./response.ts')).registerResponse,
  },
  {
    name: 'backup',
    description: 'copy the history, also while the daemon runs',
    load: async () => (await import('./backup.ts')).registerBackup,
  },
  {
    name: 'restore',
    description: 'put a backup in the place of the history; nothing is sent twice',
    load: async () => (await import('./restore.ts')).registerRestore,
  },
  {
    name: 'doctor',
    description: 'look the history over: integrity, gaps, sums, file, disk, backups',
    load: async () => (await import('./doctor.ts')).registerDoctor,
  },
  {
    name: 'migrate-history',
    description: 'copy the history to PostgreSQL or back; it goes on where it was interrupted',
    load: async () => (await import('./migrateHistory.ts')).registerMigrateHistory,
  },
  {
    name: 'compact',
    description: 'rewrite the history without its unused room',
    load: async () => (await import('./compact.ts')).registerCompact,
  },
  {
    name: 'deliveries',
    description: 'messages that were given up (dead letters), that wait, or that were sent',
    load: async () => (await import('./deliveries.ts')).registerDeliveries,
  },
  {
    name: 'recommend',
    description: 'what to request instead, in money and as a patch',
    load: async () => (await import('./recommend.ts')).registerRecommend,
  },
  {
    name: 'savings',
    description: 'what saves money beside right-sizing; --applied: what came of recommendations',
    load: async () => (await import('./savings.ts')).registerSavings,
  },
  {
    name: 'estimate',
    description: 'what manifests would cost, beside what runs today: before they are merged',
    load: async () => (await import('./estimate.ts')).registerEstimate,
  },
  {
    name: 'owners',
    description: 'the owner of each workload, its source, and whether messages reach it',
    load: async () => (await import('./owners.ts')).registerOwners,
  },
  {
    name: 'sources',
    description: 'the scrape jobs whose metrics are believed; accept a new one',
    load: async () => (await import('./sources.ts')).registerSources,
  },
  {
    name: 'posture',
    description: 'requests, limits, quota and privilege checks with a score',
    load: async () => (await import('./posture.ts')).registerPosture,
  },
  {
    name: 'controlplane',
    description: 'the components that run the cluster, and the clients of its API',
    load: async () => (await import('./controlplane.ts')).registerControlPlane,
  },
  {
    name: 'digest',
    description: 'the weekly digest: sends it, once a week',
    load: async () => (await import('./digest.ts')).registerDigest,
  },
  {
    name: 'mcp',
    description: 'serve costs, findings and advice to a model (Model Context Protocol on stdio)',
    load: async () => (await import('./mcp.ts')).registerMcp,
  },
  {
    name: 'init',
    description: 'write a commented configuration: asks, or detects Prometheus',
    load: async () => (await import('./init.ts')).registerInit,
  },
  {
    name: 'completion',
    description: 'a script that completes commands and options in bash, zsh or fish',
    load: async () => (await import('./completion.ts')).registerCompletion,
  },
  {
    name: 'demo',
    description: 'everything on a made-up cluster with real servers, nothing to configure',
    load: async () => (await import('./demo.ts')).registerDemo,
  },
];
