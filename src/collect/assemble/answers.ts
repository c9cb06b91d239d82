import { SECOND_MS } from '../../model/time.ts';
import type { Batch, BatchAnswer } from '../prometheus/batch.ts';
import { pointSeconds, type Grid, type PointNote } from '../prometheus/grid.ts';
import {
  QUERY_IDS,
  querySpec,
  RAW_IDS,
  rawSpec,
  SPLIT_BY,
  type QuerySpec,
} from '../prometheus/queries.ts';
import { countBefore } from '../measure/samples.ts';
import { at } from './series.ts';

interface FailedAnswer {
  readonly text: string;
  /** It has been so for hours. */
  readonly isLasting: boolean;
}

/** What the answers about one metric were like in a window. */
export interface Answer {
  readonly spec: Pick<QuerySpec, 'metric' | 'need' | 'without'>;
  /** What the store said when it did not answer, or left something out. */
  readonly failure: FailedAnswer | null;
  readonly warning: string | null;
  readonly hasData: boolean;
  /** Series whose samples were no numbers. */
  readonly bad: number;
}

/** The metrics of which each collector reads its own namespaces; the others are read whole. */
const IS_SHARED: readonly boolean[] = [
  ...RAW_IDS.map(() => true),
  ...QUERY_IDS.map((id) => SPLIT_BY[id] !== undefined),
];

/** All answers of a batch in the window that ends at a point, always in the same order. */
export function answersAt(batch: Batch, point: number): readonly Answer[] {
  const { grid } = batch;
  const said = ({ warnings, failures }: Pick<BatchAnswer, 'warnings' | 'failures'>) => ({
    failure: failureAt(failures, point),
    warning: noteAt(warnings, point),
  });
  return [
    ...RAW_IDS.map((id): Answer => {
      const { series } = batch.raw[id];
      return {
        spec: specOf(rawSpec(id)),
        ...said(batch.raw[id]),
        hasData: series.some(({ times }) => hasTime(grid, times, point)),
        bad: series.filter(({ bad }) => hasTime(grid, bad ?? [], point)).length,
      };
    }),
    ...QUERY_IDS.map((id): Answer => {
      const { series, badValues } = batch.answers[id];
      return {
        spec: specOf(querySpec(id)),
        ...said(batch.answers[id]),
        hasData: series.some(({ values }) => at(values, point) !== null),
        bad: badValues[point] ?? 0,
      };
    }),
    ...batch.further.map(({ metric, without, ...notes }): Answer => ({
      // It may well be empty.
      spec: { metric, without, need: 'extra' },
      ...said(notes),
      hasData: true,
      bad: 0,
    })),
  ];
}

/** The answers that several collectors had; what is read whole is taken from the first one, what each asked further from all. */
export function joinAnswers(all: readonly (readonly Answer[])[]): readonly Answer[] {
  const [first = [], ...others] = all;
  const further = others.flatMap((answers) => answers.slice(IS_SHARED.length));
  const joined = first.map((answer, index) => {
    if (IS_SHARED[index] !== true) return answer;
    const same = [answer, ...others.flatMap((answers) => answers[index] ?? [])];
    return {
      ...answer,
      failure: same.find(({ failure }) => failure !== null)?.failure ?? null,
      warning: same.find(({ warning }) => warning !== null)?.warning ?? null,
      hasData: same.some(({ hasData }) => hasData),
      bad: same.reduce((sum, { bad }) => sum + bad, 0),
    };
  });
  return [...joined, ...further];
}

function specOf({ metric, need, without }: Answer['spec']): Answer['spec'] {
  return { metric, need, without };
}

function failureAt(notes: readonly PointNote[], point: number): FailedAnswer | null {
  const there = notes.filter(({ from, to }) => from <= point && point <= to);
  const [first] = there;
  if (first === undefined) return null;
  return { text: first.text, isLasting: there.every(({ lasting }) => lasting === true) };
}

function noteAt(notes: readonly PointNote[], point: number): string | null {
  return notes.find(({ from, to }) => from <= point && point <= to)?.text ?? null;
}

/** True when one of some times lies in the window that ends at a point. */
function hasTime(grid: Grid, times: ArrayLike<number>, point: number): boolean {
  const [from, to] = [pointSeconds(grid, point - 1), pointSeconds(grid, point)];
  const next = times[countBefore(times, from * SECOND_MS + 1)];
  return next !== undefined && next <= to * SECOND_MS;
}
