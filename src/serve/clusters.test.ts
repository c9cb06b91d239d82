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
