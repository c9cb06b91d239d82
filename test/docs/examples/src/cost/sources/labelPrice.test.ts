import { expect, it } from 'vitest';
import { aNode, aSnapshot, pricing } from '../../../test/support/cost.ts';
import { priceNodes } from '../priceNodes.ts';

it('takes the price of a label before the flat rates', () => {
  const labels = { 'example.com/hourly': '0.5' };
  const nodes = [aNode({ name: 'labelled', labels }), aNode({ name: 'bare' })];
  const prices = priceNodes(aSnapshot({ nodes }), pricing());
  expect(prices.get('labelled')?.source).toBe('label');
  expect(prices.get('bare')?.source).toBe('flat');
});
