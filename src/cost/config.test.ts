import { describe, expect, it } from 'vitest';
import { pricing } from '../../test/support/cost.ts';
import { pricingPart } from './config.ts';

function problems(part: Parameters<typeof pricing>[0]): readonly string[] {
  const found: string[] = [];
  pricingPart.check(pricing(part), (path, message) => found.push(`${path.join('.')}: ${message}`));
  return found;
}

describe('pricing.currency', () => {
  it('other than dollars needs an exchange rate or rates of its own', () => {
    expect(problems({ currency: 'JPY' })).toEqual([
      expect.stringMatching(/^currency: JPY has no rates: cpuCoreHour, .*pricing\.exchangeRate/),
    ]);
    expect(problems({ currency: 'JPY', exchangeRate: 149 })).toEqual([]);
    expect(problems({ currency: 'JPY', priceList: { exchangeRate: 149 } })).toEqual([]);
    const network = { zoneGiB: 1, regionGiB: 1, internetGiB: 18 };
    const own = { cpuCoreHour: 5, ramGiBHour: 1, gpuHour: 140, storageGiBHour: 0.01, network };
    expect(problems({ currency: 'JPY', ...own, loadBalancerHour: 4 })).toEqual([]);
    expect(problems({ currency: 'JPY', ...own })[0]).toContain('rates: loadBalancerHour of');
  });

  it('has the default rates converted, and the operator’s left alone', () => {
    const { cpuCoreHour, ramGiBHour, network } = pricing({
      currency: 'EUR',
      exchangeRate: 0.5,
      ramGiBHour: 0.01,
    });
    expect([cpuCoreHour, ramGiBHour, network.internetGiB]).toEqual([0.0158055, 0.01, 0.06]);
  });
});
