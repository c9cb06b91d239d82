import { Hono, type Env } from 'hono';
import type { Registry } from '@prometheus-io/client';
import { methodsOf } from './methods.ts';

/** What health and metrics are made of; it is asked anew each time. */
export interface ProbeSource {
  readonly registry: Pick<Registry, 'contentType' | 'metrics'>;
  /** The same without what names a namespace or an owner. */
  readonly openRegistry: ProbeSource['registry'];
  /** Why the process should be restarted, or null when it is well. */
  unhealthy(): string | null;
  /** Why it cannot serve yet, or null when it can. */
  notReady(): string | null;
}

/**
 * Health and metrics on a listener of their own, since kubelet probes cannot reach a loopback listener
 * and the pages must not be reachable without a token. It shows nothing else and changes nothing.
 */
export function createProbes(source: Omit<ProbeSource, 'openRegistry'>): Hono {
  const app = new Hono();
  mountHealth(app, source);
  app.get('/metrics', () => metricsOf(source));
  const methodsAt = methodsOf(app);
  app.notFound(({ req }) => {
    const allow = methodsAt(req.path).join(', ');
    if (allow === '') return new Response('Not found\n', { status: 404 });
    if (req.method === 'OPTIONS') return new Response(null, { status: 204, headers: { allow } });
    return new Response('Method not allowed\n', { status: 405, headers: { allow } });
  });
  return app;
}

/** Whether the process is healthy and ready; shows nothing confidential. */
export function mountHealth<E extends Env>(
  app: Hono<E>,
  source: Pick<ProbeSource, 'unhealthy' | 'notReady'>,
): void {
  const answer = (reason: string | null, well: string): Response => {
    const text = reason === null ? well : `${reason}\n`;
    const headers = { 'Content-Type': 'text/plain; charset=utf-8', 'Cache-Control': 'no-store' };
    return new Response(text, { status: reason === null ? 200 : 503, headers });
  };
  app.get('/-/healthy', () => answer(source.unhealthy(), 'Burnwatch is healthy.\n'));
  app.get('/-/ready', () => answer(source.notReady(), 'Burnwatch is ready.\n'));
}

/** The metrics in Prometheus' text form. */
export async function metricsOf({ registry }: Pick<ProbeSource, 'registry'>): Promise<Response> {
  const headers = { 'Content-Type': registry.contentType };
  return new Response(await registry.metrics(), { headers });
}
