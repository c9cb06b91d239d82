// `npm run release -- 0.2.0`: makes this tree that version: package, lock file, chart, manifests, documents and the
// changelog's chapter, and a history of that version, which later ones are tested to read. Commit it, tag it v0.2.0 and
// push the tag: `.ci/release` publishes it.
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { formatTime } from '../src/model/time.ts';
import { keepHistory, RELEASES } from '../test/e2e/support/keptHistory.ts';

const ROOT = resolve(import.meta.dirname, '..');
const DOCUMENTS = ['README.md', 'docs/operations.md'];

function change(path: string, with_: (text: string) => string): void {
  const file = join(ROOT, path);
  const text = readFileSync(file, 'utf8');
  writeFileSync(file, with_(text));
}

async function release(next: string | undefined): Promise<void> {
  if (next === undefined || !/^\d+\.\d+\.\d+$/.test(next))
    throw new Error('usage: npm run release -- MAJOR.MINOR.PATCH');
  const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
    version: string;
  };
  const npm = ['version', next, '--no-git-tag-version', '--ignore-scripts', '--allow-same-version'];
  execFileSync('npm', npm, { cwd: ROOT, stdio: ['ignore', 'ignore', 'inherit'] });
  for (const document of DOCUMENTS) {
    change(document, (text) =>
      text.replaceAll(new RegExp(`(burnwatch[:-])${version}`, 'g'), `$1${next}`),
    );
  }
  // The manifests are rendered with it.
  change('deploy/helm/burnwatch/Chart.yaml', (text) =>
    text.replaceAll(/^(version|appVersion): .*$/gm, `$1: ${next}`),
  );
  change('CHANGELOG.md', (text) =>
    text.replace(
      /^## Unreleased\n/m,
      `## Unreleased\n\n## ${next} - ${formatTime(Date.now()).slice(0, 10)}\n`,
    ),
  );
  execFileSync(process.execPath, [join(ROOT, 'scripts/generate.ts')], {
    cwd: ROOT,
    stdio: 'inherit',
  });
  await keepHistory(join(RELEASES, next));
}

await release(process.argv[2]);
