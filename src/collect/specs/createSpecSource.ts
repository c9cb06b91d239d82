import type { Config } from '../../config/schema.ts';
import { createFileSource } from './fileSource.ts';
import type { SpecSource } from './inventory.ts';

/** The source of specifications that the configuration asks for; null for metrics alone. */
export function createSpecSource({ workloads }: Config): SpecSource | null {
  const { source, path } = workloads;
  return source === 'file' && path !== undefined ? createFileSource(path) : null;
}
