import type { Logger } from 'pino';
import { openDeliveryStore, openHistoryReader } from '../engines/openHistory.ts';
import { systemClock, type Clock } from '../notify/clock.ts';
import { createChannels, policyOf } from '../channels/channels.ts';
import type { DeliveryObserver } from '../notify/deliverer.ts';
import { createNotifier, type Notifier } from '../notify/notifier.ts';
import { historyPictures } from '../channels/pictures.ts';
import type { DeliveryStore } from '../store/notifications/deliveryStore.ts';
import type { LoadedConfig } from './config/load.ts';
import { readSpend } from '../cost/report/readSpend.ts';
import { isSameFleet, othersOf, speakerOf } from '../cost/fleet.ts';
import { IMAGE_IN_CLUSTERS } from '../detect/imageInClusters.ts';
import type { Finding } from '../model/finding.ts';
import { HistoryError } from '../store/history.ts';
import type { Config } from './config/schema.ts';
import { Releasers } from './releasers.ts';

export interface ComposedNotifier {
  readonly notifier: Notifier;
  readonly store: DeliveryStore;
  /** Closes the store. */
  close(): Promise<void>;
}

/** The result of an attempt to deliver. */
export type AttemptResult = 'sent' | 'retry' | 'dead';

/** Makes the notifier that the configuration asks for. The history must exist by then. */
export async function composeNotifier(
  { config, thresholds }: Pick<LoadedConfig, 'config' | 'thresholds'>,
  logger: Logger,
  observe: (channel: string, result: AttemptResult) => void = () => undefined,
  clock: Clock = systemClock(),
): Promise<ComposedNotifier> {
  const { path } = config.history;
  const releasers = new Releasers();
  const close = () =>
    releasers.releaseAll((name, err) => logger.warn({ err }, `${name} did not close`));
  try {
    const store = await openDeliveryStore(path);
    releasers.push('the delivery store', () => store.close());
    const reader = await openHistoryReader(path);
    releasers.push('the history reader of pictures', () => reader.close());
    const { timezone } = config.schedule;
    const pictures = historyPictures(
      {
        usage: (query) => reader.usage(query),
        usageSeries: (query) => reader.usageSeries(query),
        workloadsOf: (namespace, pods) => reader.workloadsOf(namespace, pods),
        spend: (whose, boundaries) => readSpend(reader, config.pricing, whose, boundaries),
      },
      {
        timezone,
        baseline: thresholds.abuse.baseline,
        currency: config.pricing.currency,
      },
    );
    const channels = await createChannels(config, { clock, logger, pictures });
    const observer = deliveryObserver(logger, observe);
    const policy = policyOf(config);
    const notifier = createNotifier({
      policy,
      store,
      channels,
      clock,
      observer,
      elsewhere: () => findingsOverClusters(config, logger),
    });
    return { notifier, store, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** The findings over clusters, where another one has them. While it cannot be read, each cluster speaks for itself. */
async function findingsOverClusters(config: Config, logger: Logger): Promise<readonly Finding[]> {
  const speaker = othersOf(config).find(({ cluster }) => cluster === speakerOf(config));
  if (speaker === undefined) return [];
  try {
    const reader = await openHistoryReader(speaker.path);
    try {
      const { fleet } = await reader.status();
      if (speaker.isElsewhere === true && !isSameFleet(config, fleet)) return [];
      const all = { state: 'open', kind: 'cryptojacking', since: null, namespaces: null } as const;
      return (await reader.findings(all)).filter(({ rule }) => rule === IMAGE_IN_CLUSTERS);
    } finally {
      await reader.close();
    }
  } catch (err) {
    if (!(err instanceof HistoryError)) throw err;
    if (err.code !== 'missing') logger.warn({ err }, 'Findings over clusters cannot be read');
    return [];
  }
}

function deliveryObserver(
  logger: Logger,
  observe: (channel: string, result: AttemptResult) => void,
): DeliveryObserver {
  return {
    sent: ({ receiver }) => observe(receiver.channel, 'sent'),
    failed: ({ id, receiver }, error, willRetry) => {
      observe(receiver.channel, willRetry ? 'retry' : 'dead');
      const fields = { delivery: id, channel: receiver.channel, target: receiver.target };
      const then = willRetry ? 'it is tried again' : 'it is given up';
      logger.warn(
        { ...fields, code: error.code },
        `a message was not sent, ${then}: ${error.message}`,
      );
    },
    followFailed: ({ id, receiver }, error) => {
      logger.warn(
        { delivery: id, channel: receiver.channel, code: error.code },
        `a message went out without its picture: ${error.message}`,
      );
    },
  };
}
