import { describe, expect, it } from 'vitest';
import { readCsv } from './csv.ts';
import { parsePriceList } from './parsePriceList.ts';

const ORIGIN = { name: 'prices.csv', currency: 'USD', configured: true };
const HEADER =
  'InstanceType,AcceleratorName,AcceleratorCount,vCPUs,MemoryGiB,GpuInfo,Price,SpotPrice,Region,AvailabilityZone';

function parse(...lines: readonly string[]): ReturnType<typeof parsePriceList> {
  return parsePriceList([HEADER, ...lines].join('\n'), ORIGIN);
}

describe('parsePriceList', () => {
  it('reads SkyPilot’s form: on-demand by region, spot by zone, quoted GPU facts', () => {
    const list = parse(
      'm5.2xlarge,,,8.0,32.0,,0.384,0.15,us-east-1,use1-az1',
      'm5.2xlarge,,,8.0,32.0,,0.384,0.17,us-east-1,use1-az2',
      'm5.2xlarge,,,8.0,32.0,,0.428,,eu-west-1,euw1-az1',
      `p3.2xlarge,V100,1.0,8.0,61.0,"{'Gpus': [{'Name': 'V100', ""Count"": 1}]}",3.06,,us-east-1,use1-az1`,
      ',T4,1.0,,,,0.35,0.11,us-central1,us-central1-a',
    );
    expect(list.find('m5.2xlarge', 'us-east-1')).toMatchObject({
      price: 0.384,
      spotPrice: 0.16,
      vcpus: 8,
      memoryGiB: 32,
      accelerators: 0,
      spotByZone: new Map([
        ['use1-az1', 0.15],
        ['use1-az2', 0.17],
      ]),
    });
    expect(list.find('m5.2xlarge', 'eu-west-1')).toMatchObject({ price: 0.428, spotPrice: null });
    expect(list.find('m5.2xlarge', null)).toBeNull(); // two regions, which one is not known
    expect(list.find('p3.2xlarge', null)).toMatchObject({ price: 3.06, accelerators: 1 });
    const shipped = { ...ORIGIN, configured: false };
    const one = 'InstanceType,Price,Region\nbig,1.5,r1\n';
    expect(parsePriceList(one, ORIGIN).find('big', null)?.price).toBe(1.5);
    expect(parsePriceList(one, shipped).find('big', null)).toBeNull();
    expect(list.find('', 'us-central1')).toBeNull();
  });

  it('takes prices without a region for everywhere, and zero for unknown', () => {
    const list = parsePriceList('InstanceType,Price,Region\nbig,1.5,\nfree,0,\n', ORIGIN);
    expect(list.find('big', 'rack-3')).toMatchObject({ price: 1.5, accelerators: null });
    expect(list.find('free', null)).toMatchObject({ price: null });
  });

  it('reads date, currency and source from comments', () => {
    const list = parsePriceList(
      '# as-of: 2026-07-20\n# currency: EUR\r\nInstanceType,Price,Region\na,1,r\n',
      ORIGIN,
    );
    expect(list.asOf).toBe(Date.UTC(2026, 6, 20));
    expect(list.currency).toBe('EUR');
  });

  it.each([
    [[HEADER, 'm5,,,8,32,,cheap,,r,z'], 'prices.csv:2: column Price: "cheap" is not a number'],
    [
      [HEADER, 'm5,,,8,32,,1,,r,z', 'm6,,,8,32,,-0.3,,r,z'],
      'prices.csv:3: column Price: "-0.3" is negative',
    ],
    [
      [HEADER, 'm5,,,8,32,,1,Infinity,r,z'],
      'prices.csv:2: column SpotPrice: "Infinity" is not a number',
    ],
    [
      [HEADER, 'm5,,,8'],
      'prices.csv:2: has 4 cells where the header has 10; the file may be cut short',
    ],
    [[HEADER, 'm5,,,8,32,"{,1,1,r,z'], 'prices.csv:2: a quote that opens here is never closed'],
    [
      [HEADER],
      'prices.csv: holds no prices; expected CSV with the columns InstanceType, Price, Region',
    ],
    [
      ['<!doctype html>', '<title>Sign in</title>'],
      'prices.csv:1: the header has no column InstanceType, Price, Region',
    ],
    [
      ['# currency: DOL', HEADER, 'm5,,,8,32,,1,,r,z'],
      '"# currency: DOL" is not an ISO 4217 currency',
    ],
    [
      ['# as-of: soon', HEADER, 'm5,,,8,32,,1,,r,z'],
      '"# as-of: soon" is not a date; write it like 2026-07-20',
    ],
  ])('refuses %j', (lines, message) => {
    expect(() => parsePriceList(lines.join('\n'), ORIGIN)).toThrow(message);
  });
});

describe('readCsv', () => {
  it('counts lines through comments, blanks and quoted line breaks', () => {
    const text = '\uFEFFa,b\r\n# note\r\n\r\n"x, ""y""\r\nz",2\r\nlast,3';
    expect([...readCsv(text)]).toEqual([
      { line: 1, cells: ['a', 'b'] },
      { line: 4, cells: ['x, "y"\r\nz', '2'] },
      { line: 6, cells: ['last', '3'] },
    ]);
  });

  it('names the line where a quote opens that is never closed', () => {
    expect(() => readCsv('a,b\r\n# note\r\n"1\r\n2",3\r\n4,"5\r\n6,7\r\n')).toThrow(
      expect.objectContaining({ line: 5 }) as Error,
    );
  });
});
