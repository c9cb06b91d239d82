import type { CommandContext } from './options.ts';
import { composeNotifier } from '../daemon/composeNotifier.ts';

/** Tells whoever is to be told of what was just recorded; what cannot be sent now waits for the daemon. */
export async function notifyNow({ loaded, log }: CommandContext, now: number): Promise<void> {
  const { notifier, close } = await composeNotifier(loaded.config, log);
  try {
    await notifier.plan(now);
    await notifier.deliver(AbortSignal.timeout(30_000));
  } finally {
    await close();
  }
}
