import { describe, expect, it } from 'vitest';
import { AnswerCache } from './answerCache.ts';

/** An answer that was right so long ago may be given while the next one is made. */
const STALE_MS = 360_000;

/** Questions whose answers are numbered, and a history that can be written to. */
function setUp() {
  const state = { version: 1, now: 0, asked: 0, fails: false };
  const tick = () => new Promise((resolve) => setImmediate(resolve));
  const answer = async () => {
    state.asked += 1;
    const { asked } = state;
    await tick();
    if (state.fails) throw new Error('broken');
    return { asked };
  };
  const kept = new AnswerCache(10, () => state.now);
  const settle = async () => {
    await tick();
    await tick();
  };
  return {
    state,
    settle,
    overview: () => kept.get('overview', state.version, answer, { staleMs: STALE_MS }),
    shop: () => kept.get('shop', state.version, answer, { staleMs: STALE_MS }),
    findings: () => kept.get('findings', state.version, answer),
  };
}

describe('AnswerCache', () => {
  it('asks once, however many look, until something is written', async () => {
    const { state, overview } = setUp();
    await overview();
    await Promise.all([overview(), overview(), overview()]);
    expect(state.asked).toBe(1);
  });

  it('gives what was right a moment ago while it asks again, and asks only once', async () => {
    const { state, overview, settle } = setUp();
    await overview();
    state.version = 2;
    state.now = 10_000;
    expect(await overview()).toEqual({ asked: 1 });
    expect(await overview()).toEqual({ asked: 1 });
    await settle();
    expect(await overview()).toEqual({ asked: 2 });
    expect(state.asked).toBe(2);
  });

  it('waits for the answer when the last question is long ago', async () => {
    const { state, overview } = setUp();
    await overview();
    state.version = 2;
    state.now = 600_000;
    expect(await overview()).toEqual({ asked: 2 });
  });

  it('asks once, however many wait for the answer', async () => {
    const { state, overview } = setUp();
    await Promise.all([overview(), overview(), overview()]);
    expect(state.asked).toBe(1);
  });

  it('never shows findings as they were before a decision', async () => {
    const { state, findings } = setUp();
    await findings();
    state.version = 2;
    expect(await findings()).toEqual({ asked: 2 });
  });

  it('keeps the answers of different eyes apart', async () => {
    const { overview, shop } = setUp();
    expect(await overview()).toEqual({ asked: 1 });
    expect(await shop()).toEqual({ asked: 2 });
    expect(await overview()).toEqual({ asked: 1 });
  });

  it('does not keep a failure', async () => {
    const { state, overview } = setUp();
    state.fails = true;
    await expect(overview()).rejects.toThrow('broken');
    state.fails = false;
    expect(await overview()).toEqual({ asked: 2 });
  });
});

describe('answers that are texts', () => {
  const [mib, kept] = [2 ** 20, 128];
  const large = async (size: number) => new Uint8Array(size * mib);

  it('take no more room than there is: those that were not asked for lately go', async () => {
    const cache = new AnswerCache(200);
    const computed: number[] = [];
    const ask = (size: number, version = 1) =>
      cache.get(`of ${size}`, version, () => {
        computed.push(size);
        return large(size);
      });
    for (const size of [50, 49, 48, 50, 48]) await ask(size);
    // The third pushed the first out, which pushed out the second; the third one is still there.
    expect(computed).toEqual([50, 49, 48, 50]);
    await ask(kept);
    await ask(kept);
    expect(computed.slice(4)).toEqual([kept, kept]);
    // An answer of the next version takes the place of the last one, not one beside it.
    await ask(47);
    for (const version of [2, 3, 4]) await ask(46, version);
    await ask(47);
    expect(computed.slice(6)).toEqual([47, 46, 46, 46]);
  });
});

describe('an answer whose clients have left', () => {
  it('is given up when the last one leaves, and begun anew at the next question', async () => {
    const kept = new AnswerCache(10);
    const given: AbortSignal[] = [];
    const compute = async (unwanted: AbortSignal) => {
      given.push(unwanted);
      await new Promise((resolve, reject) => {
        unwanted.addEventListener('abort', () => reject(new Error('given up')));
        setTimeout(resolve, 20);
      });
      return given.length;
    };
    const [one, two] = [new AbortController(), new AbortController()];
    const ask = (leaves?: AbortSignal) =>
      kept.get('costs', 1, compute, leaves === undefined ? {} : { leaves });
    const [first, second] = [ask(one.signal), ask(two.signal)];
    one.abort();
    expect(given[0]?.aborted).toBe(false);
    two.abort();
    expect(given[0]?.aborted).toBe(true);
    const again = ask();
    await expect(first).rejects.toThrow('given up');
    await expect(second).rejects.toThrow('given up');
    expect(await again).toBe(2);
  });

  it('goes on while one waits who cannot leave', async () => {
    const kept = new AnswerCache(10);
    const leaves = new AbortController();
    const compute = async (unwanted: AbortSignal) => {
      await new Promise((resolve) => setImmediate(resolve));
      return unwanted.aborted;
    };
    const left = kept.get('costs', 1, compute, { leaves: leaves.signal });
    const stays = kept.get('costs', 1, compute);
    leaves.abort();
    expect(await left).toBe(false);
    expect(await stays).toBe(false);
  });
});
