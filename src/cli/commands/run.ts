import type { Command } from 'commander';
import { loadAhead } from '../../daemon/cycleThread.ts';
import type { Io } from '../io.ts';
import type { RunOptions } from '../runDaemon.ts';

export default function register(command: Command, io: Io): void {
  command
    .option('--log-format <format>', 'json or text (default: text on a terminal)')
    .option(
      '--reload-on-change',
      'reload by itself when the configuration, a secret or the certificate changes',
    )
    .action(async (options: RunOptions) => {
      // Both threads load their code at the same time.
      const loadThread = loadAhead();
      const { runDaemon } = await import('../runDaemon.ts');
      await runDaemon(options, io, loadThread);
    });
}
