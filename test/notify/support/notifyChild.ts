// A process of its own that plans and sends as the daemon does, until nothing waits. Its clock is the
// wall clock moved by an offset: a process that begins later without anybody having waited.
//
// usage: notifyChild.ts CONFIG OFFSET_MS
import { setTimeout as wait } from 'node:timers/promises';
import { pino } from 'pino';
import { loadConfig } from '../../../src/daemon/config/load.ts';
import { composeNotifier } from '../../../src/daemon/composeNotifier.ts';
import type { Clock } from '../../../src/notify/clock.ts';

const [, , file, offsetText = '0'] = process.argv;
const offset = Number(offsetText);
const clock: Clock = {
  now: () => Date.now() + offset,
  sleep: async (ms) => {
    await wait(ms);
  },
  random: () => 0.5,
};

const log = pino({ level: 'warn' }, pino.destination(2));
const { notifier, close } = await composeNotifier(loadConfig(file), log, undefined, clock);
process.stdout.write('ready\n');
await notifier.plan(clock.now());
for (;;) {
  await notifier.deliver(AbortSignal.timeout(120_000));
  const due = await notifier.nextDueAt();
  if (due === null) break;
  await wait(Math.min(200, Math.max(20, due - clock.now())));
}
await close();
