import { Option, type Command } from 'commander';
import { openDeliveryStore } from '../../engines/openHistory.ts';
import { formatTime } from '../../model/time.ts';
import type { DeliveryStatus, DeliveryStore } from '../../store/notifications/deliveryStore.ts';
import type { Column } from '../../model/text/table.ts';
import { unknownName, type Io } from '../io.ts';
import { listing } from '../listing.ts';
import { loadContext, withOpened, type CommandContext, type ConfigOption } from '../options.ts';

const STATES = ['dead', 'pending', 'sending', 'sent', 'superseded'] as const;
const SHOWN = 200;

type Asked = Pick<DeliveryStatus, 'state'>;

/** What listing takes must not be hidden one help away. */
const LIST_HELP = `
Without a command: list, with [--state ${STATES.join('|')}] [-o table|json|csv]
(burnwatch deliveries list --help).`;

export default function register(deliveries: Command, io: Io): void {
  deliveries.addHelpText('after', LIST_HELP);
  const list = deliveries
    .command('list', { isDefault: true })
    .description('the latest first (this is the default)')
    .addOption(new Option('--state <state>', 'which').choices(STATES).default('dead'));
  listing(
    list,
    io,
    (context, { state }: Asked) => withStore(context, (store) => store.deliveries(state, SHOWN)),
    {
      columns: COLUMNS,
      toJson: deliveryJson,
      empty: ({ state }) => (state === 'dead' ? 'No dead letters.' : `No delivery is ${state}.`),
    },
  );
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
  await withStore(loadContext(options, io), async (store) => {
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
  { loaded }: CommandContext,
  work: (store: DeliveryStore) => Promise<T>,
): Promise<T> {
  return withOpened(openDeliveryStore(loaded.config.history.path), work);
}
