/** When something runs: of schedules, of compute instances, of feature sets. */
import { z } from "zod";
import { choose, isMapping, keys, required, text, whole, words } from "../fields.ts";
import { camelKeys } from "../template.ts";
import type { Template } from "../types.ts";

const DAYS = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"] as const;
const listed = <T extends z.ZodType>(item: T) => z.union([item, z.array(item)]);
const day = words(DAYS);
/** Quoted: the client takes no bare time of YAML. */
const time = text;
const common = {
  start_time: time.optional(),
  end_time: time.optional(),
  time_zone: text.optional(),
};
const cron = keys({ ...common, type: words(["cron"]), expression: required });
const recurrence = keys({
  ...common,
  type: words(["recurrence"]),
  frequency: words(["minute", "hour", "day", "week", "month"]),
  interval: whole(1),
  schedule: keys({
    hours: listed(whole(0, 23)),
    minutes: listed(whole(0, 59)),
    week_days: z.union([day, z.array(day)]).optional(),
    month_days: listed(whole(1, 31)).optional(),
  }).optional(),
});
type Cron = z.infer<typeof cron>;
type Recurrence = z.infer<typeof recurrence>;
export const trigger = choose<Cron | Recurrence>((value) =>
  isMapping(value) && String(value["type"]).toLowerCase() === "cron" ? cron : recurrence,
);

const list = (value: unknown): Template =>
  value === undefined ? undefined : ((Array.isArray(value) ? value : [value]) as Template);

/** As the client writes what it has read as a time. */
export function readTimedTrigger(raw: Cron | Recurrence): Record<string, Template> {
  const { startTime, endTime, ...rest } = readTrigger(raw);
  return { ...rest, startTime: spaced(startTime), endTime: spaced(endTime) };
}
const spaced = (time: Template): Template =>
  typeof time === "string" ? time.replace(/^(\d{4}-\d\d-\d\d)[tT]/, "$1 ") : time;

export function readTrigger(raw: Cron | Recurrence): Record<string, Template> {
  const common = {
    startTime: raw.start_time,
    endTime: raw.end_time,
    timeZone: raw.time_zone ?? "UTC",
  };
  if (raw.type === "cron") return { ...common, triggerType: "Cron", expression: raw.expression };
  const { frequency, interval, schedule } = raw;
  return {
    ...common,
    triggerType: "Recurrence",
    frequency,
    interval,
    schedule: schedule
      ? camelKeys({
          hours: list(schedule.hours),
          minutes: list(schedule.minutes),
          week_days: list(schedule.week_days),
          month_days: list(schedule.month_days),
        })
      : { hours: [], minutes: [] },
  };
}
