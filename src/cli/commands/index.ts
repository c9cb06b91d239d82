import type { Command } from 'commander';
import type { Io } from '../io.ts';

/** Loads a command's file, whose function adds the command's arguments, options and action. */
type Load = () => Promise<{ readonly default: (command: Command, io: Io) => void }>;

/**
 * Every command there is, in the order of `--help`: one file each. A file is loaded only when its command is
 * called: what `run` needs is not what `costs` should wait for.
 */
export const COMMANDS: Readonly<Record<string, readonly [description: string, load: Load]>> = {
  run: ['the daemon: cycles, catch-up, notifications, pages and API', () => import('./run.ts')],
  once: ['one cycle for the last complete window', () => import('./once.ts')],
  backfill: [
    'every window in between that is not sealed yet, in order; safe to repeat',
    () => import('./backfill.ts'),
  ],
  'check-config': ['validate configuration and thresholds', () => import('./checkConfig.ts')],
  costs: ['the cost table', () => import('./costs.ts')],
  prices: ['for each node its price, which source gave it and why', () => import('./prices.ts')],
  budgets: [
    "this month's budgets: spent, and forecast with its interval",
    () => import('./budgets.ts'),
  ],
  bill: ['the real bill: import it, and set it against the estimates', () => import('./bill.ts')],
  export: [
    'a month by team for chargeback, as CSV or FOCUS; --close freezes it',
    () => import('./export.ts'),
  ],
  findings: ['findings and their evidence', () => import('./findings.ts')],
  explain: [
    'every abuse signal of a workload with value, threshold and weight, flagged or not',
    () => import('./explain.ts'),
  ],
  silence: [
    'silence findings for a while: no messages about them are sent',
    () => import('./silence.ts'),
  ],
  events: ['planned events: a load test or a sale is no cost spike', () => import('./events.ts')],
  response: [
    'act on a finding: plan, approve, undo; off until response.enabled is true',
    () => import('./response.ts'),
  ],
  backup: ['copy the history, also while the daemon runs', () => import('./backup.ts')],
  restore: [
    'put a backup in the place of the history; nothing is sent twice',
    () => import('./restore.ts'),
  ],
  doctor: [
    'look the history over: integrity, gaps, sums, file, disk, backups',
    () => import('./doctor.ts'),
  ],
  'migrate-history': [
    'copy the history to PostgreSQL or back; it goes on where it was interrupted',
    () => import('./migrateHistory.ts'),
  ],
  compact: ['rewrite the history without its unused room', () => import('./compact.ts')],
  deliveries: [
    'messages that were given up (dead letters), that wait, or that were sent',
    () => import('./deliveries.ts'),
  ],
  recommend: ['what to request instead, in money and as a patch', () => import('./recommend.ts')],
  savings: [
    'what saves money beside right-sizing; --applied: what came of recommendations',
    () => import('./savings.ts'),
  ],
  estimate: [
    'what manifests would cost, beside what runs today: before they are merged',
    () => import('./estimate.ts'),
  ],
  owners: [
    'the owner of each workload, its source, and whether messages reach it',
    () => import('./owners.ts'),
  ],
  sources: [
    'the scrape jobs whose metrics are believed; accept a new one',
    () => import('./sources.ts'),
  ],
  posture: [
    'requests, limits, quota and privilege checks with a score',
    () => import('./posture.ts'),
  ],
  controlplane: [
    'the components that run the cluster, and the clients of its API',
    () => import('./controlplane.ts'),
  ],
  digest: ['the weekly digest: sends it, once a week', () => import('./digest.ts')],
  mcp: [
    'serve costs, findings and advice to a model (Model Context Protocol on stdio)',
    () => import('./mcp.ts'),
  ],
  init: ['write a commented configuration: asks, or detects Prometheus', () => import('./init.ts')],
  completion: [
    'a script that completes commands and options in bash, zsh or fish',
    () => import('./completion.ts'),
  ],
  demo: [
    'everything on a made-up cluster with real servers, nothing to configure',
    () => import('./demo.ts'),
  ],
};
