import { describe, expect, test } from "@jest/globals";
import type { JsonObject } from "@azure-ml-as-code/local/cloud/arm/json.ts";
import { nextFiring, triggerProblems } from "@azure-ml-as-code/local/cloud/arm/ml/schedule-times.ts";

const MADE = new Date("2026-11-02T08:15:00Z"); // a Monday
const firings = (trigger: JsonObject, after: string, count = 3): string[] => {
  const found: string[] = [];
  for (let time: Date | undefined = new Date(after); found.length < count;) {
    time = nextFiring(trigger, time, MADE);
    if (!time) break;
    found.push(time.toISOString().slice(0, 16));
  }
  return found;
};
const cron = (expression: string, more: JsonObject = {}): JsonObject => ({
  triggerType: "Cron",
  expression,
  ...more,
});
const every = (frequency: string, interval: number, more: JsonObject = {}): JsonObject => ({
  triggerType: "Recurrence",
  frequency,
  interval,
  ...more,
});
const NOV = "2026-11-22T10:00:00Z"; // a Sunday
const AMSTERDAM = { timeZone: "W. Europe Standard Time" };

describe("when a schedule fires", () => {
  test.each<[string, JsonObject, string, string[]]>([
    [
      "a cron expression",
      cron("15 10 * * *"),
      NOV,
      ["2026-11-22T10:15", "2026-11-23T10:15", "2026-11-24T10:15"],
    ],
    [
      "by the clock of its zone",
      cron("0 9 * * 1", AMSTERDAM),
      NOV,
      ["2026-11-23T08:00", "2026-11-30T08:00", "2026-12-07T08:00"],
    ],
    [
      "day of month and of week both",
      cron("0 0 13 * 5"),
      NOV,
      ["2027-08-13T00:00", "2028-10-13T00:00", "2029-04-13T00:00"],
    ],
    ["never", cron("0 0 31 2 *"), NOV, []],
    [
      "from its start on",
      cron("0 12 * * *", { startTime: "2026-12-24T12:00:00" }),
      NOV,
      ["2026-12-24T12:00", "2026-12-25T12:00", "2026-12-26T12:00"],
    ],
    [
      "to its end",
      cron("0 12 * * *", { endTime: "2026-11-23 12:00:00" }),
      NOV,
      ["2026-11-22T12:00", "2026-11-23T12:00"],
    ],
    [
      "minutes from when it was made",
      every("Minute", 40),
      NOV,
      ["2026-11-22T10:15", "2026-11-22T10:55", "2026-11-22T11:35"],
    ],
    [
      "hours from its start",
      every("hour", 5, { startTime: "2026-11-22T11:00:00Z" }),
      NOV,
      ["2026-11-22T11:00", "2026-11-22T16:00", "2026-11-22T21:00"],
    ],
    [
      "every second day at its start's time",
      every("Day", 2),
      NOV,
      ["2026-11-24T08:15", "2026-11-26T08:15", "2026-11-28T08:15"],
    ],
    [
      "days at hours and minutes",
      every("Day", 1, { schedule: { hours: [10], minutes: [0, 30] } }),
      NOV,
      ["2026-11-22T10:30", "2026-11-23T10:00", "2026-11-23T10:30"],
    ],
    [
      "every second week on days",
      every("Week", 2, { schedule: { hours: [6], minutes: [30], weekDays: ["Friday", "Monday"] } }),
      NOV,
      ["2026-11-30T06:30", "2026-12-04T06:30", "2026-12-14T06:30"],
    ],
    [
      "weeks on the day it was made",
      every("Week", 1),
      NOV,
      ["2026-11-23T08:15", "2026-11-30T08:15", "2026-12-07T08:15"],
    ],
    [
      "days of months that have them",
      every("Month", 1, { schedule: { hours: [1], minutes: [0], monthDays: [31] } }),
      NOV,
      ["2026-12-31T01:00", "2027-01-31T01:00", "2027-03-31T01:00"],
    ],
    [
      "every third month",
      every("Month", 3),
      NOV,
      ["2027-02-02T08:15", "2027-05-02T08:15", "2027-08-02T08:15"],
    ],
    [
      "where clocks are put ahead, once",
      every("Day", 1, { ...AMSTERDAM, schedule: { hours: [2], minutes: [30] } }),
      "2027-03-27T00:00:00Z",
      ["2027-03-27T01:30", "2027-03-28T01:30", "2027-03-29T00:30"],
    ],
    [
      "where clocks are put back, once",
      every("Day", 1, { ...AMSTERDAM, schedule: { hours: [2], minutes: [30] } }),
      "2026-10-24T02:00:00Z",
      ["2026-11-03T01:30", "2026-11-04T01:30", "2026-11-05T01:30"],
    ],
  ])("%s", (_, trigger, after, expected) => {
    expect(firings(trigger, after)).toEqual(expected);
  });

  test("an hour that comes twice is the first of the two", () => {
    const trigger = every("Day", 1, { ...AMSTERDAM, startTime: "2026-10-20T02:30:00" });
    expect(firings(trigger, "2026-10-24T12:00:00Z", 2)).toEqual(["2026-10-25T00:30", "2026-10-26T01:30"]);
  });

  test("a trigger's problems are told all at once", () => {
    expect(triggerProblems(cron("61 * * * *", { timeZone: "Mars", endTime: "soon" }))).toEqual([
      "The time zone 'Mars' is not known.",
      "endTime 'soon' is no time such as 2026-11-22T10:00:00.",
      expect.stringMatching(/^The expression '61 \* \* \* \*' is no cron expression: .*minute/),
    ]);
    expect(triggerProblems(every("Day", 0))).toEqual(["The interval is 0; it is a whole number from 1 on."]);
    expect(triggerProblems(cron("0 9 * * 1", AMSTERDAM))).toEqual([]);
  });
});
