import { DAY_MS } from '../../model/time.ts';

/** What is accepted, or no abuse, is looked at again after this long, unless a day is given. */
export const REVIEW_MS = 30 * DAY_MS;

/** Nothing is accepted for ever. */
export const LONGEST_ACCEPTANCE_MS = 366 * DAY_MS;

/** Of a reason, in characters, through whichever door it comes: API, form or dialog. */
export const MAX_REASON_LENGTH = 500;
