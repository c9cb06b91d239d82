import type { Socket } from 'node:net';

/** Hands bytes on in both directions, and lets neither socket outlive the other: a client may break off at any time. */
export function forward(one: Socket, other: Socket): void {
  for (const [from, to] of [
    [one, other],
    [other, one],
  ] as const) {
    from.pipe(to);
    from.on('error', () => to.destroy());
    from.on('close', () => to.destroy());
  }
}
