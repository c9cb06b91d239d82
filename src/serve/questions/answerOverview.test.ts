import { expect, it } from 'vitest';
import { answerOverview, type Overview } from './answerOverview.ts';
import { AnswerCache } from './answerCache.ts';

it('keeps what each may see apart: all namespaces, none of them, and whatever they are called', async () => {
  const cache = new AnswerCache(10);
  const ask = async (namespaces: readonly string[] | null): Promise<Overview> =>
    answerOverview({ namespaces }, {
      reader: { status: async () => ({ watermark: 1 }) },
      perWindow: (key: string) => cache.get(key, 1, async () => ({ of: namespaces })),
    } as never);
  for (const namespaces of [null, [], [''], ['shop', 'pay'], ['shop pay'], ['shop,pay']])
    expect(await ask(namespaces)).toMatchObject({ of: namespaces });
});
