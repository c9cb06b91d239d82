import { describe, expect, it } from 'vitest';
import { SCRAPE_MS } from './cluster/simulation.ts';
import { expositionText, startExporter } from './exporter.ts';
import type { SampleSource } from './samples.ts';

const FROM = 1_795_000_000_000 - (1_795_000_000_000 % SCRAPE_MS);

/** One sample a scrape, its value the number of the scrape. */
const SOURCE: SampleSource = {
  families(start, end) {
    const times: number[] = [];
    for (let at = start; at < end; at += SCRAPE_MS) times.push(at);
    const values = times.map((at) => (at - FROM) / SCRAPE_MS);
    return [{ name: 'x_total', type: 'counter', series: [{ labels: { a: 'b' }, times, values }] }];
  },
};

describe('startExporter', () => {
  it('hands over what became due since the last scrape, with its own times, and each sample once', async () => {
    let now = FROM + 2 * SCRAPE_MS + 1;
    const exporter = await startExporter({ source: SOURCE, from: FROM, now: () => now });
    const scrape = async (): Promise<string[]> => {
      const text = await (await fetch(`http://${exporter.target}/metrics`)).text();
      return text.split('\n').filter((line) => line.startsWith('x_total'));
    };
    try {
      expect(await scrape()).toEqual([
        `x_total{a="b"} 0 ${FROM}`,
        `x_total{a="b"} 1 ${FROM + SCRAPE_MS}`,
        `x_total{a="b"} 2 ${FROM + 2 * SCRAPE_MS}`,
      ]);
      expect(await scrape()).toEqual([]);
      now += SCRAPE_MS;
      expect(await scrape()).toEqual([`x_total{a="b"} 3 ${FROM + 3 * SCRAPE_MS}`]);
    } finally {
      await exporter.close();
    }
  });

  it('escapes labels, and writes special numbers as the format has them', () => {
    const values = [Number.NaN, Infinity, -Infinity, 2.5];
    const series = [{ labels: { a: '"\\\n', b: 'c' }, times: [0, 1, 2, 3], values }];
    expect(expositionText([{ name: 'y', type: 'gauge', series }])).toBe(
      ['NaN 0', '+Inf 1', '-Inf 2', '2.5 3'].reduce(
        (text, sample) => `${text}y{a="\\"\\\\\\n",b="c"} ${sample}\n`,
        '# TYPE y gauge\n',
      ),
    );
  });

  it('declares counters by their full name, as the text format wants', () => {
    expect(expositionText(SOURCE.families(FROM, FROM + 1))).toMatch(/^# TYPE x_total counter\n/);
  });
});
