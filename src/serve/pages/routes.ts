import type { Hono } from 'hono';
import type { Assets } from '../assets/assets.ts';
import type { ServeDeps } from '../deps.ts';
import type { DoorEnv } from '../security/access.ts';
import { mountBrowsing } from './browseRoutes.ts';
import { mountDigests } from './digests/routes.ts';
import { mountFinding } from './finding/routes.ts';
import { mountFindings } from './findings/routes.ts';
import { mountOperating } from './operate/routes.ts';

/** Puts the pages at the root, each behind its scope. */
export function mountPages(app: Hono<DoorEnv>, deps: ServeDeps, assets: Assets): void {
  mountBrowsing(app, deps, assets);
  // Before the pages of single findings: `acknowledge` is no id.
  mountFindings(app, deps, assets);
  mountFinding(app, deps, assets);
  mountOperating(app, deps, assets);
  mountDigests(app, deps, assets);
}
