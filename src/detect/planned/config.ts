import { z } from 'zod';
import { configPart, eachEntry, uniqueNames, type Rule } from '../../config/configPart.ts';

/** Characters of an event's name, wherever it is planned. */
export const MAX_EVENT_NAME = 100;

const plannedEvent = z.strictObject({
  name: z.string().trim().min(1).max(MAX_EVENT_NAME),
  start: z.iso.datetime({ offset: true }),
  end: z.iso.datetime({ offset: true }),
  /** None means every namespace. */
  namespaces: z.array(z.string().min(1)).default([]),
  /** The name of one workload. */
  workload: z.string().min(1).optional(),
});

export type EventConfig = z.output<typeof plannedEvent>;

const inOrder: Rule<EventConfig> = ({ start, end }, report) => {
  if (Date.parse(end) <= Date.parse(start)) report(['end'], 'must be after start');
};

/** The part under `events`. */
export const eventsPart = configPart(
  z.array(plannedEvent).default([]),
  uniqueNames,
  eachEntry(inOrder),
);
