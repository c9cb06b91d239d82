import { pino } from 'pino';
import { afterEach, expect, it } from 'vitest';
import { createMetrics } from '../serve/metrics.ts';
import { configSchema } from './config/schema.ts';
import type { LoadedConfig } from './config/load.ts';
import { Front } from './front.ts';

const OIDC = {
  issuer: 'https://login.example.com',
  clientId: 'burnwatch',
  groups: [{ group: 'sre', scopes: ['read'] }],
};
let config = configSchema.parse({});
let front: Front | null = null;
afterEach(() => front?.close());

function start(given: object): Front {
  config = configSchema.parse(given);
  const loaded = () => ({ config }) as LoadedConfig;
  front = new Front(['a'], loaded, pino({ level: 'silent' }));
  return front;
}

it('logs in by the provider of the configuration in force, and a reload ends every session', async () => {
  const made = start({ serve: { externalUrl: 'https://burnwatch.example.com' }, oidc: OIDC });
  const { oidc, sessions } = made;
  expect(oidc?.provider).toBe('login.example.com');
  config = configSchema.parse({});
  await made.configure(null);
  expect(made.oidc).toBeNull();
  expect(made.sessions).not.toBe(sessions);
});

it('names namespaces on the probe port only where the configuration says so', async () => {
  const made = start({ serve: { probes: '127.0.0.1:0' } });
  const source = { lagSeconds: () => 1, deliveryQueue: () => Promise.resolve(null) };
  const { registry, openRegistry, namespaceCost } = createMetrics('0', 'a', source);
  namespaceCost.set({ namespace: 'canary' }, 1);
  made.watch('a', { registry, openRegistry, unhealthy: () => null, notReady: () => null });
  await made.listenForProbes();
  const scraped = async () => (await fetch(`${made.probesUrl}/metrics`)).text();
  expect(await scraped()).toMatch(/burnwatch_build_info/);
  expect(await scraped()).not.toContain('canary');
  config = configSchema.parse({ serve: { namespaceMetrics: true } });
  expect(await scraped()).toContain('canary');
});
