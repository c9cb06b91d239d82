import { describe, expect, it } from 'vitest';
import { VERSION } from '../daemon/version.ts';
import { runCommand } from '../../test/support/runCommand.ts';

const run = (...args: readonly string[]) => runCommand(args, () => 0);

/** The names that scripts rely on: commands, subcommands and their options. */
const FIXED: readonly (readonly [path: string, ...options: string[]])[] = [
  ['run'],
  ['once', '--at', '--dry-run'],
  ['backfill', '--from', '--to', '--no-notify', '--rebuild'],
  ['check-config', '--online'],
  ['costs', '--window', '--from', '--to', '--by', '--output'],
  ['findings list', '--state', '--kind', '--since', '--output'],
  ['findings show', '--output'],
  ['findings ack'],
  ['findings accept', '--reason', '--until'],
  ['findings reopen'],
  ['explain', '--at'],
  ['prices', '--output'],
  ['recommend', '--namespace', '--output'],
  ['posture', '--namespace', '--output'],
  ['silence add', '--matcher', '--for', '--reason'],
  ['silence list'],
  ['silence expire'],
  ['digest', '--week', '--dry-run'],
  ['mcp', '--namespace'],
  ['init', '--prometheus', '--cluster'],
  ['completion'],
  ['demo'],
];

describe('the command line', () => {
  it.each(FIXED)('burnwatch %s', async (path, ...options) => {
    const { code, out } = await run(...path.split(' '), '--help');
    expect(code).toBe(0);
    expect(out).toMatch(new RegExp(`^Usage: burnwatch ${path}\\b`));
    // These have nothing to configure.
    const wanted = ['demo', 'completion'].includes(path) ? options : [...options, '--config'];
    expect(wanted.filter((option) => !out.includes(option))).toEqual([]);
  });

  it('prints help and version on stdout with exit code 0', async () => {
    const help = await run('--help');
    expect(help).toMatchObject({ code: 0, err: '' });
    for (const [path] of FIXED) expect(help.out).toContain(`  ${path.split(' ')[0]} `);
    expect(await run('--version')).toEqual({ code: 0, out: `${VERSION}\n`, err: '' });
  });

  it('takes --config before the command, after it, and between it and its subcommand', async () => {
    const lines = ['--config F costs', 'costs --config F', 'findings --config F show 1'];
    for (const line of lines)
      expect(await run(...line.split(' '))).toMatchObject({
        code: 2,
        err: expect.stringMatching(/^burnwatch: F: /),
      });
  });

  it('says which command or option was meant, on stderr with exit code 2', async () => {
    const command = await run('cots');
    expect(command).toMatchObject({ code: 2, out: '' });
    expect(command.err).toBe(
      "burnwatch: unknown command 'cots' (did you mean costs?)\n(try burnwatch --help)\n",
    );
    const option = await run('costs', '--windov', '7d');
    expect(option).toMatchObject({ code: 2, out: '' });
    expect(option.err).toContain('--window');
    expect(option.err).toContain('(try burnwatch costs --help)');
    const missing = await run('findings', 'accept', '1');
    expect(missing.err).toContain('(try burnwatch findings accept --help)');
    expect(await run()).toMatchObject({ code: 2, out: '' });
  });
});
