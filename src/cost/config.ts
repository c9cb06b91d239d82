import { validate as isCron } from 'node-cron';
import { z } from 'zod';
import { configPart, eachEntry, type Rule } from '../config/configPart.ts';
import { currency, duration, emailAddress, httpUrl, labelMatch, price } from '../config/values.ts';
import { DAY_MS } from '../model/time.ts';

/** OpenCost's default prices, in US dollars. */
export const DOLLARS = {
  cpuCoreHour: 0.031611,
  ramGiBHour: 0.004237,
  gpuHour: 0.95,
  storageGiBHour: 0.00005479452,
  loadBalancerHour: 0.025,
};
const DOLLARS_GIB = { zoneGiB: 0.01, regionGiB: 0.01, internetGiB: 0.12 };

const pricing = z.strictObject({
  currency,
  /** Units of `currency` for one US dollar, which Burnwatch's own rates and lists are in. */
  exchangeRate: z.number().positive().optional(),
  basis: z.enum(['list', 'contracted', 'effective']).default('list'),
  cpuCoreHour: price.default(DOLLARS.cpuCoreHour),
  ramGiBHour: price.default(DOLLARS.ramGiBHour),
  gpuHour: price.default(DOLLARS.gpuHour),
  /** Flat rates for spot nodes; without them spot nodes fall back to the rates above. */
  spot: z.strictObject({ cpuCoreHour: price, ramGiBHour: price, gpuHour: price }).optional(),
  storageGiBHour: price.default(DOLLARS.storageGiBHour),
  /** Per GiB and hour by StorageClass or CSI driver, before `storageGiBHour`; 0 for disks of the nodes. */
  storageClasses: z.record(z.string(), price).default({}),
  loadBalancerHour: price.default(DOLLARS.loadBalancerHour),
  network: z
    .strictObject({
      zoneGiB: price.default(DOLLARS_GIB.zoneGiB),
      regionGiB: price.default(DOLLARS_GIB.regionGiB),
      internetGiB: price.default(DOLLARS_GIB.internetGiB),
      /** Shares of what pods send that leave their zone and the cluster, where no exporter tells destinations. */
      assumed: z
        .strictObject({ zone: z.number().min(0).max(1), internet: z.number().min(0).max(1) })
        .refine(({ zone, internet }) => zone + internet <= 1, {
          error: 'zone and internet are shares of the same traffic: together they are at most 1',
        })
        .optional(),
    })
    .prefault({}),
  nodes: z
    .array(
      z
        .strictObject({
          match: labelMatch,
          hourly: price.optional(),
          /** Instead of `hourly`: for nodes that are no machines, and for machines that are billed so. */
          cpuCoreHour: price.optional(),
          ramGiBHour: price.optional(),
          gpuHour: price.optional(),
        })
        .refine(
          ({ hourly, cpuCoreHour, ramGiBHour, gpuHour }) =>
            hourly === undefined
              ? cpuCoreHour !== undefined && ramGiBHour !== undefined
              : cpuCoreHour === undefined && ramGiBHour === undefined && gpuHour === undefined,
          { error: 'needs either hourly, or cpuCoreHour and ramGiBHour' },
        ),
    )
    .default([]),
  /** Node labels that mark interruptible capacity, beside those that Burnwatch knows. */
  spotLabels: z.array(labelMatch).default([]),
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
      split: z.enum(['evenly', 'weighted', 'usage']).default('weighted'),
    })
    .prefault({}),
});

/** How shared cost is spread: over all alike, by what each costs, or by what each uses. */
export type SharedSplit = PricingConfig['shared']['split'];

export type PricingConfig = z.output<typeof pricing>;

/** The default rates in the configured currency, where it is said what a dollar is in it. */
function convertDefaults(given: PricingConfig): PricingConfig {
  const dollar = dollarsIn(given) ?? 1;
  const convert = <T extends object>(rates: T, defaults: Partial<T>): T => {
    const own = Object.entries(rates).map(([key, rate]) =>
      rate === defaults[key as keyof T] ? [key, (rate as number) * dollar] : [key, rate],
    );
    return Object.fromEntries(own) as T;
  };
  if (dollar === 1) return given;
  return { ...convert(given, DOLLARS), network: convert(given.network, DOLLARS_GIB) };
}

/** What one US dollar is in the configured currency; null where that was not said. */
export function dollarsIn({ currency, exchangeRate, priceList }: PricingConfig): number | null {
  if (currency === 'USD') return 1;
  return exchangeRate ?? (priceList.currency === 'USD' ? (priceList.exchangeRate ?? null) : null);
}

/** Rates in dollars under another currency's name are wrong by the exchange rate. */
const ratesInCurrency: Rule<PricingConfig> = (given, report) => {
  if (dollarsIn(given) !== null) return;
  const left = [
    ...Object.entries(DOLLARS).filter(([key, rate]) => given[key as keyof typeof DOLLARS] === rate),
    ...Object.entries(DOLLARS_GIB)
      .filter(([key, rate]) => given.network[key as keyof typeof DOLLARS_GIB] === rate)
      .map(([key]) => [`network.${key}`]),
  ].map(([key]) => key);
  if (left.length === 0) return;
  report(
    ['currency'],
    `${given.currency} has no rates: ${left.join(', ')} of the defaults are in US dollars. Give pricing.exchangeRate (the ${given.currency} that one US dollar costs), or these rates in ${given.currency}`,
  );
};

const budget = z
  .strictObject({
    namespace: z.string().optional(),
    owner: z.string().optional(),
    monthly: z.number().positive(),
  })
  .refine(({ namespace, owner }) => (namespace === undefined) !== (owner === undefined), {
    error: 'needs exactly one of namespace or owner',
  });

/** `across` is set for a budget over all clusters: one that stands beside `clusters`, not in an entry of it. */
export type Budget = z.output<typeof budget> & { readonly across?: true };

const oneEach: Rule<readonly Budget[]> = (budgets, report) => {
  const keys = budgets.map(({ namespace, owner, across }) =>
    JSON.stringify([namespace, owner, across]),
  );
  keys.forEach((key, index) => {
    if (keys.indexOf(key) < index) report([index], 'repeats an earlier budget');
  });
};

const bill = z
  .strictObject({
    format: z.literal('focus').default('focus'),
    path: z.string().min(1).optional(),
    url: httpUrl.optional(),
    schedule: z.string().default('0 6 * * *'),
    /** Column and value that a charge must have, all of them. */
    where: z.record(z.string(), z.string()).default({}),
  })
  .refine(({ path, url }) => (path === undefined) !== (url === undefined), {
    error: 'needs exactly one of path or url',
  });

/** A bill that the daemon imports again and again. */
export type BillConfig = z.output<typeof bill>;

const billSchedules: Rule<readonly Pick<BillConfig, 'schedule'>[]> = (bills, report) => {
  bills.forEach(({ schedule }, index) => {
    if (!isCron(schedule))
      report([index, 'schedule'], `"${schedule}" is not a cron expression such as 0 6 * * *`);
  });
};

const monthExport = z.strictObject({
  /** A folder. */
  to: z.string().min(1),
  /** Addresses that get all lines by mail, too. */
  email: z.array(emailAddress).default([]),
  /** Each owner whom mail reaches gets its own lines. */
  emailOwners: z.boolean().default(false),
  by: z.enum(['owner', 'namespace']).default('owner'),
  format: z.enum(['csv', 'focus']).default('csv'),
  /** When it is looked whether the last month is due. */
  schedule: z.string().default('0 6 * * *'),
  /** How long after its end a month is closed: corrections of the bill and late data have come till then. */
  closeAfter: duration.default(5 * DAY_MS),
});

/** An export of each month by team, on a schedule. */
export type ExportConfig = z.output<typeof monthExport>;

const mailsByOwner: Rule<ExportConfig> = ({ by, emailOwners }, report) => {
  if (emailOwners && by !== 'owner') report(['emailOwners'], 'needs by: owner');
};

export const exportsPart = configPart(
  z.array(monthExport).default([]),
  billSchedules,
  eachEntry(mailsByOwner),
);
export const billsPart = configPart(z.array(bill).default([]), billSchedules);
export const pricingPart = configPart(
  pricing.transform(convertDefaults).prefault({}),
  ratesInCurrency,
);
export const budgetsPart = configPart(z.array(budget).default([]), oneEach);
