import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { isoFromMilliseconds, isoFromSeconds } from "../../specs/durations.ts";

/** An ISO 8601 duration, read on its own: days, hours, minutes, seconds. */
const read = (iso: string): number[] =>
  /^P(?=.)(?:(\d+)D)?(?:T(?=.)(?:(\d+)H)?(?:(\d+)M)?(?:([\d.]+)S)?)?$/
    .exec(iso)!
    .slice(1)
    .map((part: string | undefined) => Number(part ?? 0));

describe("durations", () => {
  // What isodate.duration_isoformat, which Microsoft's client uses, gives.
  test.each([
    [1, "PT1S"],
    [10, "PT10S"],
    [60, "PT1M"],
    [90, "PT1M30S"],
    [300, "PT5M"],
    [3_600, "PT1H"],
    [3_661, "PT1H1M1S"],
    [86_400, "P1D"],
    [90_061, "P1DT1H1M1S"],
  ])("%i s are %s", (given, expected) => {
    expect(isoFromSeconds(given)).toBe(expected);
  });

  test.each([
    [500, "PT0.5S"],
    [5_000, "PT5S"],
    [1, "PT0.001S"],
    [61_250, "PT1M1.25S"],
  ])("%i ms are %s", (given, expected) => {
    expect(isoFromMilliseconds(given)).toBe(expected);
  });

  test.each([0, undefined])("%p leaves it to the service", (given) => {
    expect(isoFromSeconds(given)).toBeUndefined();
    expect(isoFromMilliseconds(given)).toBeUndefined();
  });

  test("says the same time, in whole units where they fit", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 40_000_000_000 }), (milliseconds) => {
        const [days, hours, minutes, seconds] = read(isoFromMilliseconds(milliseconds)!) as [
          number,
          number,
          number,
          number,
        ];
        expect(((days * 24 + hours) * 60 + minutes) * 60 + seconds).toBeCloseTo(milliseconds / 1000, 6);
        expect([hours < 24, minutes < 60, seconds < 60]).toEqual([true, true, true]);
      }),
    );
  });
});
