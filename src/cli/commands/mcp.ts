import type { Command } from 'commander';
import { openHistoryReader } from '../../engines/openHistory.ts';
import { QuestionPool } from '../../serve/questions/questionPool.ts';
import type { Principal } from '../../serve/security/principal.ts';
import { type Io } from '../io.ts';
import { VERSION } from '../../daemon/version.ts';
import {
  interruptible,
  loadContext,
  namespacesOf,
  withNamespace,
  withOpened,
  type ConfigOption,
} from '../options.ts';

const HELP = `
Reads only. The daemon serves the same at /mcp (Streamable HTTP), to whom has a token with the scope read.`;

export default function register(command: Command, io: Io): void {
  withNamespace(command)
    .addHelpText('after', HELP)
    .action((options: ConfigOption & { readonly namespace?: string }) => serveStdio(options, io));
}

/** Serves until the client closes the input, or Ctrl-C. */
async function serveStdio(
  options: ConfigOption & { readonly namespace?: string },
  io: Io,
): Promise<void> {
  const { loaded, log } = loadContext(options, io);
  const { config, thresholds } = loaded;
  const { createAskApi, createMcpServer } = await import('../../serve/mcp/mcpServer.ts');
  const { StdioServerTransport } = await import('@modelcontextprotocol/sdk/server/stdio.js');
  const expected = { cluster: config.cluster, currency: config.pricing.currency };
  await withOpened(openHistoryReader(config.history.path, expected), async (reader) => {
    const namespaces = await namespacesOf(reader, options);
    const principal: Principal = {
      name: io.user,
      scopes: new Set(['read']),
      namespaces: namespaces === null ? null : new Set(namespaces),
      via: 'bearer',
    };
    const pool = new QuestionPool({ config, thresholds }, reader, log);
    const { questions } = pool;
    const askApi = createAskApi({ config: () => config, reader, questions, now: io.now }, log);
    const server = createMcpServer(askApi, principal, VERSION);
    try {
      await interruptible(
        (signal) =>
          new Promise<void>((done, failed) => {
            Object.assign(server, { onclose: done });
            signal.addEventListener('abort', () => done());
            process.stdin.once('end', done);
            server.connect(new StdioServerTransport()).catch(failed);
          }),
      );
    } finally {
      await server.close();
      await pool.close();
    }
  });
}
