import { expect, it } from 'vitest';
import { createLogger } from './logger.ts';

it('Sec: a name in a field begins no line of its own, in either format', () => {
  for (const json of [false, true]) {
    const lines: string[] = [];
    const write = (text: string) => void lines.push(text);
    const log = createLogger({ json, level: 'info', write, redact: (text) => text });
    log.info({ pod: 'x\n07:00:00 error forged\u001b[2J' }, 'seen');
    expect(lines).toHaveLength(1);
    expect(lines[0]?.trimEnd()).not.toMatch(/\p{Cc}/u);
    expect(lines[0]).toContain('forged');
  }
});
