import { once } from 'node:events';
import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';

/**
 * Where ports are looked for. Below what systems give to outgoing connections (from 32768 on): a port that is
 * free now must still be free when a child process begins to listen on it, and when it does so again.
 */
const LOWEST_PORT = 15_000;
const HIGHEST_PORT = 29_999;

/**
 * A TCP port of the loopback interface that was free a moment ago.
 * @param preferred is taken when it is free.
 */
export async function freePort(preferred?: number): Promise<number> {
  for (let port = preferred ?? anyPort(); ; port = anyPort()) if (await isFree(port)) return port;
}

function anyPort(): number {
  return randomInt(LOWEST_PORT, HIGHEST_PORT + 1);
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer().listen(port, '127.0.0.1');
  try {
    await once(server, 'listening');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EADDRINUSE') return false;
    throw error;
  }
  server.close();
  await once(server, 'close');
  return true;
}
