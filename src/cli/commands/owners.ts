import type { Command } from 'commander';
import { reachInSlack } from '../../channels/slack/config.ts';
import { ownerProblem, ownerReceiver } from '../../notify/owners.ts';
import type { OwnerProblem } from '../../notify/plan/ownerNotes.ts';
import { printable } from '../../model/text/escape.ts';
import { ownerNames } from '../../detect/owners/podOwners.ts';
import { formatTime } from '../../model/time.ts';
import { ownershipOf, type Ownership } from '../../detect/owners/ownership.ts';
import type { Config } from '../../daemon/config/schema.ts';
import type { Column, OutputFormat } from '../../model/text/table.ts';
import { CommandFailed, unknownName, type Io } from '../io.ts';
import { printRows } from '../listing.ts';
import { presentSnapshot } from '../presentCluster.ts';
import { loadContext, withNamespace, withOutput, type ConfigOption } from '../options.ts';

interface OwnersOptions extends ConfigOption {
  readonly namespace?: string;
  readonly problems?: boolean;
  readonly output: OutputFormat;
}

/** A workload, its owner, and where the owner's messages go. */
interface OwnerRow extends Ownership {
  /** Slack targets of the owners that can be reached. */
  readonly sentTo: readonly string[];
  readonly problem: OwnerProblem | null;
}

export default function register(command: Command, io: Io): void {
  withNamespace(command)
    .option('--problems', 'only workloads without an owner, or whose owner cannot be reached')
    .action((options: OwnersOptions) => printOwners(options, io));
  withOutput(command);
}

async function printOwners(options: OwnersOptions, io: Io): Promise<void> {
  const context = loadContext(options, io);
  const { config } = context.loaded;
  const snapshot = await presentSnapshot(context, io.now());
  if (snapshot === null) throw new CommandFailed('no source lists workloads now');
  if (snapshot.pods.length === 0)
    throw new CommandFailed(
      `Prometheus shows no workload in the window up to ${formatTime(snapshot.window.end)}`,
    );
  const { namespace } = options;
  const all = ownershipOf(snapshot, config);
  const known = [...new Set(all.map((one) => one.namespace))];
  if (namespace !== undefined && !known.includes(namespace))
    throw unknownName('namespace', namespace, known);
  const rows = all
    .filter((one) => namespace === undefined || one.namespace === namespace)
    .map((one) => toRow(one, config));
  const shown = options.problems === true ? rows.filter(({ problem }) => problem !== null) : rows;
  const columns = options.output === 'csv' ? [...COLUMNS, CURE] : COLUMNS;
  printRows(io, shown, options.output, { columns, toJson, empty: 'None.' });
  io.err(`${[summaryOf(rows), ...curesOf(shown)].join('\n')}\n`);
}

function toJson({ problem, ...row }: OwnerRow): object {
  return { ...row, problem: problem?.what ?? null, cure: problem?.cure ?? null };
}

function toRow(ownership: Ownership, { owners: { keys, teams } }: Config): OwnerRow {
  const { owner, slack } = ownership;
  const names = [slack, owner].flatMap((text) => (text === null ? [] : ownerNames(text)));
  const targets = names.flatMap((name) => ownerReceiver(name, teams, reachInSlack)?.target ?? []);
  const sentTo = [...new Set(targets)];
  if (names.length === 0) {
    const cure = `Set one of ${keys.join(', ')} on the workload or its namespace, or add a route under owners.routes.`;
    return { ...ownership, sentTo, problem: { key: 'missing', what: 'No owner is named.', cure } };
  }
  // Where Slack is given by a route, a name need not be reachable by itself.
  const isTold = slack !== null && sentTo.length > 0;
  const [problem] = isTold
    ? []
    : names.flatMap((name) => ownerProblem(name, teams, reachInSlack) ?? []);
  return { ...ownership, sentTo, problem: problem ?? null };
}

const COLUMNS: readonly Column<OwnerRow>[] = [
  { title: 'NAMESPACE', value: ({ namespace }) => namespace },
  { title: 'WORKLOAD', value: ({ workload: { kind, name } }) => `${kind}/${name}`, maxWidth: 50 },
  { title: 'OWNER', value: ({ owner }) => owner ?? '-', maxWidth: 40 },
  { title: 'FROM', value: ({ from }) => (from === null ? '-' : originText(from)), maxWidth: 40 },
  { title: 'SENT TO', value: ({ sentTo }) => sentTo.join(', ') || '-', maxWidth: 40 },
  {
    title: 'PROBLEM',
    value: ({ owner, problem }) =>
      problem === null ? '' : owner === null ? 'no owner is named' : 'not known in Slack',
  },
];
const CURE: Column<OwnerRow> = { title: 'CURE', value: ({ problem }) => problem?.cure ?? '' };

function originText({ on, key }: NonNullable<Ownership['from']>): string {
  return key === '' ? on : `${on} ${key}`;
}

function summaryOf(rows: readonly OwnerRow[]): string {
  const unowned = rows.filter(({ owner, slack }) => owner === null && slack === null).length;
  const untold = rows.filter(({ problem }) => problem !== null).length - unowned;
  return `${rows.length} workloads: ${unowned} without an owner, ${untold} whose owner Slack cannot reach`;
}

/** How to repair what is wrong, each listed once. */
function curesOf(rows: readonly OwnerRow[]): readonly string[] {
  const problems = new Map(
    rows.flatMap(({ problem }) => (problem === null ? [] : [[problem.key, problem]])),
  );
  return [...problems.values()].map(({ what, cure }) => printable(`${what} ${cure}`));
}
