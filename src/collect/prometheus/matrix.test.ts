import { describe, expect, it, vi } from 'vitest';
import { fc } from '../../../test/support/properties.ts';
import { readAnswer } from '../../../test/support/readAnswer.ts';
import type { JsonScanner } from './jsonScanner.ts';
import { answerReader, matrixReader } from './matrix.ts';
import type { MatrixAnswer, MatrixError } from './matrix.ts';

const grid = { startSeconds: 1_800_000_000, stepSeconds: 300, points: 3 };

function parse(body: string, pieceBytes?: number): MatrixAnswer | MatrixError {
  return readAnswer(matrixReader(grid), body, pieceBytes);
}

function answer(result: string, rest = ''): string {
  return `{"status":"success","data":{"resultType":"matrix","result":[${result}]}${rest}}`;
}

describe('a range answer', () => {
  it('lies on the grid, with NaN where there is no sample', () => {
    const parsed = parse(
      answer(
        `{"metric":{"pod":"a\\"b","ns":"ü"},"values":[[1800000000,"0.25"],[1800000600.000,"1e-07"]]}`,
      ),
    ) as MatrixAnswer;
    expect(parsed.series).toHaveLength(1);
    expect(parsed.series[0]?.labels).toEqual({ pod: 'a"b', ns: 'ü' });
    expect([...(parsed.series[0]?.values ?? [])]).toEqual([0.25, Number.NaN, 1e-7]);
  });

  it('leaves out what has no labels, and says how many', () => {
    const odd = '{"metric":null,"values":[[1800000000,"1"]]},null,{"metric":{"a":7},"values":[]}';
    const parsed = parse(answer(`${odd},{"metric":{"a":"b"},"values":[]}`)) as MatrixAnswer;
    expect(parsed.series.map(({ labels }) => labels)).toEqual([{ a: 'b' }]);
    expect(parsed.warnings).toEqual(['the store sent 3 series without labels; skipped']);
  });

  it('has labels of bounded length', () => {
    const parsed = parse(
      answer(`{"metric":{"a":"${'x'.repeat(1e6)}"},"values":[]}`),
    ) as MatrixAnswer;
    expect(parsed.series[0]?.labels['a']?.length).toBeLessThan(10_000);
  });

  it('counts NaN and infinities as bad and leaves them unknown', () => {
    const parsed = parse(
      answer(
        `{"metric":{},"values":[[1800000000,"NaN"],[1800000300,"+Inf"],[1800000600,"-Inf"]]},{"metric":{},"values":[[1800000600,"NaN"]]}`,
      ),
    ) as MatrixAnswer;
    expect([...parsed.badValues]).toEqual([1, 1, 2]);
    expect(parsed.series.flatMap(({ values }) => [...values])).toEqual(Array(6).fill(Number.NaN));
  });

  it('may have its fields in any order, with white space and unknown fields', () => {
    const parsed = parse(
      ` { "stats" : {"x":[1,{"y":null}]} , "data":{"result":[ {"values":[ [1800000300, "7"] ],"histograms":[[1,{}]],"metric":{"a":"b"}} ],"resultType":"matrix"},"status":"success" } `,
    ) as MatrixAnswer;
    expect(parsed.series[0]?.values[1]).toBe(7);
  });

  it('is the same in whatever pieces it arrives', () => {
    const body = ` ${answer(
      `{"metric":{"pod":"a\\"b","ns":"ü"},"values":[[1800000000,"0.25"],[1800000300,"NaN"],[1800000600.000,"1e-07"]]}, null ,{"metric":{"a":7}},{"metric":{"pod":"c"},"histograms":[[1,{"x":[true]}]],"values":[[1800000300,"-Inf"]]}`,
      `,"warnings":["store 2 is away"],"isPartial":true,"infos":null`,
    )} \n`;
    const whole = parse(body);
    expect(whole).toMatchObject({ samples: 4, series: [{}, {}], warnings: { length: 3 } });
    for (let bytes = 1; bytes < body.length; bytes++) expect(parse(body, bytes)).toEqual(whole);
  });

  it.each([
    ['no result', '{"status":"success","data":{"resultType":"matrix","result": null}}'],
    ['an error without data', '{"status":"error","data":null,"errorType":"timeout","error":"x"}'],
  ])('is the same in whatever pieces it arrives: %s', (_, body) => {
    const whole = parse(body);
    for (let bytes = 1; bytes < body.length; bytes++) expect(parse(body, bytes)).toEqual(whole);
  });

  it('has long parts that are not read again at each piece', () => {
    let times = 0;
    const item = (json: JsonScanner): boolean => {
      times += 1;
      json.skip();
      return true;
    };
    const reader = answerReader(['matrix'], item, (frame) => frame);
    readAnswer(reader, answer(`{"metric":{"a":"${'x'.repeat(1e6)}"},"values":[]}`), 1_000);
    expect(times).toBeLessThan(20);
  });

  it('may begin with blanks without end, which are not kept', () => {
    const reader = matrixReader(grid);
    const blanks = Buffer.alloc(2 ** 20, ' ');
    const joined = vi.spyOn(Buffer, 'concat');
    for (let piece = 0; piece < 64; piece++) reader.feed(blanks);
    expect(joined).not.toHaveBeenCalled();
    joined.mockRestore();
    reader.feed(Buffer.from(answer('')));
    expect(reader.end()).toMatchObject({ series: [] });
  });

  it('surfaces warnings and VictoriaMetrics’ mark of partial answers, but not remarks', () => {
    const parsed = parse(
      answer(
        '',
        `,"isPartial":true,"warnings":["store 2 is away","PromQL info: metric might not be a counter"]`,
      ),
    ) as MatrixAnswer;
    expect(parsed.warnings).toEqual(['store 2 is away', 'the store marked its answer as partial']);
  });

  it('reads an error that came with 200', () => {
    expect(parse('{"status":"error","errorType":"execution","error":"no"}')).toEqual({
      errorType: 'execution',
      error: 'no',
    });
  });

  it.each([
    ['a login page', '<!doctype html><html>Sign in</html>', 'not what a Prometheus API sends'],
    [
      'a cut-off answer',
      answer('{"metric":{},"values":[[1800000000,"1"]]}').slice(0, -9),
      'ends before',
    ],
    ['NUL bytes', '\0'.repeat(100), 'at byte 0'],
    ['another JSON', '{"hello":"world"}', 'not the answer of a Prometheus query'],
    [
      'an instant answer',
      '{"status":"success","data":{"resultType":"vector","result":[]}}',
      'not the answer',
    ],
    [
      'a point nobody asked for',
      answer('{"metric":{},"values":[[1800000001,"1"]]}'),
      'not asked for',
    ],
    ['a word for a number', answer('{"metric":{},"values":[[1800000000,"one"]]}'), 'not what'],
  ])('refuses %s', (_, body, message) => {
    for (const pieceBytes of [body.length, 7, 1])
      expect(() => parse(body, pieceBytes)).toThrow(message);
  });

  it('reads every double exactly as JavaScript does', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
        const parsed = parse(answer(`{"metric":{},"values":[[1800000000,"${value}"]]}`));
        expect((parsed as MatrixAnswer).series[0]?.values[0]).toBe(value === 0 ? 0 : value);
      }),
    );
  });
});
