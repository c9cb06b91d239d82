import { expect, it } from 'vitest';
import { exploreHref, insideOf, readAddress } from './exploreAddress.ts';

function read(query: string) {
  const params = new URLSearchParams(query);
  return readAddress(
    Object.fromEntries([...new Set(params.keys())].map((key) => [key, params.getAll(key)])),
  );
}

it.each([
  'window=7d&by=namespace',
  'window=lastmonth&by=owner%2Clabel%3Ateam&filter=namespace%3D%22shop%22&filter=owner%21%3D%22%22&idle=share&shared=show&sort=change&order=asc&offset=100',
  'from=2026-11-01&to=2026-11-08&by=image',
])('an address keeps its view: %s', (query) => {
  const { address, problems } = read(query);
  expect(problems).toEqual([]);
  expect(exploreHref(address)).toBe(`/explore?${query}`);
});

it('takes what the form sends: empty fields are none, dates go before a span, a new filter has three', () => {
  const { address } = read(
    'window=7d&by=namespace&by=owner&what=node&how=%21%3D&value=n"1&from=2026-11-01&to=',
  );
  expect(address).toMatchObject({
    from: '2026-11-01',
    by: ['namespace', 'owner'],
    filter: [{ by: 'node', operator: '!=', value: 'n"1' }],
  });
  expect(address.window).toBeUndefined();
});

it.each(['by=nothing', 'filter=x', 'sort=none', 'offset=-1', 'idle=maybe'])(
  'says what is wrong with %s and shows the default',
  (query) => {
    const { address, problems } = read(query);
    expect(problems).toHaveLength(1);
    expect(address.by).toEqual(['namespace']);
  },
);

it('goes down from what is chosen', () => {
  const { address } = read('window=7d&by=namespace,owner&filter=owner=x');
  const inside = new URL(insideOf(address, ['shop', '__unallocated__']) ?? '', 'http://x');
  expect(inside.searchParams.get('by')).toBe('workload');
  expect(inside.searchParams.getAll('filter')).toEqual([
    'namespace="shop"',
    'owner="__unallocated__"',
  ]);
  expect(insideOf(read('by=container').address, ['shop/Deployment/a/app'])).toBeNull();
});
