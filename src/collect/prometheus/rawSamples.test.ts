import { expect, it } from 'vitest';
import { readAnswer } from '../../../test/support/readAnswer.ts';
import type { MatrixError } from './matrix.ts';
import { rawSamplesReader, type RawAnswer } from './rawSamples.ts';

const SPAN = { from: 1_795_000_200_000, to: 1_795_000_500_000 };

function read(body: Buffer, pieceBytes?: number): RawAnswer | MatrixError {
  return readAnswer(rawSamplesReader(SPAN), body, pieceBytes);
}

function answered(...seconds: readonly number[]): Buffer {
  const values = seconds.map((time) => `[${time},"1"]`).join(',');
  const result = `[{"metric":{"pod":"web"},"values":[${values}]}]`;
  return Buffer.from(`{"status":"success","data":{"resultType":"matrix","result":${result}}}`);
}

it('samples of the stretch that was asked for are taken, with stores that know whole seconds alone', () => {
  expect(read(answered(1_795_000_199, 1_795_000_501))).toMatchObject({
    samples: 2,
  });
});

it.each([
  ['before', 1_795_000_198],
  ['after', 1_795_000_502],
])('an answer with a sample %s it is refused as a whole', (_, outside) => {
  expect(() => read(answered(1_795_000_470, outside))).toThrow(
    `a sample at ${outside}, which was not asked for`,
  );
});

it('an answer whose samples are not in order is refused: a counter would seem to begin anew', () => {
  expect(() => read(answered(1_795_000_470, 1_795_000_440))).toThrow(
    'a sample at 1795000440 after a later one',
  );
});

it('series are the same in whatever pieces an answer arrives', () => {
  const times = Array.from({ length: 40 }, (_, index) => 1_795_000_200 + 7.5 * index);
  const body = answered(...times);
  const whole = read(body);
  expect(whole).toMatchObject({ samples: 40, series: [{ times: { length: 40 } }] });
  for (let bytes = 1; bytes < 64; bytes++) expect(read(body, bytes)).toEqual(whole);
});
