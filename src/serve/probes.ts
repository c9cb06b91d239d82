import { Hono } from 'hono';
import type { Registry } from '@prometheus-io/client';

/** What the probe listener shows; it asks for it anew each time. */
export interface ProbeSource {
  readonly registry: Registry;
  /** Why the process should be restarted, or null when it is well. */
  unhealthy(): string | null;
  /** Why it cannot serve yet, or null when it can. */
  notReady(): string | null;
}

/**
 * Health and metrics on a listener of their own, since kubelet probes cannot reach a loopback listener
 * and the pages must not be reachable without a token. It shows nothing else and changes nothing.
 */
export function createProbes(source: ProbeSource): Hono {
  const app = new Hono();
  const answer = (reason: string | null, well: string): Response => {
    const text = reason === null ? well : `${reason}\n`;
    const headers = { 'Content-Type': 'text/plain; charset=utf-8', 'Cache-Control': 'no-store' };
    return new Response(text, { status: reason === null ? 200 : 503, headers });
  };
  app.get('/-/healthy', () => answer(source.unhealthy(), 'Burnwatch is healthy.\n'));
  app.get('/-/ready', () => answer(source.notReady(), 'Burnwatch is ready.\n'));
  app.get('/metrics', async () => {
    const headers = { 'Content-Type': source.registry.contentType };
    return new Response(await source.registry.metrics(), { headers });
  });
  app.notFound(() => new Response('Not found\n', { status: 404 }));
  return app;
}
