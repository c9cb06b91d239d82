import type { Command } from 'commander';
import { restoreHistory, withBackupFile } from '../../engines/openHistory.ts';
import { formatTime } from '../../model/time.ts';
import type { Io } from '../io.ts';
import { loadContext, type ConfigOption } from '../options.ts';

export default function register(command: Command, io: Io): void {
  command
    .argument('<file>', 'a backup, also in the configured bucket (s3://BUCKET/NAME)')
    .action((file: string, options: ConfigOption) => runRestore(file, options, io));
}

async function runRestore(file: string, options: ConfigOption, io: Io): Promise<void> {
  const { history } = loadContext(options, io).loaded.config;
  const { path } = history;
  const restored = await withBackupFile(
    file,
    history,
    (backup) => restoreHistory({ path, backup, command: 'restore', now: io.now() }),
    new AbortController().signal,
  );
  const { aside, watermark, isCarriedOver, decisions, cancelled } = restored;
  const lines = [
    `Restored ${path} from ${file}${watermark === null ? '' : `, up to ${formatTime(watermark)}`}.`,
    aside === null ? null : `The history that was there is ${aside}.`,
    'The daemon fills what came after the backup from Prometheus.',
    isCarriedOver
      ? `Messages, silences and ${decisions.length} later decisions were taken from the old history:`
      : `The old history cannot be read: decisions and silences made after the backup are lost; ${cancelled} messages that were waiting are not sent, and findings that were open count as sent.`,
    ...decisions.map(({ findingId, action }) => `  ${action} ${findingId}`),
  ];
  io.out(`${lines.filter((line) => line !== null).join('\n')}\n`);
}
