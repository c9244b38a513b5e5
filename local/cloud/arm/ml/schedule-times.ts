/**
 * When a schedule fires. Cron expressions are those of five fields, where day of the month and day of the week must both
 * fit; a recurrence counts its interval from its start, and without one from when the schedule was made. Pure.
 */
import { Cron } from "croner";
import { asText, at, isObject, type JsonObject, numberAt, textAt } from "../json.ts";
import { ianaZone, instantOf, type Wall, wallOf } from "./wall-clock.ts";

const DAY = 86_400_000;
/** How far ahead a recurrence is looked for: 29 February comes back within eight years. */
const HORIZON_DAYS = 8 * 366;
const LENGTHS = { minute: 60_000, hour: 3_600_000 } as const;
const WEEK_DAYS = ["sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"];

const lower = (trigger: JsonObject, name: string): string => (textAt(trigger, name) ?? "").toLowerCase();

/** A time without a zone of its own is one of the trigger's. */
function instant(text: string, zone: string): number | undefined {
  const iso = text.trim().replace(" ", "T");
  const own = /(Z|[+-]\d\d:?\d\d)$/i.test(iso);
  const parsed = Date.parse(own ? iso : `${iso.length === 10 ? `${iso}T00:00:00` : iso}Z`);
  return Number.isNaN(parsed) ? undefined : own ? parsed : instantOf(parsed, zone);
}

const zoneOf = (trigger: JsonObject): string | undefined => ianaZone(textAt(trigger, "timeZone") ?? "UTC");

function cronOf(trigger: JsonObject, zone: string): Cron {
  return new Cron(textAt(trigger, "expression") ?? "", { mode: "5-part", timezone: zone, domAndDow: true });
}

/** What is wrong with a trigger; every problem. */
export function triggerProblems(trigger: JsonObject): string[] {
  const zone = zoneOf(trigger);
  const problems: string[] = [];
  if (zone === undefined) problems.push(`The time zone '${textAt(trigger, "timeZone") ?? ""}' is not known.`);
  for (const name of ["startTime", "endTime"]) {
    const text = textAt(trigger, name);
    if (text !== undefined && instant(text, zone ?? "UTC") === undefined)
      problems.push(`${name} '${text}' is no time such as 2026-11-22T10:00:00.`);
  }
  if (lower(trigger, "triggerType") === "cron") {
    try {
      cronOf(trigger, zone ?? "UTC");
    } catch (error) {
      const why = error instanceof Error ? error.message.replace(/^CronPattern: /, "") : String(error);
      problems.push(`The expression '${textAt(trigger, "expression") ?? ""}' is no cron expression: ${why}`);
    }
    return problems;
  }
  const interval = numberAt(trigger, "interval") ?? 0;
  if (!Number.isInteger(interval) || interval < 1)
    problems.push(`The interval is ${interval}; it is a whole number from 1 on.`);
  return problems;
}

/**
 * The first firing after an instant, within the trigger's start and end; `undefined` if there is none any more.
 * @param made when the schedule was made: what a recurrence without a start counts from.
 */
export function nextFiring(trigger: JsonObject, after: Date, made: Date): Date | undefined {
  const zone = zoneOf(trigger);
  if (zone === undefined) return undefined;
  const timeAt = (name: string): number | undefined => {
    const text = textAt(trigger, name);
    return text === undefined ? undefined : instant(text, zone);
  };
  const [start, end] = [timeAt("startTime"), timeAt("endTime")];
  // A start is a firing itself where it fits, hence the moment before it.
  const from = Math.max(after.getTime(), (start ?? -Infinity) - 1);
  const next =
    lower(trigger, "triggerType") === "cron"
      ? cronOf(trigger, zone).nextRun(new Date(from))?.getTime()
      : nextRecurrence(trigger, { from, base: start ?? made.getTime(), zone });
  return next === undefined || (end !== undefined && next > end) ? undefined : new Date(next);
}

interface Recurring {
  readonly from: number;
  /** What intervals are counted from. */
  readonly base: number;
  readonly zone: string;
}

const numbersAt = (value: JsonObject, path: string): number[] => {
  const found = at(value, path);
  return Array.isArray(found) ? found.filter((item) => typeof item === "number").sort((a, b) => a - b) : [];
};

function nextRecurrence(trigger: JsonObject, { from, base, zone }: Recurring): number | undefined {
  const interval = Math.max(1, numberAt(trigger, "interval") ?? 1);
  const frequency = lower(trigger, "frequency");
  if (frequency === "minute" || frequency === "hour") {
    const step = interval * LENGTHS[frequency];
    return base + Math.max(0, Math.floor((from - base) / step) + 1) * step;
  }
  const begun = wallOf(base, zone);
  const times = timesOfDay(trigger, begun);
  const fits = fittingDays(trigger, frequency, interval, begun);
  const first = midnight(Math.max(wallOf(from, zone), begun)) - DAY;
  for (let day = first; day < first + HORIZON_DAYS * interval * DAY; day += DAY) {
    if (!fits(day)) continue;
    const found = times
      .map((time) => instantOf(day + time, zone))
      .find((time) => time > from && time >= base);
    if (found !== undefined) return found;
  }
  return undefined;
}

const midnight = (wall: Wall): Wall => Math.floor(wall / DAY) * DAY;

/** Milliseconds from midnight; those of the start where the trigger says none. */
function timesOfDay(trigger: JsonObject, begun: Wall): number[] {
  const [hours, minutes] = ["schedule.hours", "schedule.minutes"].map((path) => numbersAt(trigger, path));
  if (hours!.length === 0 && minutes!.length === 0) return [begun - midnight(begun)];
  const orStart = (list: number[], own: number) => (list.length > 0 ? list : [own]);
  const start = new Date(begun);
  return orStart(hours!, start.getUTCHours()).flatMap((hour) =>
    orStart(minutes!, hours!.length > 0 ? 0 : start.getUTCMinutes()).map(
      (minute) => hour * LENGTHS.hour + minute * LENGTHS.minute,
    ),
  );
}

/** Whether a day, by its midnight, is one of the recurrence: by its frequency, its interval, and the days it names. */
function fittingDays(trigger: JsonObject, frequency: string, interval: number, begun: Wall) {
  const start = new Date(begun);
  const schedule = at(trigger, "schedule");
  const named = isObject(schedule) && Array.isArray(schedule["weekDays"]) ? schedule["weekDays"] : [];
  const weekDays = named.map((name) => WEEK_DAYS.indexOf(asText(name).toLowerCase()));
  const monthDays = numbersAt(trigger, "schedule.monthDays");
  const monthOf = (date: Date) => date.getUTCFullYear() * 12 + date.getUTCMonth();
  /** Weeks begin on Mondays: the first one of 1970 was the 5th of January. */
  const weekOf = (wall: Wall) => Math.floor((midnight(wall) / DAY - 4) / 7);
  const every = (count: number) => count >= 0 && count % interval === 0;

  return (day: Wall): boolean => {
    const date = new Date(day);
    const weekDay = date.getUTCDay();
    if (frequency === "day")
      return every((day - midnight(begun)) / DAY) && (weekDays.length === 0 || weekDays.includes(weekDay));
    if (frequency === "week")
      return (
        every(weekOf(day) - weekOf(begun)) &&
        (weekDays.length > 0 ? weekDays.includes(weekDay) : weekDay === start.getUTCDay())
      );
    if (!every(monthOf(date) - monthOf(start))) return false;
    if (monthDays.length > 0) return monthDays.includes(date.getUTCDate());
    return weekDays.length > 0 ? weekDays.includes(weekDay) : date.getUTCDate() === start.getUTCDate();
  };
}
