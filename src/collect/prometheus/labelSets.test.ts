import { describe, expect, it } from 'vitest';
import { fc } from '../../../test/support/properties.ts';
import { LabelSets } from './labelSets.ts';
import { readAnswer } from '../../../test/support/readAnswer.ts';
import { rawSamplesReader, type RawAnswer } from './rawSamples.ts';

const EVER = { from: 0, to: Number.MAX_SAFE_INTEGER };

function parsed(metric: string, known: LabelSets, samples = '[1,"2"]'): RawAnswer['series'] {
  return answered([`{"metric":${metric},"values":[${samples}]}`], known);
}

function answered(series: readonly string[], known: LabelSets): RawAnswer['series'] {
  const result = series.join(',');
  const body = `{"status":"success","data":{"resultType":"matrix","result":[${result}]}}`;
  return (readAnswer(rawSamplesReader(EVER, known), body) as RawAnswer).series;
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

  it.each([
    ['plain', '{"pod":"a","id":"/kubepods/b"}'],
    ['with escapes', '{"note":"a \\"b\\" \\\\ c\\n"}'],
    ['with letters beyond ASCII', '{"team":"Grün"}'],
    ['with blanks between', '{ "pod" : "a" }'],
    ['long', `{"note":"${'x'.repeat(9_000)}"}`],
    ['without any', '{}'],
  ])('are one object where they are %s', (_, metric) => {
    const known = new LabelSets();
    const [first] = parsed(metric, known);
    known.nextRound();
    expect(parsed(metric, known)[0]?.labels).toBe(first?.labels);
    expect(parsed(metric, known)[0]?.labels).toBe(first?.labels);
  });

  it('are told apart by every character', () => {
    const known = new LabelSets();
    const sets = ['{"a":"b"}', '{"a":"c"}', '{"a":"b","c":"d"}', '{"ab":""}', '{"a":""}', '{}'];
    for (const set of [...sets, ...sets])
      expect(parsed(set, known)[0]?.labels).toEqual(JSON.parse(set));
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

  it('are those that were sent, in whatever order and part they come again', () => {
    const pods = fc.uniqueArray(fc.nat(200), { maxLength: 100 });
    fc.assert(
      fc.property(fc.array(pods, { maxLength: 8 }), (rounds) => {
        const known = new LabelSets();
        for (const round of rounds) {
          const sets = round.map((pod) => ({ namespace: 'shop', pod: `p${pod}`, note: 'a\nb' }));
          known.nextRound();
          for (const sent of [sets, sets.toReversed(), sets]) {
            const series = sent.map((set) => JSON.stringify({ metric: set, values: [[1, '2']] }));
            expect(answered(series, known).map(({ labels }) => labels)).toEqual(sent);
          }
        }
      }),
    );
  });

  it('take no longer where someone has chosen names of one hash', () => {
    // Thue and Morse: a sum of powers that is a multiple of 2^32 whatever odd number they are of.
    const flipped = (text: string) => text.replace(/./g, (letter) => (letter === 'a' ? 'b' : 'a'));
    let one = 'a';
    while (one.length < 128) one += flipped(one);
    const names = Array.from({ length: 128 }, (_, choice) =>
      Array.from({ length: 7 }, (__, bit) => ((choice >> bit) % 2 === 0 ? one : flipped(one))),
    );
    const texts = names.map((blocks) =>
      Buffer.from(`{"pod":"${'x'.repeat(500)}${blocks.join('')}"}`),
    );
    const known = new LabelSets();
    let steps = 0;
    const counting = (text: Buffer) =>
      new Proxy(text, {
        get(target, key) {
          steps += 1;
          const value = Reflect.get(target, key) as unknown;
          return typeof value === 'function' ? (value.bind(target) as unknown) : value;
        },
      });
    for (let round = 0; round < 2; round++) {
      known.nextRound();
      for (const text of texts)
        expect(known.read(counting(text), 0, null, () => text.length)).toEqual(
          JSON.parse(text.toString()),
        );
    }
    expect(steps).toBeLessThan(2 * Buffer.concat(texts).length * 20);
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
