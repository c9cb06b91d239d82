import { readFileSync } from 'node:fs';
import { shippedFile } from '../model/shippedFiles.ts';

const PACKAGE = shippedFile('package.json');

/** The version in package.json. */
export const VERSION: string = (JSON.parse(readFileSync(PACKAGE, 'utf8')) as { version: string })
  .version;
