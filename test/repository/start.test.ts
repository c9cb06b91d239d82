import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const BURNWATCH = fileURLToPath(new URL('../../bin/burnwatch.mjs', import.meta.url));

/** Counts the modules that a process loads, by package; `src` is Burnwatch itself. */
const COUNTING = `data:text/javascript,${encodeURIComponent(`
  import { registerHooks } from 'node:module';
  const counts = {};
  registerHooks({ load(url, context, next) {
    const name = /.*node_modules\\/((?:@[^/]+\\/)?[^/]+)/.exec(url)?.[1] ?? (url.startsWith('file:') ? 'src' : 'node');
    counts[name] = (counts[name] ?? 0) + 1;
    return next(url, context);
  } });
  process.on('exit', () => process.stderr.write(JSON.stringify(counts)));
`)}`;

function modulesOf(...args: readonly string[]): Readonly<Record<string, number>> {
  const { stderr } = spawnSync(process.execPath, ['--import', COUNTING, BURNWATCH, ...args], {
    encoding: 'utf8',
  });
  return JSON.parse(stderr) as Record<string, number>;
}

// Times say nothing on a busy machine: what a command loads decides what its start costs.
it('loads only what the list of commands needs for --help', () => {
  const { src, node: _, ...packages } = modulesOf('--help');
  expect(Object.keys(packages)).toEqual(['commander']);
  expect(src).toBeLessThan(12);
});

it.each(['findings', 'costs'])('loads neither sources nor channels for %s', (command) => {
  const loaded = modulesOf(command, '--help');
  const sum = Object.values(loaded).reduce((total, count) => total + count, 0);
  expect(sum).toBeLessThan(660);
  const heavy = /^(@kubernetes|@slack|@resvg|d3-|pg|prometheus-query|axios|hono|piscina)/;
  expect(Object.keys(loaded).filter((name) => heavy.test(name))).toEqual([]);
});
