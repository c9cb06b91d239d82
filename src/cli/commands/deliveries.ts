import { Option, type Command } from 'commander';
import { openDeliveryStore } from '../../engines/openHistory.ts';
import { formatTime } from '../../model/time.ts';
import type { DeliveryStatus, DeliveryStore } from '../../store/notifications/deliveryStore.ts';
import type { Column, OutputFormat } from '../../model/text/table.ts';
import { unknownName, type Io } from '../io.ts';
import { loadContext, withOutput, type ConfigOption, printRows, withOpened } from '../options.ts';

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

export function registerDeliveries(deliveries: Command, io: Io): void {
  deliveries.addHelpText('after', LIST_HELP);
  const list = deliveries
    .command('list', { isDefault: true })
    .description('the latest first (this is the default)')
    .addOption(new Option('--state <state>', 'which').choices(STATES).default('dead'))
    .action((options: ListOptions) => listDeliveries(options, io));
  withOutput(list);
  deliveries
    .command('retry')
    .argument('<id>', 'of a dead letter')
    .description('try a dead letter again, after its cause was repaired')
    .action((id: string, options: ConfigOption) => retryDelivery(id, options, io));
}

const COLUMNS: readonly Column<DeliveryStatus>[] = [
  { title: 'ID', value: ({ id }) => id, whole: true },
  {
    title: 'TO',
    value: ({ receiver: { channel, target } }) => `${channel} ${target}`.trim(),
    maxWidth: 40,
  },
  { title: 'STATE', value: ({ state }) => state },
  { title: 'ATTEMPTS', value: ({ attempts }) => attempts, align: 'right' },
  {
    title: 'CREATED',
    value: ({ createdAt }) => formatTime(createdAt),
    whole: true,
    optional: true,
  },
  { title: 'CODE', value: ({ code }) => code, maxWidth: 24, optional: true },
  { title: 'ERROR', value: ({ error }) => error, maxWidth: 80 },
];

async function listDeliveries({ state, output, ...options }: ListOptions, io: Io): Promise<void> {
  const found = await withStore(options, io, (store) => store.deliveries(state, SHOWN));
  const empty = state === 'dead' ? 'No dead letters.' : `No delivery is ${state}.`;
  printRows(io, found, { output, columns: COLUMNS, toJson: deliveryJson, empty });
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
  await withStore(options, io, async (store) => {
    if (await store.revive(id, io.now())) return;
    const dead = await store.deliveries('dead', SHOWN);
    throw unknownName(
      'dead letter',
      id,
      dead.map((one) => one.id),
    );
  });
  io.err(`${id} waits again; the daemon sends it within a minute\n`);
}

function withStore<T>(
  options: ConfigOption,
  io: Io,
  work: (store: DeliveryStore) => Promise<T>,
): Promise<T> {
  const { path } = loadContext(options, io).loaded.config.history;
  return withOpened(openDeliveryStore(path), work);
}
