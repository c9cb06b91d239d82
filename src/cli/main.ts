import { userInfo } from 'node:os';
import { runCli } from './program.ts';
import type { Io } from './io.ts';

const io: Io = {
  out: (text) => process.stdout.write(text),
  err: (text) => process.stderr.write(text),
  isTerminal: process.stderr.isTTY,
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
