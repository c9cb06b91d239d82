import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { formatTime, MINUTE_MS } from '../../../src/model/time.ts';
import { burnwatch, type CliOptions } from '../../support/cli.ts';
import { startTestCluster, writeConfig } from '../../support/testCluster.ts';
import { TempFolder } from '../../support/tempFolder.ts';

/** What a version keeps of itself: a folder each, with a history and what that version said of it. */
export const RELEASES = join(import.meta.dirname, '../releases');
const HISTORY = 'burnwatch.db';
const PACKED = `${HISTORY}.gz`;
const ANSWERS = 'answers.json';

/** What `costs` and `findings` answer, as they print it. */
export interface KeptAnswers {
  readonly span: readonly [from: string, to: string];
  readonly costs: unknown;
  readonly findings: unknown;
}

/** Backfills some hours of a small cluster with this tree, and keeps the history and its answers in `folder`. */
export async function keepHistory(folder: string): Promise<void> {
  await using cluster = await startTestCluster({ hours: 14, containers: 4, minerFromHour: 8 });
  using work = new TempFolder();
  await writeConfig(work.path, cluster.url);
  const [from, to] = [cluster.start + 5 * MINUTE_MS, cluster.end].map(formatTime);
  const options = { cwd: work.path };
  await print(['backfill', '--from', from!, '--to', to!, '--no-notify'], options);
  await print(['compact'], options);
  const answers = await answersOf([from!, to!], options);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, PACKED), gzipSync(readFileSync(work.file(HISTORY)), { level: 9 }));
  writeFileSync(join(folder, ANSWERS), `${JSON.stringify(answers, null, 2)}\n`);
}

/** Opens a kept history with this tree, in `work`; what that version said, and what this one says. */
export async function readKept(
  folder: string,
  work: TempFolder,
): Promise<readonly [kept: KeptAnswers, now: KeptAnswers]> {
  const packed = readFileSync(join(folder, PACKED));
  writeFileSync(work.file(HISTORY), gunzipSync(packed), { mode: 0o600 });
  // Nothing is asked of it.
  await writeConfig(work.path, 'http://127.0.0.1:9');
  const options = { cwd: work.path };
  // Whoever writes brings the schema up to date.
  await print(['compact'], options);
  await print(['doctor'], options);
  const kept = JSON.parse(readFileSync(join(folder, ANSWERS), 'utf8')) as KeptAnswers;
  return [kept, await answersOf(kept.span, options)];
}

async function answersOf(span: KeptAnswers['span'], options: CliOptions): Promise<KeptAnswers> {
  const costs = ['costs', '--from', span[0], '--to', span[1], '--by', 'workload', '-o', 'json'];
  const [first, second] = [
    await print(costs, options),
    await print(['findings', '--state', 'all', '-o', 'json'], options),
  ];
  return { span, costs: JSON.parse(first), findings: JSON.parse(second) };
}

async function print(args: readonly string[], options: CliOptions): Promise<string> {
  const { code, stdout, stderr } = await burnwatch(args, options);
  if (code !== 0) throw new Error(`burnwatch ${args.join(' ')} ended with ${code}:\n${stderr}`);
  return stdout;
}
