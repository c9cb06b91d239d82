import { readFile } from 'node:fs/promises';
import { DAY_MS, formatTime, SECOND_MS, type TimeMs } from '../../model/time.ts';
import type { PriceList, PriceListEntry } from '../priceList.ts';
import type { PricingConfig } from '../config.ts';
import { fetchPriceList } from './fetchPriceList.ts';
import { parsePriceList, PriceListError } from './parsePriceList.ts';
import { PriceListCache, type GoodCopy } from './priceListCache.ts';
import { loadShipped } from './loadShipped.ts';

export interface LoadedPriceLists {
  /** In the order in which they are asked. */
  readonly lists: readonly PriceList[];
  /** What went wrong or is old, one sentence each with its cure; prices are still given where they can be. */
  readonly problems: readonly string[];
}

export interface LoadOptions {
  /** Where last good copies are kept, unless the configuration says so. */
  readonly cacheDir: string;
  readonly now: TimeMs;
  readonly signal: AbortSignal;
}

type Origin = Parameters<typeof parsePriceList>[1];

const TIMEOUT_MS = 60 * SECOND_MS;

/**
 * Loads the operator's price list (a file, or an http(s) address with a copy on disk) and the shipped
 * ones. A list that cannot be had or read is a problem, never a failure: the last good copy goes on
 * being used, and the other price sources with it.
 */
export async function loadPriceLists(
  pricing: PricingConfig,
  options: LoadOptions,
): Promise<LoadedPriceLists> {
  const lists: PriceList[] = [];
  const problems: string[] = [];
  const { source } = pricing.priceList;
  if (source !== undefined) {
    const loaded = await loadConfigured(source, pricing, options);
    if (loaded.list !== null) lists.push(loaded.list);
    problems.push(...loaded.problems);
    if (loaded.list !== null) problems.push(...findAgeProblem(loaded, pricing, options.now));
  }
  if (pricing.priceList.shipped) lists.push(...(await loadShipped()));
  const converted = lists.map((list) => convertPriceList(list, pricing));
  for (const list of converted) {
    if (list.currency !== pricing.currency && list.configured) {
      problems.push(
        `${list.source} is in ${list.currency} but pricing.currency is ${pricing.currency}, so it is ` +
          `not used; set pricing.priceList.exchangeRate to the ${pricing.currency} that one ${list.currency} costs`,
      );
    }
  }
  return { lists: converted, problems };
}

/** Quotes a list in the configured currency where an exchange rate is given; else it stays as it is. */
function convertPriceList(list: PriceList, pricing: PricingConfig): PriceList {
  const rate =
    pricing.priceList.exchangeRate ?? (list.currency === 'USD' ? pricing.exchangeRate : undefined);
  if (rate === undefined || list.currency === pricing.currency) return list;
  return {
    ...list,
    source: `${list.source}, at ${rate} ${pricing.currency} for one ${list.currency}`,
    currency: pricing.currency,
    find: (instanceType, region, os) => {
      const entry = list.find(instanceType, region, os);
      return entry === null ? null : converted(entry, rate);
    },
    sizes: (like) => list.sizes(like).map((entry) => converted(entry, rate)),
  };
}

function converted(entry: PriceListEntry, rate: number): PriceListEntry {
  const times = (price: number | null): number | null => (price === null ? null : price * rate);
  const spots = [...entry.spotByZone].map(([zone, price]) => [zone, price * rate] as const);
  return {
    ...entry,
    price: times(entry.price),
    spotPrice: times(entry.spotPrice),
    spotByZone: new Map(spots),
  };
}

/** An address without its query and user: signed links and tokens are secrets, and names are shown. */
function shownName(source: string): string {
  if (!URL.canParse(source)) return source;
  const { protocol, host, pathname } = new URL(source);
  return /^https?:$/.test(protocol) ? `${protocol}//${host}${pathname}` : source;
}

interface Loaded {
  readonly list: PriceList | null;
  /** When what is used was read from its source. */
  readonly readAt: TimeMs;
  readonly problems: readonly string[];
}

async function loadConfigured(
  source: string,
  pricing: PricingConfig,
  { cacheDir, now, signal }: LoadOptions,
): Promise<Loaded> {
  const cache = new PriceListCache(pricing.priceList.cacheDir ?? cacheDir);
  const origin = {
    name: shownName(source),
    currency: pricing.priceList.currency,
    configured: true,
  };
  const good = usable(await cache.read(source), origin);
  const isAddress = /^https?:\/\//i.test(source);
  try {
    if (isAddress && good !== null && now - good.fetchedAt < pricing.priceList.refresh) {
      return { list: parsePriceList(good.text, origin), readAt: good.fetchedAt, problems: [] };
    }
    const copy = isAddress
      ? await fetchPriceList(
          { address: source, name: origin.name },
          good,
          now,
          AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]),
        )
      : await readPriceFile(source, now);
    const list = parsePriceList(copy.text, origin);
    return { list, readAt: now, problems: await keep(cache, source, copy) };
  } catch (error) {
    if (!(error instanceof PriceListError)) throw error;
    return fallBack(error, good, origin);
  }
}

/** A copy, or null when it was damaged on disk. */
function usable(copy: GoodCopy | null, origin: Origin): GoodCopy | null {
  try {
    if (copy !== null) parsePriceList(copy.text, origin);
    return copy;
  } catch (error) {
    if (error instanceof PriceListError) return null;
    throw error;
  }
}

function fallBack(error: PriceListError, good: GoodCopy | null, origin: Origin): Loaded {
  if (good === null) {
    const text = `${error.message}. There is no earlier good copy: its prices are missing until that is mended`;
    return { list: null, readAt: 0, problems: [text] };
  }
  const since = formatTime(Math.floor(good.fetchedAt / SECOND_MS) * SECOND_MS);
  const text = `${error.message}. The last good copy, read at ${since}, is used instead`;
  return { list: parsePriceList(good.text, origin), readAt: good.fetchedAt, problems: [text] };
}

async function readPriceFile(path: string, now: TimeMs): Promise<GoodCopy> {
  try {
    return { text: await readFile(path, 'utf8'), fetchedAt: now, etag: null };
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new PriceListError(
      `${path}: cannot be read (${code ?? String(error)}); check pricing.priceList.source`,
      { cause: error },
    );
  }
}

/** A copy that cannot be kept is no reason not to use the list, but the operator should know. */
async function keep(cache: PriceListCache, source: string, copy: GoodCopy): Promise<string[]> {
  try {
    await cache.write(source, copy);
    return [];
  } catch (error) {
    const { code, path } = error as NodeJS.ErrnoException;
    return [
      `${shownName(source)}: the copy for bad days cannot be written to ${path ?? 'the cache'} (${code ?? String(error)}); ` +
        `set pricing.priceList.cacheDir to a folder that can be written`,
    ];
  }
}

function findAgeProblem({ list, readAt }: Loaded, pricing: PricingConfig, now: TimeMs): string[] {
  const from = list?.asOf ?? readAt;
  if (list === null || now - from <= pricing.priceList.maxAge) return [];
  const days = Math.floor((now - from) / DAY_MS);
  return [
    `${list.source}: its prices are from ${formatTime(from).slice(0, 10)}, ${days} days ago; ` +
      `renew the list, or raise pricing.priceList.maxAge`,
  ];
}
