import { globSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import {
  aFacts,
  aSubject,
  aSuspicion,
  aTrack,
  NEW,
  NO_INDICATORS,
  own,
  UNKNOWN,
} from '../../../test/support/abuse/abuse.ts';
import type { AbuseThresholds } from './thresholds.ts';
import { judge } from './verdict/judge.ts';

/** Numeric literals but 0 and ±1; the numbers that decide belong into thresholds/abuse.yaml. Lower it, never raise it. */
const MOST_LITERALS = 30;
/** Numbers in thresholds/abuse.yaml. Lower it, never raise it. */
const MOST_THRESHOLDS = 37;

/** Lines of the code. Lower it, never raise it. */
const MOST_LINES = 2_998;

/** The code without comments, texts and regular expressions; of templates only what is computed. */
function codeOf(file: string): string {
  return readFileSync(file, 'utf8')
    .replace(/\/\*[\s\S]*?\*\//g, '')
    .replace(/\/\/.*$/gm, '')
    .replace(/'(?:[^'\\\n]|\\.)*'/g, "''")
    .replace(/`(?:[^`\\$]|\\.|\$\{([^}]*)\})*`/g, (text) =>
      [...text.matchAll(/\$\{([^}]*)\}/g)].map(([, code]) => code).join(';'),
    );
}

const files = globSync(`${import.meta.dirname}/**/*.ts`).filter(
  (file) => !file.endsWith('.test.ts'),
);

it('the code has no more lines than it had', () => {
  const lines = files.reduce(
    (sum, file) => sum + readFileSync(file, 'utf8').split('\n').length - 1,
    0,
  );
  expect(lines).toBeGreaterThan(1_000);
  expect(lines).toBeLessThanOrEqual(MOST_LINES);
});

it('the code has no more numbers of its own than it had', () => {
  const literals = files.flatMap((file) =>
    [...codeOf(file).matchAll(/(?<![\w$.])(?:0x[\da-f]+|\d[\d_]*(?:\.\d+)?(?:e[+-]?\d+)?)/gi)]
      .map(([literal]) => literal)
      .filter((literal) => literal !== '0' && literal !== '1'),
  );
  expect(literals.length).toBeLessThanOrEqual(MOST_LITERALS);
});

interface Numbers {
  readonly [name: string]: unknown;
}

function pathsOf(numbers: Numbers, before: readonly string[] = []): readonly (readonly string[])[] {
  return Object.entries(numbers).flatMap(([name, value]) => {
    if (typeof value === 'number') return [[...before, name]];
    const isGroup = typeof value === 'object' && value !== null && !Array.isArray(value);
    return isGroup ? pathsOf(value as Numbers, [...before, name]) : [];
  });
}

/** The numbers with one of them so many times as large. */
function edited(numbers: Numbers, [name = '', ...rest]: readonly string[], times: number): Numbers {
  const value = numbers[name];
  const next =
    rest.length === 0 ? (value as number) * times : edited(value as Numbers, rest, times);
  return { ...numbers, [name]: next };
}

const { thresholds } = aFacts();

it('the thresholds are no more than they were', () => {
  expect(pathsOf(thresholds as unknown as Numbers).length).toBeLessThanOrEqual(MOST_THRESHOLDS);
});

/** An episode of an hour, even, silent or not. */
const episode = (extraBytes: number) =>
  aTrack({
    dwell: 6,
    hotWindows: 12,
    since: 1,
    ioCoreSeconds: 1000,
    extraBytes,
    levelDwell: 6,
    recent: [0.5, 0.5, 0.51, 0.5, 0.49, 0.5],
  });
const marked = { ...NO_INDICATORS, strong: ['a miner'] };
const CASES: readonly Parameters<typeof aFacts>[0][] = [
  { track: episode(1e5) },
  { track: episode(1e5), normal: NEW },
  { track: episode(1e9), normal: NEW },
  { track: episode(1e5), normal: NEW, subject: aSubject({ runs: true }) },
  { track: episode(1e5), normal: own({ net: 0 }), subject: aSubject({ net: null }) },
  { track: episode(1e5), normal: UNKNOWN },
  { track: { ...episode(1e5), levelDwell: 0, recent: [0.2, 0.9, 0.1, 0.5, 0.8] } },
  { track: episode(1e5), indicators: marked },
  { track: episode(1e9), normal: NEW, indicators: { ...NO_INDICATORS, disguise: 'kube-proxy' } },
  {
    track: { ...episode(1e5), levelDwell: 0, recent: [0.4, 0.6, 0.45, 0.5, 0.55] },
    suspicion: aSuspicion({ normal: 0.4, threshold: 0.45, extraCores: 0.1 }),
  },
  { track: { ...episode(1e6), levelDwell: 0, recent: [0.2, 0.9, 0.1, 0.5, 0.8] }, normal: NEW },
];

it.each(pathsOf(thresholds.points as unknown as Numbers))(
  'editing points %s changes a verdict',
  (...path) => {
    const verdicts = (points: AbuseThresholds['points']): string =>
      JSON.stringify(
        CASES.map((change) => {
          const { severity, points: count } = judge(
            aFacts({ ...change, thresholds: { ...thresholds, points } }),
          );
          return [severity, count];
        }),
      );
    const before = verdicts(thresholds.points);
    const after = [0.5, 2].map((times) =>
      verdicts(
        edited(
          thresholds.points as unknown as Numbers,
          path.filter(Boolean),
          times,
        ) as unknown as AbuseThresholds['points'],
      ),
    );
    expect(after.some((text) => text !== before)).toBe(true);
  },
);
