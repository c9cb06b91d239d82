import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, openSync, writeFileSync } from 'node:fs';
import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { freePort } from '../../demo/freePort.ts';
import { PROGRAM } from '../support/cli.ts';
import { TempFolder } from '../support/tempFolder.ts';
import { until } from '../support/waiting.ts';

/** Its report is longer than a pipe is wide. */
const BAD_CONFIG = Array.from({ length: 2_000 }, (_, index) => `unknownKey${index}: 1`).join('\n');

/** A daemon without a Prometheus: it logs that none answers, and lives. */
async function startDaemon(
  folder: TempFolder,
  stderr: 'pipe' | number,
): Promise<{ child: ChildProcess; probes: string }> {
  const probes = `127.0.0.1:${await freePort()}`;
  const config = [
    'cluster: test',
    'prometheus: { url: http://127.0.0.1:9, attempts: 1 }',
    `serve: { listen: 127.0.0.1:0, probes: ${probes} }`,
  ];
  writeFileSync(folder.file('burnwatch.yaml'), config.join('\n'));
  const child = spawn(process.execPath, [PROGRAM, 'run'], {
    cwd: folder.path,
    stdio: ['ignore', 'pipe', stderr],
  });
  const isReady = async () => (await fetch(`http://${probes}/-/ready`)).ok;
  await until('the daemon to be ready', () => isReady().catch(() => false));
  return { child, probes: `http://${probes}` };
}

async function droppedBy(probes: string): Promise<number> {
  const text = await (await fetch(`${probes}/metrics`)).text();
  return Number(/^burnwatch_log_lines_dropped_total (\d+)$/m.exec(text)?.[1]);
}

describe('a log that', () => {
  it.each([
    ['goes to a full device', () => openSync('/dev/full', 'w'), () => undefined],
    [
      'lost its reader',
      () => 'pipe' as const,
      ({ stdout, stderr }: ChildProcess) => {
        stdout?.destroy();
        stderr?.destroy();
      },
    ],
    // Nobody listens to the pipe, so that nothing is read from it.
    ['nobody reads', () => 'pipe' as const, () => undefined],
  ])('%s ends nothing and blocks nothing, and what is dropped is counted', async (_, to, leave) => {
    using folder = new TempFolder();
    const stderr = to();
    const { child, probes } = await startDaemon(folder, stderr);
    try {
      leave(child);
      writeFileSync(folder.file('burnwatch.yaml'), BAD_CONFIG);
      await until('lines to be dropped', async () => {
        child.kill('SIGHUP');
        return (await droppedBy(probes)) > 0;
      });
      expect((await fetch(`${probes}/-/healthy`)).status).toBe(200);
      child.kill('SIGTERM');
      const [code] = await once(child, 'exit');
      expect(code).toBe(0);
    } finally {
      child.stdout?.destroy();
      child.stderr?.destroy();
      child.kill('SIGKILL');
      if (typeof stderr === 'number') closeSync(stderr);
    }
  });
});
