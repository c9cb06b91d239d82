import type { Command } from 'commander';
import { openAuditLog, openSilenceStore } from '../../engines/openHistory.ts';
import { parseDuration } from '../../config/schema.ts';
import { formatTime } from '../../model/time.ts';
import { createSilence, describeSilence } from '../../notify/silences/createSilence.ts';
import { formatMatcher, MatcherError } from '../../store/silences/matcher.ts';
import type { Silence } from '../../store/silences/silence.ts';
import { silenceJson } from '../../notify/silences/silenceJson.ts';
import type { SilenceStore } from '../../store/silences/silenceStore.ts';
import type { Io } from '../io.ts';
import { loadContext, withConfig, withOutput, type ConfigOption } from '../options.ts';
import { renderCsv, renderTable, type Column, type OutputFormat } from '../../model/text/table.ts';
import { CommandFailed, UsageError } from '../usageError.ts';

interface AddOptions extends ConfigOption {
  readonly matcher: readonly string[];
  readonly for: string;
  readonly reason: string;
}

export function registerSilence(program: Command, io: Io): void {
  const silence = program
    .command('silence')
    .description('keep findings quiet for a while: nobody is told of them');
  const add = silence
    .command('add')
    .description('begin a silence now')
    .requiredOption(
      '-m, --matcher <matcher...>',
      'what is to be silent: label=value, !=, =~ or !~ a regular expression; all must fit',
    )
    .requiredOption('--for <span>', 'for how long, such as 24h or 7d')
    .requiredOption('--reason <text>', 'why, for those who find it later')
    .action((options: AddOptions) => addSilence(options, io));
  withConfig(add);
  const list = silence
    .command('list')
    .description('silences in force, and those to come')
    .action((options: ConfigOption & { output: OutputFormat }) => listSilences(options, io));
  withOutput(withConfig(list));
  const expire = silence
    .command('expire')
    .argument('<id>', 'as silence list shows it')
    .description('end a silence now')
    .action((id: string, options: ConfigOption) => expireSilence(id, options, io));
  withConfig(expire);
}

async function addSilence(options: AddOptions, io: Io): Promise<void> {
  const span = parseDuration(options.for);
  if (span === null || span <= 0)
    throw new UsageError(`--for: "${options.for}" is not a span such as 90m, 24h or 7d`);
  const silence = newSilence(options, span, io);
  await withSilences(options, io, async (silences) => {
    await silences.add(silence);
  });
  await record('silence.add', silence, options, io);
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
  { title: 'ID', value: ({ id }) => id },
  {
    title: 'MATCHERS',
    value: ({ matchers }) => matchers.map(formatMatcher).join(', '),
    maxWidth: 60,
  },
  { title: 'ENDS', value: ({ endsAt }) => formatTime(endsAt) },
  { title: 'AUTHOR', value: ({ author }) => author, maxWidth: 24 },
  { title: 'REASON', value: ({ reason }) => reason, maxWidth: 60 },
];

async function listSilences(
  options: ConfigOption & { readonly output: OutputFormat },
  io: Io,
): Promise<void> {
  const found = await withSilences(options, io, (silences) => silences.list(io.now()));
  if (options.output === 'json') io.out(`${JSON.stringify(found.map(silenceJson), null, 2)}\n`);
  else if (options.output === 'csv') io.out(renderCsv(found, COLUMNS));
  else if (found.length > 0) io.out(renderTable(found, COLUMNS));
  else io.err('No silences.\n');
}

async function expireSilence(id: string, options: ConfigOption, io: Io): Promise<void> {
  const ended = await withSilences(options, io, async (silences) => {
    const silence = (await silences.list(io.now())).find((each) => each.id === id);
    return silence !== undefined && (await silences.expire(id, io.now())) ? silence : null;
  });
  if (ended === null)
    throw new CommandFailed(
      `there is no silence ${id} in force: burnwatch silence list shows them`,
    );
  await record('silence.expire', ended, options, io);
  io.err(`${id} has ended; what it kept quiet is told with the next window\n`);
}

async function record(
  action: 'silence.add' | 'silence.expire',
  silence: Silence,
  options: ConfigOption,
  io: Io,
): Promise<void> {
  const { config } = loadContext(options, io).loaded;
  const audit = await openAuditLog(config.history.path);
  const namespace = silence.matchers.find(
    ({ label, operator }) => label === 'namespace' && operator === '=',
  );
  try {
    await audit.append({
      at: io.now(),
      who: io.user,
      door: 'cli',
      action,
      subject: silence.id,
      namespace: namespace?.value ?? null,
      detail: { silence: describeSilence(silence) },
    });
  } finally {
    await audit.close();
  }
}

async function withSilences<T>(
  options: ConfigOption,
  io: Io,
  work: (silences: SilenceStore) => Promise<T>,
): Promise<T> {
  const { config } = loadContext(options, io).loaded;
  const silences = await openSilenceStore(config.history.path);
  try {
    return await work(silences);
  } finally {
    await silences.close();
  }
}
