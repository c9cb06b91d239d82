import { getCosts } from './costs.ts';
import { acceptFinding, acknowledgeFinding, notAbuse, reopenFinding } from './decisions.ts';
import { getFinding, listFindings } from './findings.ts';
import { getPosture } from './posture.ts';
import { listRecommendations } from './recommendations.ts';
import type { ApiRoute } from './route.ts';
import { getFindingSeries, getSeries } from './series.ts';
import { deleteSilence, listSilences, postSilence } from './silences.ts';

/** Every call of the API. */
export const API_ROUTES: readonly ApiRoute[] = [
  getCosts,
  listFindings,
  getFinding,
  getFindingSeries,
  acknowledgeFinding,
  acceptFinding,
  notAbuse,
  reopenFinding,
  getSeries,
  listRecommendations,
  getPosture,
  listSilences,
  postSilence,
  deleteSilence,
];
