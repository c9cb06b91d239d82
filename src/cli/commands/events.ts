import type { Command } from 'commander';
import { cancelEvent, eventJson, planEvent } from '../../detect/planned/changeEvents.ts';
import { readEvents } from '../../detect/planned/plannedEvents.ts';
import type { Config } from '../../daemon/config/schema.ts';
import type { PlannedEvent } from '../../model/plannedEvent.ts';
import { formatTime } from '../../model/time.ts';
import type { Column } from '../../model/text/table.ts';
import { printable } from '../../model/text/escape.ts';
import { CommandFailed, UsageError, type Io } from '../io.ts';
import { listing } from '../listing.ts';
import { parseAround, parseLength } from '../times.ts';
import { actorOf, loadContext, withDecisions, withHistory, type ConfigOption } from '../options.ts';

interface AddOptions extends ConfigOption {
  readonly from: string;
  readonly to?: string;
  readonly for?: string;
  readonly namespace: readonly string[];
  readonly workload?: string;
}

export default function register(events: Command, io: Io): void {
  events
    .command('add')
    .argument('<name>', 'what is planned, such as "load test"')
    .description('announce an event: its cost is no spike, and never counts as usual')
    .option('--from <time>', 'RFC 3339, a date, now, or in how long (2h)', 'now')
    .option('--to <time>', 'when it ends')
    .option('--for <span>', 'instead of --to: how long, such as 4h')
    .option('-n, --namespace <name...>', 'only these namespaces', [])
    .option('--workload <name>', 'only this workload of them')
    .action((name: string, options: AddOptions) => add(name, options, io));
  const list = events.command('list').description('events that have not ended');
  listing(list, io, ({ loaded }) => knownEvents(loaded.config, io), {
    columns: COLUMNS,
    toJson: eventJson,
    empty: 'No events.',
  });
  events
    .command('remove')
    .argument('<id>', 'as events list shows it')
    .description('withdraw an event')
    .action((id: string, options: ConfigOption) => remove(id, options, io));
}

async function add(name: string, options: AddOptions, io: Io): Promise<void> {
  const now = io.now();
  const startsAt = parseAround(options.from, now, '--from');
  const endsAt = endOf(options, startsAt, now);
  const { namespace: namespaces, workload = null } = options;
  const request = { name, startsAt, endsAt, namespaces, workload, holdsForAbuse: true };
  const { config } = loadContext(options, io).loaded;
  const known = await knownEvents(config, io);
  const event = await withDecisions(config, (stores) =>
    planEvent(request, known, actorOf(io), stores, now),
  );
  io.out(`${event.id}\n`);
  io.err(`planned: ${event.name}, ${formatTime(startsAt)} to ${formatTime(endsAt)}\n`);
}

function endOf({ to, for: span }: AddOptions, startsAt: number, now: number): number {
  if ((to === undefined) === (span === undefined))
    throw new UsageError('give either --to, or --for such as 4h');
  if (to !== undefined) return parseAround(to, now, '--to');
  return startsAt + parseLength(span ?? '', '--for');
}

const COLUMNS: readonly Column<PlannedEvent>[] = [
  { title: 'ID', value: ({ id }) => printable(id), maxWidth: 40 },
  { title: 'NAME', value: ({ name }) => printable(name), maxWidth: 40 },
  {
    title: 'FOR',
    value: ({ namespaces, workload }) =>
      printable(
        `${namespaces.length === 0 ? 'every namespace' : namespaces.join(', ')}${workload === null ? '' : `, workload ${workload}`}`,
      ),
    maxWidth: 60,
  },
  { title: 'FROM', value: ({ startsAt }) => formatTime(startsAt) },
  { title: 'TO', value: ({ endsAt }) => formatTime(endsAt) },
  { title: 'BY', value: ({ by }) => printable(by), maxWidth: 24 },
];

async function remove(id: string, options: ConfigOption, io: Io): Promise<void> {
  const { config } = loadContext(options, io).loaded;
  const event = (await knownEvents(config, io)).find((one) => one.id === id);
  if (event === undefined)
    throw new CommandFailed(`there is no event ${id}: burnwatch events list shows them`);
  await withDecisions(config, (stores) => cancelEvent(event, actorOf(io), stores, io.now()));
  io.err(`${id} is withdrawn\n`);
}

/** Events that have not ended. */
function knownEvents(config: Config, io: Io): Promise<readonly PlannedEvent[]> {
  return withHistory(config, (reader) => readEvents(reader, config.events, io.now()));
}
