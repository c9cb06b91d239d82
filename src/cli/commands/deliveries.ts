import { Option, type Command } from 'commander';
import { openDeliveryStore } from '../../engines/openHistory.ts';
import { formatTime } from '../../model/time.ts';
import type { DeliveryStatus, DeliveryStore } from '../../store/notifications/deliveryStore.ts';
import type { Io } from '../io.ts';
import { loadContext, withConfig, withOutput, type ConfigOption } from '../options.ts';
import { renderCsv, renderTable, type Column, type OutputFormat } from '../../model/text/table.ts';
import { CommandFailed } from '../usageError.ts';

const STATES = ['dead', 'pending', 'sending', 'sent', 'superseded'] as const;
const SHOWN = 200;

interface ListOptions extends ConfigOption {
  readonly state: DeliveryStatus['state'];
  readonly output: OutputFormat;
}

/** What listing takes must not be hidden one help away. */
const LIST_HELP = `
Without a command: list, with [--state ${STATES.join('|')}] [-o table|json|csv]
(burnwatch deliveries list --help).`;

export function registerDeliveries(program: Command, io: Io): void {
  const deliveries = program
    .command('deliveries')
    .description('messages that were given up (dead letters), that wait, or that were sent')
    .addHelpText('after', LIST_HELP);
  const list = deliveries
    .command('list', { isDefault: true })
    .description('the latest first (this is the default)')
    .addOption(new Option('--state <state>', 'which').choices(STATES).default('dead'))
    .action((options: ListOptions) => listDeliveries(options, io));
  withOutput(withConfig(list));
  const retry = deliveries
    .command('retry')
    .argument('<id>', 'of a dead letter')
    .description('try a dead letter again, after its cause was repaired')
    .action((id: string, options: ConfigOption) => retryDelivery(id, options, io));
  withConfig(retry);
}

const COLUMNS: readonly Column<DeliveryStatus>[] = [
  { title: 'ID', value: ({ id }) => id },
  {
    title: 'TO',
    value: ({ receiver: { channel, target } }) => `${channel} ${target}`.trim(),
    maxWidth: 40,
  },
  { title: 'STATE', value: ({ state }) => state },
  { title: 'ATTEMPTS', value: ({ attempts }) => attempts, align: 'right' },
  { title: 'CREATED', value: ({ createdAt }) => formatTime(createdAt) },
  { title: 'CODE', value: ({ code }) => code, maxWidth: 24 },
  { title: 'ERROR', value: ({ error }) => error, maxWidth: 80 },
];

async function listDeliveries({ state, output, ...options }: ListOptions, io: Io): Promise<void> {
  const found = await withStore(options, io, (store) => store.deliveries(state, SHOWN));
  if (output === 'json') io.out(`${JSON.stringify(found.map(deliveryJson), null, 2)}\n`);
  else if (output === 'csv') io.out(renderCsv(found, COLUMNS));
  else if (found.length > 0) io.out(renderTable(found, COLUMNS));
  else io.err(state === 'dead' ? 'No dead letters.\n' : `None is ${state}.\n`);
}

function deliveryJson(delivery: DeliveryStatus): Readonly<Record<string, unknown>> {
  const { createdAt, dueAt, sentAt, ...rest } = delivery;
  return {
    ...rest,
    createdAt: formatTime(createdAt),
    dueAt: formatTime(dueAt),
    sentAt: sentAt === null ? null : formatTime(sentAt),
  };
}

async function retryDelivery(id: string, options: ConfigOption, io: Io): Promise<void> {
  const revived = await withStore(options, io, (store) => store.revive(id, io.now()));
  if (!revived)
    throw new CommandFailed(`there is no dead letter ${id}: burnwatch deliveries lists them`);
  io.err(`${id} waits again; the daemon sends it within a minute\n`);
}

async function withStore<T>(
  options: ConfigOption,
  io: Io,
  work: (store: DeliveryStore) => Promise<T>,
): Promise<T> {
  const { config } = loadContext(options, io).loaded;
  const store = await openDeliveryStore(config.history.path);
  try {
    return await work(store);
  } finally {
    await store.close();
  }
}
