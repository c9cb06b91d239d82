import { expect, it } from 'vitest';
import { efficiencyOfAll, shownEfficiency } from './efficiency.ts';

it('use above a request is shown as all of it, and makes up for nobody else’s waste', () => {
  expect([shownEfficiency(0.4), shownEfficiency(25.53)]).toEqual([0.4, 1]);
  const rows = [
    { cost: 3, efficiency: 0.2 },
    { cost: 1, efficiency: 25.53 },
  ];
  expect(efficiencyOfAll(rows)).toBeCloseTo((3 * 0.2 + 1) / 4, 12);
});
