import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCli } from '../../src/cli/program.ts';
import { MINUTE_MS } from '../../src/model/time.ts';
import { burnwatch } from '../support/cli.ts';
import { TestClock } from '../support/clock.ts';
import { startTestCluster, writeConfig, type TestCluster } from '../support/testCluster.ts';
import { TempFolder } from '../support/tempFolder.ts';

/** What the documents tell people to type must work, and what they point at must be there. */
const ROOT = resolve(import.meta.dirname, '../..');
const DOCUMENTS = [
  'README.md',
  'CONTRIBUTING.md',
  ...readdirSync(join(ROOT, 'docs'))
    .filter((file) => file.endsWith('.md'))
    .map((file) => `docs/${file}`),
];

interface Line {
  readonly document: string;
  readonly words: readonly string[];
  /** True in a block that is run here. */
  readonly runs: boolean;
}

/** The commands of a document's `sh` blocks. */
function commandsOf(document: string): readonly Line[] {
  const text = readFileSync(join(ROOT, document), 'utf8');
  const blocks = text.matchAll(/(<!-- runs [^>]*-->\n+)?```(?:sh|bash|shell)\n([\s\S]*?)```/g);
  return [...blocks].flatMap(([, runs, block = '']) =>
    block
      .replaceAll('\\\n', ' ')
      .split(/\n|&&|\|/)
      .map((line) => line.trim())
      .filter((line) => line !== '' && !line.startsWith('#'))
      .map((line) => ({ document, words: wordsOf(line), runs: runs !== undefined })),
  );
}

function wordsOf(line: string): readonly string[] {
  return [...line.matchAll(/"([^"]*)"|'([^']*)'|(\S+)/g)]
    .map(([, double, single, bare]) => double ?? single ?? bare ?? '')
    .filter((word, index) => !(index === 0 && word === 'npx'));
}

const LINES = DOCUMENTS.flatMap(commandsOf);
const OURS = LINES.filter(({ words }) => words[0] === 'burnwatch');
const NPM = LINES.filter(({ words }) => words[0] === 'npm');

/** The help of the command that `words` calls: its subcommand's, its default subcommand's, its own. */
async function helpOf(words: readonly string[]): Promise<string> {
  const names = words.slice(1, 3).filter((word) => /^[a-z][a-z-]*$/.test(word));
  const [name = ''] = names;
  const helps = await Promise.all([names, [name, 'list'], [name, 'show'], [name]].map(help));
  return helps.filter((text) => text !== '').join('');
}

/** What `burnwatch PATH… --help` prints; nothing where there is no such command. */
async function help(path: readonly string[]): Promise<string> {
  let text = '';
  const out = (part: string): void => {
    text += part;
  };
  const io = { out, err: out, isTerminal: false, now: Date.now, user: 'test' };
  const code = await runCli([...path, '--help'], io);
  return code === 0 && text.startsWith(`Usage: burnwatch ${path.join(' ')}`) ? text : '';
}

describe('what the documents tell people to type', () => {
  it('is found', () => {
    expect(OURS.length).toBeGreaterThan(15);
    expect(NPM.length).toBeGreaterThan(3);
    expect(OURS.filter(({ runs }) => runs).length).toBeGreaterThan(5);
  });

  it.each(OURS.map(({ document, words }) => [document, words.join(' '), words] as const))(
    '%s: %s',
    async (_document, _line, words) => {
      const text = await helpOf(words);
      expect(text).toContain('Usage: burnwatch');
      const options = words.filter((word) => /^--?[a-z]/.test(word));
      const named = options.map((option) => option.replace(/=.*/, ''));
      expect(named.filter((option) => !new RegExp(`${option}[, <\\n]`).test(text))).toEqual([]);
    },
  );

  it('calls npm scripts that there are, and tells of each', () => {
    const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
      scripts: Record<string, string>;
    };
    const called = NPM.flatMap(({ words: [, verb = '', script = ''] }) =>
      verb === 'run' ? [script] : verb === 'test' ? ['test'] : [],
    );
    expect(called.filter((script) => scripts[script] === undefined)).toEqual([]);
    const told = readFileSync(join(ROOT, 'CONTRIBUTING.md'), 'utf8');
    expect(Object.keys(scripts).filter((script) => !told.includes(`\`${script}\``))).toEqual([]);
  });

  it('and what they point at is there', () => {
    const missing = DOCUMENTS.flatMap((document) => {
      const text = readFileSync(join(ROOT, document), 'utf8');
      const folder = resolve(ROOT, document, '..');
      const links = [...text.matchAll(/\]\(([^)#\s]+)[^)]*\)/g)].map(([, link = '']) => link);
      return links
        .filter((link) => !/^[a-z]+:/.test(link) && !existsSync(resolve(folder, link)))
        .map((link) => `${document}: ${link}`);
    });
    expect(missing).toEqual([]);
  });
});

describe('the commands of the README on a small cluster', () => {
  let cluster: TestCluster;
  let folder: TempFolder;
  beforeAll(async () => {
    cluster = await startTestCluster({ hours: 28, minerFromHour: 25 });
    folder = new TempFolder();
    await writeConfig(folder.path, cluster.url);
  });
  afterAll(async () => {
    folder[Symbol.dispose]();
    await cluster[Symbol.asyncDispose]();
  });

  it('run, in their order', async () => {
    const { env } = new TestClock(folder.file('clock'), cluster.end + 3 * MINUTE_MS);
    const run = async (words: readonly string[]): Promise<string> => {
      const result = await burnwatch(words.slice(1), { cwd: folder.path, env });
      expect([words.join(' '), result.code, result.stderr]).toEqual([
        words.join(' '),
        0,
        expect.not.stringContaining('burnwatch:'),
      ]);
      return result.stdout;
    };
    // The daemon's own tests run it.
    const lines = OURS.filter(({ runs, words: [, verb] }) => runs && verb !== 'run');
    expect(lines.length).toBeGreaterThan(15);
    for (const { words } of lines) {
      // The small cluster has no labels, and an unknown label is an error.
      const there: Record<string, string> = { 'label:team': 'owner' };
      if (words.includes('ID')) {
        const found = await run(['burnwatch', 'findings', '-o', 'json']);
        there['ID'] = (JSON.parse(found) as { id: string }[])[0]?.id ?? 'no finding';
      }
      if (words.includes('shop/Deployment/checkout')) {
        const costs = await run(['burnwatch', 'costs', '--by', 'workload', '-o', 'json']);
        const { rows } = JSON.parse(costs) as { rows: { key: string }[] };
        there['shop/Deployment/checkout'] = rows[0]?.key ?? 'no workload';
      }
      await run(words.map((word) => there[word] ?? word));
    }
  });
});
