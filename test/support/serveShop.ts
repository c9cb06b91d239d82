import pino from 'pino';
import { openHistoryReader } from '../../src/engines/openHistory.ts';
import { responseParts } from '../../src/daemon/responses.ts';
import { openStores } from '../../src/daemon/openStores.ts';
import type { Config } from '../../src/daemon/config/schema.ts';
import { loadThresholds } from '../../src/daemon/config/loadThresholds.ts';
import { historyAnswers } from '../../src/serve/questions/questions.ts';
import { createApp } from '../../src/serve/app.ts';
import type { ServeDeps } from '../../src/serve/deps.ts';
import { listen } from '../../src/serve/listen.ts';
import { tokenAuthenticator, type ConfiguredToken } from '../../src/serve/security/access.ts';
import { SHOP_NOW } from './shopHistory.ts';

export interface ShopServer {
  readonly url: string;
  close(): Promise<void>;
}

/** Serves a made-up history through the whole server, on a port of its own. */
export async function serveShop(
  config: Config,
  tokens: readonly ConfiguredToken[],
  change: Partial<ServeDeps> = {},
): Promise<ShopServer> {
  const log = pino({ level: 'error' });
  const reader = await openHistoryReader(config.history.path);
  const stores = await openStores(config.history.path, log);
  const app = createApp(
    {
      config: () => config,
      reader,
      stores,
      responses: responseParts(() => config, stores, new AbortController().signal),
      questions: historyAnswers({
        reader,
        config: () => config,
        thresholds: () => loadThresholds([]),
        live: null,
      }),
      authenticators: tokens.length === 0 ? [] : [tokenAuthenticator(tokens)],
      now: () => SHOP_NOW,
      reload: () => Promise.resolve(),
      ...change,
    },
    log,
    '0.0.0',
  );
  const listener = await listen(app.fetch, { host: '127.0.0.1', port: 0 }, 'serve.listen');
  return {
    url: listener.url,
    close: async () => {
      await listener.close();
      await stores.close();
      await reader.close();
    },
  };
}
