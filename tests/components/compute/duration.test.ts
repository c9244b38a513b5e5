import { expect, test } from "@jest/globals";
import { seconds } from "../../../components/compute/duration.ts";

test.each([
  [0, "PT0S"],
  [1, "PT1S"],
  [90, "PT1M30S"],
  [120, "PT2M"],
  [3600, "PT1H"],
  [90_061, "PT25H1M1S"],
])("%i is %s", (count, expected) => {
  expect(seconds(count)).toBe(expected);
});
