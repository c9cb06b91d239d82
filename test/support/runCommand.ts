import { runCli } from '../../src/cli/program.ts';

/** What one command came to. */
export interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Runs a command line in this process at a time that the test names, and keeps what it prints. */
export async function runCommand(
  args: readonly string[],
  now: () => number,
  user = 'test',
): Promise<Ran> {
  let out = '';
  let err = '';
  const io = {
    out: (text: string) => void (out += text),
    err: (text: string) => void (err += text),
    isTerminal: false,
    now,
    user,
  };
  const code = await runCli(args, io);
  return { code, out, err };
}
