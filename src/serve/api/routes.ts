import { getCosts } from './costs.ts';
import { getFinding, listFindings } from './findings.ts';
import type { ApiRoute } from './route.ts';

/** Every call of the API. */
export const API_ROUTES: readonly ApiRoute[] = [getCosts, listFindings, getFinding];
