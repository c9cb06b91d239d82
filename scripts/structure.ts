// `npm run structure [-- --root DIR]`: the shape of the sources as a table, read from their own imports, so
// that two trees can be compared. What each row counts stands in `ROWS`.
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { reachedFrom, readSources, shortestWay, type SourceFile } from './sources.ts';

interface Tree {
  readonly root: string;
  /** The files of the program: without tests, test helpers and the demo. */
  readonly program: readonly SourceFile[];
  readonly files: ReadonlyMap<string, SourceFile>;
  /** Room of a path, or null outside the rooms. */
  room(path: string): string | null;
  /** The rooms' order, if the tree states one. */
  readonly order: readonly string[] | null;
  /** Pairs `from→to` of rooms of which one imports from the other, types included. */
  readonly arrows: ReadonlySet<string>;
}

const ROWS: readonly (readonly [string, (tree: Tree) => number | string])[] = [
  ['rooms (`demo` is one)', ({ files, room }) => new Set([...files.keys()].map(room)).size],
  ['arrows: pairs of rooms of which one imports from the other, types included', countArrows],
  [
    'arrows up: against the order of `scripts/rooms.ts`, else pairs that import each other',
    arrowsUp,
  ],
  ['lines of `src/` without demo, `*.test.ts` and what only tests import', countLines],
  ['files of them', ({ program }) => program.length],
  ['files under 15 lines', ({ program }) => program.filter(({ lines }) => lines < 15).length],
  ['files over 400 lines', ({ program }) => program.filter(({ lines }) => lines > 400).length],
  ['exported names that are defined in more than one file', (tree) => namesTwice(tree).length],
  ['files on the way from a tick to the story of `src/cycle/`', (tree) => wayOfATick(tree).length],
  ['files of `src/serve/` that `/findings/ID` runs through until its HTML', filesOfAFinding],
];

const ENTRIES = /^src\/(cli\/main|[\w/]+Worker|[\w/]+\/worker)\.ts$/;
/** The file that holds the story of a window, by the names it has had. */
const STORY = ['src/cycle/catchUp.ts', 'src/cycle/runCycle.ts'];

const { values } = parseArgs({ options: { root: { type: 'string' }, names: { type: 'boolean' } } });
const tree = await readTree(resolve(values.root ?? join(import.meta.dirname, '..')));
for (const [what, count] of ROWS) print(`${String(count(tree)).padStart(7)}  ${what}`);
if (values.names) {
  print(`\ndefined more than once: ${namesTwice(tree).join(', ')}`);
  print(`\na tick: ${wayOfATick(tree).join(' → ')}`);
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

async function readTree(root: string): Promise<Tree> {
  const files = readSources(root, ['src', 'demo']);
  const order = await statedOrder(root);
  const room = (path: string): string | null =>
    /^src\/([^/]+)\//.exec(path)?.[1] ?? /^(demo)\//.exec(path)?.[1] ?? null;
  const entries = [...files.keys()].filter((path) => ENTRIES.test(path));
  const used = reachedFrom(files, entries, { types: true });
  const program = [...files.values()].filter(
    ({ path }) => used.has(path) && room(path) !== 'demo' && path.startsWith('src/'),
  );
  const arrows = new Set<string>();
  for (const { path, imports } of files.values()) {
    if (!used.has(path)) continue;
    for (const { to } of imports) {
      const [from, into] = [room(path), room(to)];
      if (from !== null && into !== null && from !== into && used.has(to))
        arrows.add(`${from}→${into}`);
    }
  }
  return { root, files, program, room, order, arrows };
}

async function statedOrder(root: string): Promise<readonly string[] | null> {
  const list = join(root, 'scripts/rooms.ts');
  if (!existsSync(list)) return null;
  const { ROOMS } = (await import(pathToFileURL(list).href)) as {
    ROOMS: readonly { readonly name: string }[];
  };
  return ROOMS.map(({ name }) => name);
}

function countArrows({ arrows }: Tree): number {
  return arrows.size;
}

function arrowsUp({ arrows, order }: Tree): number {
  const pairs = [...arrows].map((arrow) => arrow.split('→') as [string, string]);
  if (order === null)
    return pairs.filter(([from, to]) => from < to && arrows.has(`${to}→${from}`)).length;
  return pairs.filter(([from, to]) => order.indexOf(from) < order.indexOf(to)).length;
}

function countLines({ program }: Tree): number {
  return program.reduce((sum, { lines }) => sum + lines, 0);
}

function namesTwice({ program }: Tree): readonly string[] {
  const counts = new Map<string, number>();
  for (const name of program.flatMap(({ defines }) => defines))
    counts.set(name, (counts.get(name) ?? 0) + 1);
  return [...counts].filter(([, count]) => count > 1).map(([name]) => name);
}

/**
 * The shortest chain of imports (a thread's start is one) from the file that receives the schedule's tick to the
 * story's, with the file of the schedule before it.
 */
function wayOfATick({ root, files }: Tree): readonly string[] {
  const story = STORY.find((path) => files.has(path));
  const schedule = [...files.values()].find(
    ({ path, packages }) => packages.includes('node-cron') && /^src\/daemon\/\w+\.ts$/.test(path),
  )?.path;
  if (story === undefined || schedule === undefined) throw new Error('no schedule, or no story');
  const receivers = [...files.keys()].filter(
    (path) =>
      path.startsWith('src/daemon/') &&
      /^ {2}tick\(\)/m.test(readFileSync(join(root, path), 'utf8')),
  );
  const ways = receivers
    .map((path) => shortestWay(files, path, story))
    .filter((way) => way !== null)
    .sort((a, b) => a.length - b.length);
  const direct = shortestWay(files, schedule, story);
  const [first] = ways;
  if (direct !== null) return direct;
  if (first === undefined) throw new Error(`nothing leads from ${schedule} to ${story}`);
  return [schedule, ...first];
}

/** From the file of the route: what it loads, directly or not, without what is only a type. */
function filesOfAFinding({ root, files }: Tree): number {
  const routes = [...files.keys()].filter(
    (path) =>
      path.startsWith('src/serve/pages/') &&
      /'\/findings\/:id'/.test(readFileSync(join(root, path), 'utf8')),
  );
  if (routes.length !== 1) throw new Error(`the route of a finding is in ${routes.join(', ')}`);
  const reached = reachedFrom(files, routes, { types: false });
  return [...reached].filter((path) => path.startsWith('src/serve/')).length;
}
