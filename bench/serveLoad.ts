/** Sends requests by the clock and tells how long each took from when it was due; `{n}` becomes 1 to 12, by turns. */
import { Agent, get } from 'node:http';

const VARIANTS = 12;

export interface LoadResult {
  /** Milliseconds. */
  readonly times: readonly number[];
  readonly failures: number;
  /** What the failed ones were answered, each text once. */
  readonly reasons: readonly string[];
}

if (process.send !== undefined) {
  const [url = '', rate = '50', seconds = '10'] = process.argv.slice(2);
  process.send(await send(url, Number(rate), Number(seconds)));
  process.disconnect();
}

async function send(url: string, rate: number, seconds: number): Promise<LoadResult> {
  const agent = new Agent({ keepAlive: true });
  const times: number[] = [];
  let failures = 0;
  const reasons = new Set<string>();
  const began = performance.now();
  const requests = Array.from({ length: rate * seconds }, async (_, index) => {
    const due = began + (index * 1_000) / rate;
    await new Promise((resolve) => setTimeout(resolve, Math.max(0, due - performance.now())));
    try {
      await ask(url.replace('{n}', String(1 + (index % VARIANTS))), agent);
      times.push(performance.now() - due);
    } catch (error) {
      failures += 1;
      reasons.add(String(error));
    }
  });
  await Promise.all(requests);
  agent.destroy();
  return { times, failures, reasons: [...reasons] };
}

function ask(url: string, agent: Agent): Promise<void> {
  return new Promise((resolve, reject) => {
    get(url, { agent }, (answer) => {
      let body = '';
      answer.setEncoding('utf8').on('data', (part: string) => {
        if (answer.statusCode !== 200) body += part;
      });
      answer.on('error', reject);
      answer.on('end', () => {
        if (answer.statusCode === 200) resolve();
        else reject(new Error(`${answer.statusCode} ${body.slice(0, 300)}`));
      });
    }).on('error', reject);
  });
}
