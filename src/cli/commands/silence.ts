import type { Command } from 'commander';
import { openAuditLog, openSilenceStore } from '../../engines/openHistory.ts';
import { formatTime } from '../../model/time.ts';
import type { AuditLog } from '../../store/auditLog.ts';
import { addSilence, endSilence } from '../../notify/silences/changeSilence.ts';
import {
  createSilence,
  describeSilence,
  silenceJson,
} from '../../notify/silences/createSilence.ts';
import { formatMatcher, MatcherError } from '../../store/silences/matcher.ts';
import type { Silence } from '../../store/silences/silence.ts';
import type { SilenceStore } from '../../store/silences/silence.ts';
import type { Column } from '../../model/text/table.ts';
import { unknownName, UsageError, type Io } from '../io.ts';
import { listing } from '../listing.ts';
import {
  actorOf,
  loadContext,
  withOpened,
  type CommandContext,
  type ConfigOption,
} from '../options.ts';
import { parseLength } from '../times.ts';

interface AddOptions extends ConfigOption {
  readonly matcher: readonly string[];
  readonly for: string;
  readonly reason: string;
}

export default function register(silence: Command, io: Io): void {
  silence
    .command('add')
    .description('begin a silence now')
    .requiredOption(
      '-m, --matcher <matcher...>',
      'what is to be silent: label=value, !=, =~ or !~ a regular expression; all must fit',
    )
    .requiredOption('--for <span>', 'for how long, such as 24h or 7d')
    .requiredOption('--reason <text>', 'why, for those who find it later')
    .action((options: AddOptions) => addNow(options, io));
  const list = silence.command('list').description('silences in force, and those to come');
  listing(list, io, (context) => withStores(context, ({ silences }) => silences.list(io.now())), {
    columns: COLUMNS,
    toJson: silenceJson,
    empty: 'No silences.',
  });
  silence
    .command('expire')
    .argument('<id>', 'as silence list shows it')
    .description('end a silence now')
    .action((id: string, options: ConfigOption) => endNow(id, options, io));
}

async function addNow(options: AddOptions, io: Io): Promise<void> {
  const silence = newSilence(options, parseLength(options.for, '--for'), io);
  await withStores(loadContext(options, io), (stores) => addSilence(silence, actorOf(io), stores));
  io.out(`${silence.id}\n`);
  io.err(`silent from now on: ${describeSilence(silence)}\n`);
}

function newSilence({ matcher, reason }: AddOptions, span: number, io: Io): Silence {
  const now = io.now();
  try {
    const request = { matchers: matcher, endsAt: now + span, author: io.user, reason };
    return createSilence(request, now);
  } catch (error) {
    if (error instanceof MatcherError) throw new UsageError(error.message);
    throw error;
  }
}

const COLUMNS: readonly Column<Silence>[] = [
  { title: 'ID', value: ({ id }) => id, whole: true },
  {
    title: 'MATCHERS',
    value: ({ matchers }) => matchers.map(formatMatcher).join(', '),
    maxWidth: 60,
  },
  { title: 'ENDS', value: ({ endsAt }) => formatTime(endsAt), whole: true },
  { title: 'AUTHOR', value: ({ author }) => author, maxWidth: 24, optional: true },
  { title: 'REASON', value: ({ reason }) => reason, maxWidth: 60 },
];

async function endNow(id: string, options: ConfigOption, io: Io): Promise<void> {
  await withStores(loadContext(options, io), async (stores) => {
    const inForce = await stores.silences.list(io.now());
    const silence = inForce.find((each) => each.id === id);
    if (silence === undefined)
      throw unknownName(
        'silence in force',
        id,
        inForce.map((each) => each.id),
      );
    await endSilence(silence, actorOf(io), stores, io.now());
  });
  io.err(`${id} has ended; what it kept quiet is sent with the next window\n`);
}

async function withStores<T>(
  { loaded }: CommandContext,
  work: (stores: { readonly silences: SilenceStore; readonly audit: AuditLog }) => Promise<T>,
): Promise<T> {
  const { path } = loaded.config.history;
  return withOpened(openSilenceStore(path), (silences) =>
    withOpened(openAuditLog(path), (audit) => work({ silences, audit })),
  );
}
