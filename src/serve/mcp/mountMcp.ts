import type { Hono } from 'hono';
import type { Logger } from 'pino';
import type { ServeDeps } from '../deps.ts';
import { HttpProblem } from '../problem.ts';
import { requireScope, type ServerEnv } from '../security/access.ts';

/**
 * The Model Context Protocol at `/mcp` (Streamable HTTP without sessions): a POST is one message and its answer. The
 * protocol's library is loaded with the first message, so that only who uses it pays for it.
 */
export function mountMcp(
  app: Hono<ServerEnv>,
  deps: ServeDeps,
  log: Logger,
  version: string,
): void {
  const load = once(async () => {
    const [server, transport] = await Promise.all([
      import('./mcpServer.ts'),
      import('@modelcontextprotocol/sdk/server/webStandardStreamableHttp.js'),
    ]);
    const { WebStandardStreamableHTTPServerTransport: Transport } = transport;
    return { ...server, Transport, askApi: server.createAskApi(deps, log) };
  });
  app.post('/mcp', requireScope('read'), async (context) => {
    const message = await messageOf(context.req.raw);
    // Each would be a question for which the limit of requests was not asked.
    if (Array.isArray(message)) throw new HttpProblem(400, 'One message at a time, no batch');
    const { createMcpServer, askApi, Transport } = await load();
    const server = createMcpServer(askApi, context.var.principal, version);
    const transport = new Transport({ enableJsonResponse: true });
    await server.connect(transport);
    try {
      return await transport.handleRequest(context.req.raw, { parsedBody: message });
    } finally {
      await server.close();
    }
  });
}

async function messageOf(request: Request): Promise<unknown> {
  try {
    return await request.json();
  } catch {
    throw new HttpProblem(400, 'The body must be JSON');
  }
}

function once<T>(load: () => Promise<T>): () => Promise<T> {
  let loaded: Promise<T> | null = null;
  return () => (loaded ??= load());
}
