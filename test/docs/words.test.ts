import { globSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseSync, Visitor } from 'oxc-parser';
import { expect, it } from 'vitest';

/**
 * Words and phrasings that the documents and the messages of the program no longer use. They are looked for in the
 * documents, in the string and template literals of the sources, and in their comments and the names of their tests,
 * so that no test has to hold whole sentences.
 */
interface Word {
  readonly said: RegExp;
  /** What to write instead. */
  readonly better: string;
  /** Texts in which it may stand, and why. */
  readonly except?: RegExp;
}

const WORDS: readonly Word[] = [
  { said: /\bknobs?\b/i, better: 'thresholds' },
  { said: /\b(mates?|side-mates?)\b/i, better: 'co-located containers' },
  { said: /\bspells?\b/i, better: 'episode' },
  { said: /\b(a|the|each|every|this) press(es)?\b/i, better: 'interaction' },
  { said: /\bdoors?\b/i, better: 'server' },
  { said: /\bwish(ed|es)?\b(-for)?/i, better: 'request, desired' },
  { said: /\bwhoever\b/i, better: 'name the actor' },
  { said: /\b(some|no|any)body('s|’s)?\b/i, better: 'name the actor', except: /faults\.test\.ts/ },
  { said: /\b(is|are|was|were|be|been|being) told\b/i, better: 'an active verb: gets, is sent' },
  { said: /\btold\b/i, better: 'an active verb: gets, reports, lists' },
  { said: /\bsaid (once|twice|again|apart|aloud)\b/i, better: 'reported, sent' },
  { said: /\b(is|are) said (of|to be|in)\b/i, better: 'reported' },
  { said: /the way a (miner|cryptominer)/i, better: 'Looks like mining: the figures' },
  { said: /flat as a plateau/i, better: 'steady' },
  { said: /moves no data for it/i, better: 'almost no network or disk I/O' },
  { said: /metrics alone cannot tell/i, better: 'Unconfirmed: check the process' },
  { said: /would have room/i, better: 'raise the memory limit to' },
  { said: /an incident until/i, better: 'Treat as an incident' },
  { said: /\bhears? (of|what|that|only)\b/i, better: 'gets' },
  { said: /\bwoken\b/i, better: 'paged' },
  { said: /\bnew[ -]to[ -]you\b/i, better: 'Already open when Burnwatch started' },
  { said: /nobody asked for/i, better: 'idle (unallocated)' },
  { said: /can(not| not) be asked/i, better: 'query failed' },
  { said: /(is|are) asked again/i, better: 'retrying' },
  { said: /never lies/i, better: 'what it does' },
  { said: /\bslip of the finger\b/i, better: 'typing error' },
  { said: /\bburns? .{1,12} cores? the way\b/i, better: 'steady N cores on M pods' },
];

/** Folders whose comments and test names still have some of the words. */
const NOT_YET = ['src/collect/', 'src/cost/', 'src/detect/', 'demo/'];

const ROOT = resolve(import.meta.dirname, '../..');
const DOCUMENTS = [...globSync('*.md', { cwd: ROOT }), ...globSync('docs/**/*.md', { cwd: ROOT })];
const FILES = globSync('{src,demo}/**/*.ts', { cwd: ROOT });
const SOURCES = FILES.filter((path) => !path.endsWith('.test.ts'));

/** SQL and scripts of pages: names in them are not read by people. */
const CODE = /^\s*(SELECT|INSERT|UPDATE|DELETE|CREATE|ALTER|'use strict')/;

/** The string and template literals of a source that are prose: those with a space between letters. */
function messagesOf(path: string): readonly string[] {
  const found: string[] = [];
  const { program } = parseSync(path, readFileSync(join(ROOT, path), 'utf8'));
  new Visitor({
    Literal: ({ value }) => {
      if (typeof value === 'string') found.push(value);
    },
    TemplateLiteral: ({ quasis }) => {
      found.push(quasis.map(({ value }) => value.cooked ?? value.raw).join('…'));
    },
  }).visit(program);
  return found
    .filter((text) => !CODE.test(text))
    .filter((text) => /\p{L},? \p{L}|… \p{L}|\p{L} …/u.test(text));
}

/** The comments of a source, and the first arguments of `it`, `test` and `describe`. */
function remarksOf(path: string): readonly string[] {
  const { program, comments } = parseSync(path, readFileSync(join(ROOT, path), 'utf8'));
  const found = comments.map(({ value }) => value.replace(/\s*\n\s*\*\s*/g, ' '));
  new Visitor({
    CallExpression: ({ callee, arguments: [name] }) => {
      const isTest = callee.type === 'Identifier' && /^(it|test|describe)$/.test(callee.name);
      if (isTest && name?.type === 'Literal') found.push(String(name.value));
    },
  }).visit(program);
  return found;
}

function problemsOf(path: string, texts: readonly string[]): readonly string[] {
  return texts.flatMap((text) =>
    WORDS.filter(({ said, except }) => said.test(text) && except?.test(text) !== true).map(
      ({ said, better }) => `${path}: “${said.exec(text)?.[0]}” in “${text}”: ${better}`,
    ),
  );
}

it('the documents use none of the words', () => {
  const problems = DOCUMENTS.flatMap((path) =>
    // Names of tests have their own check.
    problemsOf(
      path,
      readFileSync(join(ROOT, path), 'utf8')
        .replaceAll(/`[^`]+\.test\.ts`: .*/g, '')
        .split('\n'),
    ),
  );
  expect(problems).toEqual([]);
});

it('the messages use none of the words', () => {
  expect(SOURCES.length).toBeGreaterThan(500);
  expect(SOURCES.flatMap((path) => problemsOf(path, messagesOf(path)))).toEqual([]);
});

it('the comments and the names of tests use none of the words', () => {
  const rewritten = FILES.filter((path) => !NOT_YET.some((folder) => path.startsWith(folder)));
  expect(rewritten.flatMap((path) => problemsOf(path, remarksOf(path)))).toEqual([]);
});
