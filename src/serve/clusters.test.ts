import { expect, test } from 'vitest';
import { Clusters } from './clusters.ts';

/** A cluster whose costs have a tag of their own, and are not sent again to who has that tag. */
function cluster(totalCost: number) {
  const etag = `"${totalCost}"`;
  return (request: Request): Response => {
    const headers = { etag, 'content-type': 'text/csv' };
    if (request.headers.get('if-none-match') === etag)
      return new Response(null, { status: 304, headers });
    return new Response(`cluster,totalCost\nx,${totalCost}\n`, { headers });
  };
}

test('costs of all clusters are sent again when those of one of them changed', async () => {
  const clusters = new Clusters(['a', 'b']);
  clusters.mount('a', cluster(1));
  clusters.mount('b', cluster(2));
  const ask = (headers = {}) =>
    clusters.fetch(new Request('http://x/api/v1/costs?by=cluster&format=csv', { headers }));
  const first = await ask();
  const tag = first.headers.get('etag');
  clusters.mount('b', cluster(3));
  for (const known of [tag, '"1"', '"2"', '*']) {
    const again = await ask(known === null ? {} : { 'if-none-match': known });
    expect([again.status, await again.text()]).toEqual([200, 'cluster,totalCost\nx,1\nx,3\n']);
  }
});

test('the next page is of the cluster that was asked for, with and without a cookie', async () => {
  const clusters = new Clusters(['a', 'b & c']);
  for (const name of ['a', 'b & c'])
    clusters.mount(name, (request) => {
      const next = new URL(request.url);
      const offset = Number(next.searchParams.get('offset'));
      next.searchParams.set('offset', String(offset + 1));
      const link = `<${next.pathname}${next.search}>; rel="next"`;
      return new Response(name, offset < 2 ? { headers: { link } } : {});
    });
  const pagesFrom = async (start: string) => {
    const seen: string[] = [];
    for (let path: string | undefined = start; path !== undefined;) {
      const answer: Response = await clusters.fetch(new Request(`http://x${path}`));
      seen.push(await answer.text());
      path = /^<(.*)>; rel="next"$/.exec(answer.headers.get('link') ?? '')?.[1];
    }
    return seen;
  };
  const other = encodeURIComponent('b & c');
  expect(await pagesFrom(`/findings?cluster=${other}&limit=1`)).toEqual(Array(3).fill('b & c'));
  expect(await pagesFrom('/findings?limit=1')).toEqual(Array(3).fill('a'));
  const asPage = { accept: 'text/html' };
  const answer = await clusters.fetch(
    new Request(`http://x/findings?cluster=${other}`, { headers: asPage }),
  );
  expect(answer.headers.get('set-cookie')).toContain(`burnwatch_cluster=${other};`);
});
