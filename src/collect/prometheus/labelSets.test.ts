import { describe, expect, it } from 'vitest';
import { fc } from '../../../test/support/properties.ts';
import { LabelSets } from './labelSets.ts';
import type { MatrixError } from './matrix.ts';
import { parseRawSamples, type RawAnswer } from './rawSamples.ts';

const EVER = { from: 0, to: Number.MAX_SAFE_INTEGER };

function parsed(metric: string, known: LabelSets, samples = '[1,"2"]'): RawAnswer['series'] {
  const result = `[{"metric":${metric},"values":[${samples}]}]`;
  const body = `{"status":"success","data":{"resultType":"matrix","result":${result}}}`;
  return (parseRawSamples(Buffer.from(body), EVER, known) as Exclude<RawAnswer, MatrixError>)
    .series;
}

describe('label sets of a store', () => {
  it('are the same object in every answer, until two rounds have not shown them', () => {
    const known = new LabelSets();
    const first = parsed('{"pod":"a"}', known)[0]?.labels;
    known.nextRound();
    expect(parsed('{"pod":"a"}', known)[0]?.labels).toBe(first);
    known.nextRound();
    known.nextRound();
    const later = parsed('{"pod":"a"}', known)[0]?.labels;
    expect(later).toEqual(first);
    expect(later).not.toBe(first);
  });

  it('are what JSON says, whatever is in them', () => {
    const known = new LabelSets();
    const labels = fc.dictionary(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }));
    fc.assert(
      fc.property(labels, (given) => {
        const plain = JSON.parse(JSON.stringify(given)) as Record<string, string>;
        expect(parsed(JSON.stringify(given), known)[0]?.labels).toEqual(plain);
        expect(parsed(JSON.stringify(given), known)[0]?.labels).toEqual(plain);
      }),
    );
  });

  it('are skipped where they hold anything but strings', () => {
    for (const metric of ['{"a":1}', '{"a":{"b":"c"}}', '["a"]', 'null'])
      expect(parsed(metric, new LabelSets())).toEqual([]);
  });
});

it('samples are the numbers that they say', () => {
  fc.assert(
    fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
      const [series] = parsed('{}', new LabelSets(), `[2, "${value}"],[1795428900.25,"${value}"]`);
      expect([...(series?.values ?? [])]).toEqual([Number(`${value}`), Number(`${value}`)]);
      expect([...(series?.times ?? [])]).toEqual([2_000, 1_795_428_900_250]);
    }),
  );
});
