import { execFile } from 'node:child_process';
import { cpSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TempFolder } from '../support/tempFolder.ts';

/**
 * The seven changes of CONTRIBUTING.md. Each is made in a copy of the tree, with the files of `examples/` and the edits
 * below; then the compiler and the examples' own tests run on it.
 */
const ROOT = resolve(import.meta.dirname, '../..');
const EXAMPLES = join(import.meta.dirname, 'examples');
const MOST_PLACES = 3;

interface Change {
  /** Its heading in CONTRIBUTING.md. */
  readonly heading: string;
  /** The thing: a file or a folder of `examples/`. */
  readonly adds: string;
  /** The one list that it is entered into: lines that replace the first that matches, `$&` being that line. */
  readonly list: string;
  readonly edits: readonly (readonly [RegExp, string])[];
  /** Its test: of `examples/`, or an edit of one that exists. */
  readonly test: string;
  readonly testEdits?: readonly (readonly [RegExp, string])[];
}

const CHANGES: readonly Change[] = [
  {
    heading: 'A signal',
    adds: 'src/detect/abuse/evidence/signals/nodeShare.ts',
    list: 'src/detect/abuse/evidence/signals.ts',
    edits: [
      [/^import .*novelUse.*$/m, "$&\nimport { nodeShare } from './signals/nodeShare.ts';"],
      [/^ {2}novelUse,$/m, '$&\n  nodeShare,'],
    ],
    test: 'src/detect/abuse/evidence/signals/nodeShare.test.ts',
  },
  {
    heading: 'A price source',
    adds: 'src/cost/sources/labelPrice.ts',
    list: 'src/cost/priceNodes.ts',
    edits: [
      [/^import .*configPrice.*$/m, "$&\nimport { labelPrice } from './sources/labelPrice.ts';"],
      [/^ {2}configPrice,$/m, '$&\n  labelPrice,'],
    ],
    test: 'src/cost/sources/labelPrice.test.ts',
  },
  {
    heading: 'A channel',
    adds: 'src/channels/ntfy/',
    list: 'src/channels/channels.ts',
    edits: [
      [/^import .*logChannel.*$/m, "$&\nimport { ntfy } from './ntfy/config.ts';"],
      [/^const CHANNELS = \{/m, '$& ntfy,'],
    ],
    test: 'src/channels/ntfy/ntfy.test.ts',
  },
  {
    heading: 'A posture check',
    adds: 'src/detect/posture/checks/writableRoot.ts',
    list: 'src/detect/posture/checks/index.ts',
    edits: [
      [/^import .*WORKLOAD_CHECKS.*$/m, "$&\nimport { writableRoot } from './writableRoot.ts';"],
      [/^ {2}\.\.\.WORKLOAD_CHECKS,$/m, '$&\n  writableRoot,'],
    ],
    test: 'src/detect/posture/checks/checks.test.ts',
    testEdits: [
      [
        /^const CASES.* = \{$/m,
        "$&\n  'root-filesystem-writable': { fails: [withSpec({ readOnlyRootFilesystem: false })], unknown: noSpec },",
      ],
    ],
  },
  {
    heading: 'A page',
    adds: 'src/serve/pages/sealed.ts',
    list: 'src/serve/pages/pages.ts',
    edits: [
      [/^import .*systemPage.*$/m, "$&\nimport { sealedPage } from './sealed.ts';"],
      [/^ {2}systemPage,$/m, '$&\n  sealedPage,'],
    ],
    test: 'src/serve/security/access.test.ts',
    testEdits: [[/^ {2}'GET \/system'.*$/m, "$&\n  'GET /sealed': { own: '/sealed' },"]],
  },
  {
    heading: 'A question',
    adds: 'src/serve/questions/answerSealed.ts',
    list: 'src/serve/questions/questions.ts',
    edits: [
      [/^import .*answerPosture.*$/m, "$&\nimport { answerSealed } from './answerSealed.ts';"],
      [
        /^ {2}overview: .*$/m,
        "$&\n  sealed: { answer: answerSealed, thread: 'quick', staleMs: 0 },",
      ],
    ],
    test: 'src/serve/questions/answerSealed.test.ts',
  },
  {
    heading: 'A detector',
    adds: 'src/detect/imageNotPulled.ts',
    list: 'src/detect/detectors.ts',
    edits: [
      [/^import .*abuseDetector.*$/m, "$&\nimport { imageNotPulled } from './imageNotPulled.ts';"],
      [/^ {2}abuseDetector,$/m, '$&\n  imageNotPulled,'],
    ],
    test: 'src/detect/imageNotPulled.test.ts',
  },
];

const run = promisify(execFile);

function edit(path: string, edits: readonly (readonly [RegExp, string])[]): void {
  let text = readFileSync(path, 'utf8');
  for (const [line, replacement] of edits) {
    if (!line.test(text)) throw new Error(`${path} has no ${line}`);
    text = text.replace(line, replacement);
  }
  writeFileSync(path, text);
}

/** The text below a heading of CONTRIBUTING.md, up to the next one. */
function sectionOf(heading: string): string {
  const text = readFileSync(join(ROOT, 'CONTRIBUTING.md'), 'utf8');
  const [, section = ''] = text.split(new RegExp(`^### ${heading}$`, 'm'));
  return section.split(/^#/m)[0] ?? '';
}

it.each(CHANGES)(
  '$heading takes at most three places, and CONTRIBUTING.md names them',
  (change) => {
    const { adds, list, test, heading } = change;
    expect(new Set([adds, list, test]).size).toBeLessThanOrEqual(MOST_PLACES);
    const section = sectionOf(heading);
    for (const place of [adds, list]) expect(section).toContain(place);
    const places = section.match(/^\d\. /gm) ?? [];
    expect(places.length).toBeLessThanOrEqual(MOST_PLACES);
  },
);

describe('in a copy of the tree with all seven changes', () => {
  let folder: TempFolder;
  const node = process.execPath;
  beforeAll(() => {
    folder = new TempFolder();
    for (const path of [
      'src',
      'demo',
      'test/support',
      'thresholds',
      'scripts',
      'docs',
      'package.json',
      'tsconfig.json',
    ])
      cpSync(join(ROOT, path), join(folder.path, path), { recursive: true });
    cpSync(EXAMPLES, folder.path, { recursive: true });
    symlinkSync(join(ROOT, 'node_modules'), join(folder.path, 'node_modules'));
    for (const { list, edits, test, testEdits = [] } of CHANGES) {
      edit(join(folder.path, list), edits);
      edit(join(folder.path, test), testEdits);
    }
    const include = ['src', 'demo', 'test/support'];
    const compilerOptions = { incremental: false, tsBuildInfoFile: null };
    const config = { extends: './tsconfig.json', compilerOptions, include };
    writeFileSync(folder.file('tsconfig.copy.json'), JSON.stringify(config));
  });
  afterAll(() => folder[Symbol.dispose]());

  it('the compiler accepts them', async () => {
    const tsc = join(ROOT, 'node_modules/typescript/bin/tsc');
    const compile = run(node, [tsc, '-p', 'tsconfig.copy.json'], { cwd: folder.path });
    const errors = await compile.then(
      () => '',
      ({ stdout }: { stdout: string }) => stdout,
    );
    expect(errors).toBe('');
  });

  it('their tests pass', async () => {
    const vitest = join(ROOT, 'node_modules/vitest/vitest.mjs');
    const tests = CHANGES.map(({ test }) => test);
    const report = folder.file('report.json');
    const args = ['run', '--root', folder.path, '--reporter=json', `--outputFile=${report}`];
    // Its exit code says no more than the report.
    await run(node, [vitest, ...args, ...tests], { cwd: folder.path }).catch(() => undefined);
    const { numFailedTests, testResults } = JSON.parse(readFileSync(report, 'utf8')) as {
      numFailedTests: number;
      testResults: readonly { readonly message: string }[];
    };
    expect(testResults.map(({ message }) => message).filter((text) => text !== '')).toEqual([]);
    expect(testResults).toHaveLength(tests.length);
    expect(numFailedTests).toBe(0);
  });
});
