import { z } from 'zod';
import { configPart, type Rule } from '../config/configPart.ts';
import { currency, duration, labelMatch, price } from '../config/values.ts';
import { DAY_MS } from '../model/time.ts';

const pricing = z.strictObject({
  currency,
  basis: z.enum(['list', 'contracted', 'effective']).default('list'),
  cpuCoreHour: price.default(0.031611),
  ramGiBHour: price.default(0.004237),
  gpuHour: price.default(0.95),
  /** Flat rates for spot nodes; without them spot nodes fall back to the rates above. */
  spot: z.strictObject({ cpuCoreHour: price, ramGiBHour: price, gpuHour: price }).optional(),
  storageGiBHour: price.default(0.00005479452),
  loadBalancerHour: price.default(0.025),
  network: z
    .strictObject({
      zoneGiB: price.default(0.01),
      regionGiB: price.default(0.01),
      internetGiB: price.default(0.12),
    })
    .prefault({}),
  nodes: z.array(z.strictObject({ match: labelMatch, hourly: price })).default([]),
  /** A price list: CSV in the form of SkyPilot's catalog, from a file or an http(s) address. */
  priceList: z
    .strictObject({
      source: z.string().min(1).optional(),
      /** What the list's prices are in when it does not say itself. */
      currency,
      /** Units of `pricing.currency` for one unit of the lists' currency; without it lists in another one are not used. */
      exchangeRate: z.number().positive().optional(),
      /** How long a copy from an http(s) address is used before it is fetched again. */
      refresh: duration.default(DAY_MS),
      /** Prices older than this are reported. */
      maxAge: duration.default(30 * DAY_MS),
      cacheDir: z.string().optional(),
      shipped: z.boolean().default(true),
    })
    .prefault({}),
  discounts: z
    .array(z.strictObject({ match: labelMatch, percent: z.number().min(0).max(100) }))
    .default([]),
  fixed: z.array(z.strictObject({ name: z.string().min(1), monthly: price })).default([]),
  /** Extended resources that Burnwatch does not know: units that make up one card, 0 for what costs nothing. */
  devices: z.record(z.string(), z.number().nonnegative()).default({}),
  /** Namespaces whose cost is shared out over the others. */
  shared: z
    .strictObject({
      namespaces: z.array(z.string()).default([]),
      split: z.enum(['evenly', 'weighted']).default('weighted'),
    })
    .prefault({}),
});

export type PricingConfig = z.output<typeof pricing>;

const budget = z
  .strictObject({
    namespace: z.string().optional(),
    owner: z.string().optional(),
    monthly: z.number().positive(),
  })
  .refine(({ namespace, owner }) => (namespace === undefined) !== (owner === undefined), {
    error: 'needs exactly one of namespace or owner',
  });

export type Budget = z.output<typeof budget>;

const oneEach: Rule<readonly Budget[]> = (budgets, report) => {
  const keys = budgets.map(({ namespace, owner }) => JSON.stringify([namespace, owner]));
  keys.forEach((key, index) => {
    if (keys.indexOf(key) < index) report([index], 'repeats an earlier budget');
  });
};

export const pricingPart = configPart(pricing.prefault({}));
export const budgetsPart = configPart(z.array(budget).default([]), oneEach);
