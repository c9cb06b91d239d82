import { expect, it } from 'vitest';
import { configSchema } from '../../daemon/config/schema.ts';
import { policyOf } from '../channels.ts';

it('gets finding events once it is configured', () => {
  const config = configSchema.parse({ ntfy: { url: 'https://ntfy.example.com/burnwatch' } });
  expect(JSON.stringify(policyOf(config))).toContain('"ntfy"');
});
