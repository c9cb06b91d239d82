import { describe, expect, it } from 'vitest';
import { aDigest, ATTACKS } from '../../../../test/support/digest/digests.ts';
import { renderDigestHtml } from './digests.ts';

/** Every tag with its attributes' names; values of attributes and texts are left out. */
function tagsOf(page: string): readonly string[] {
  const tags = page.replace(/<style>[\s\S]*?<\/style>/, '').match(/<[a-z!/][^>]*>/gi) ?? [];
  return tags.map((tag) => tag.replaceAll(/"[^"]*"/g, '""'));
}

describe('the page of a digest', () => {
  it('has the same elements whatever the names: nothing of them becomes markup', async () => {
    const known = new Set(tagsOf(await renderDigestHtml(aDigest('shop', 5e9))));
    for (const attack of ATTACKS) {
      const page = await renderDigestHtml(aDigest(attack, 5e9));
      expect(tagsOf(page).filter((tag) => !known.has(tag))).toEqual([]);
      expect(page).not.toMatch(/<(script|iframe|img|object|embed|link)\b/i);
    }
  });
});
