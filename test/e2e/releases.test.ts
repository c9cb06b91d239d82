import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { TempFolder } from '../support/tempFolder.ts';
import { keepHistory, readKept, RELEASES } from './support/keptHistory.ts';

/** Histories of the versions that were released: `npm run release` keeps one of each. */
const released = existsSync(RELEASES) ? readdirSync(RELEASES) : [];

it.each([...released, 'this tree'])(
  'a history of %s is brought up to date, is whole, and answers as it did',
  async (version) => {
    using work = new TempFolder();
    using own = new TempFolder();
    const folder = released.includes(version) ? join(RELEASES, version) : own.path;
    if (folder === own.path) await keepHistory(folder);
    const [kept, now] = await readKept(folder, work);
    expect((kept.findings as readonly unknown[]).length).toBeGreaterThan(0);
    expect(now).toMatchObject(kept);
  },
);
