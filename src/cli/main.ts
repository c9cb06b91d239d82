import { userInfo } from 'node:os';
import { createInterface } from 'node:readline/promises';
import { runCli } from './program.ts';
import type { Io } from './io.ts';

const io: Io = {
  out: (text) => process.stdout.write(text),
  err: (text) => process.stderr.write(text),
  isTerminal: process.stderr.isTTY,
  terminal: process.stdout.isTTY
    ? { columns: process.stdout.columns, hasColors: process.stdout.hasColors() }
    : null,
  ...(process.stdin.isTTY && process.stderr.isTTY ? { ask } : {}),
  now: Date.now,
  user: userName(),
};

// `burnwatch costs | head` closes the pipe early: that is no error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
});

// Set, not called: what was written may still be on its way into a pipe.
process.exitCode = await runCli(process.argv.slice(2), io);

function userName(): string {
  try {
    return userInfo().username;
  } catch {
    // A container's user need not have a name.
    return `uid ${process.getuid?.() ?? 'unknown'}`;
  }
}

async function ask(question: string, offered: string): Promise<string> {
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const hint = offered === '' ? '' : ` [${offered}]`;
    return (await lines.question(`${question}${hint}: `)).trim() || offered;
  } finally {
    lines.close();
  }
}
