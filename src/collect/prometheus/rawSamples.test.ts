import { expect, it } from 'vitest';
import { parseRawSamples } from './rawSamples.ts';

const SPAN = { from: 1_795_000_200_000, to: 1_795_000_500_000 };

function answered(...seconds: readonly number[]): Buffer {
  const values = seconds.map((time) => `[${time},"1"]`).join(',');
  const result = `[{"metric":{"pod":"web"},"values":[${values}]}]`;
  return Buffer.from(`{"status":"success","data":{"resultType":"matrix","result":${result}}}`);
}

it('samples of the stretch that was asked for are taken, with stores that know whole seconds alone', () => {
  expect(parseRawSamples(answered(1_795_000_199, 1_795_000_501), SPAN)).toMatchObject({
    samples: 2,
  });
});

it.each([
  ['before', 1_795_000_198],
  ['after', 1_795_000_502],
])('an answer with a sample %s it is refused as a whole', (_, outside) => {
  expect(() => parseRawSamples(answered(1_795_000_470, outside), SPAN)).toThrow(
    `a sample at ${outside}, which was not asked for`,
  );
});

it('an answer whose samples are not in order is refused: a counter would seem to begin anew', () => {
  expect(() => parseRawSamples(answered(1_795_000_470, 1_795_000_440), SPAN)).toThrow(
    'a sample at 1795000440 after a later one',
  );
});
