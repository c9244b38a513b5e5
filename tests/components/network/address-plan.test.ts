import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { overlapping, planAddresses, rangeProblem } from "../../../components/network/address-plan.ts";

const needs = fc
  .array(fc.integer({ min: 0, max: 500 }), { minLength: 1, maxLength: 8 })
  .map((sizes) => sizes.map((addresses, index) => ({ name: `s${index}`, addresses })));
const space = fc
  .record({ prefix: fc.integer({ min: 16, max: 29 }), third: fc.nat(255) })
  .map(({ prefix, third }) => {
    const size = 2 ** (32 - prefix);
    const start = Math.floor((10 * 2 ** 24 + third * 256) / size) * size;
    return `${[24, 16, 8, 0].map((shift) => Math.floor(start / 2 ** shift) % 256).join(".")}/${prefix}`;
  });

/** First and last address, and how many: computed apart from the planner's own arithmetic. */
function range(cidr: string) {
  const [address = "", prefix = ""] = cidr.split("/");
  const from = Buffer.from(address.split(".").map(Number)).readUInt32BE();
  const size = 1 << (32 - Number(prefix));
  return { from, to: from + size - 1, size };
}
const block = (addresses: number) => {
  let size = 8;
  while (size < addresses + 5) size *= 2;
  return size;
};

describe("planAddresses", () => {
  test("ranges lie in the space, apart from each other, aligned, and as large as needed and no larger", () => {
    fc.assert(
      fc.property(space, needs, (whole, asked) => {
        const { subnets, problems } = planAddresses(whole, asked);
        fc.pre(problems.length === 0);
        const ranges = asked.map(({ name, addresses }) => ({ ...range(subnets[name]!), addresses }));
        for (const { from, to, size, addresses } of ranges) {
          expect(from).toBeGreaterThanOrEqual(range(whole).from);
          expect(to).toBeLessThanOrEqual(range(whole).to);
          expect(from % size).toBe(0);
          expect(size).toBe(block(addresses));
        }
        const sorted = ranges.sort((a, b) => a.from - b.from);
        for (const [index, { from }] of sorted.entries())
          if (index > 0) expect(from).toBeGreaterThan(sorted[index - 1]!.to);
      }),
    );
  });

  test("fails exactly when the sizes together do not fit", () => {
    fc.assert(
      fc.property(space, needs, (whole, asked) => {
        const sum = asked.reduce((total, { addresses }) => total + block(addresses), 0);
        expect(planAddresses(whole, asked).problems.length > 0).toBe(sum > range(whole).size);
      }),
    );
  });

  test("a need that is added at the end moves nothing", () => {
    fc.assert(
      fc.property(space, needs, fc.integer({ min: 0, max: 500 }), (whole, asked, more) => {
        const before = planAddresses(whole, asked).subnets;
        const after = planAddresses(whole, [...asked, { name: "new", addresses: more }]).subnets;
        expect(after).toMatchObject(before);
      }),
    );
  });

  test("says how large the space has to be", () => {
    const { problems } = planAddresses("10.0.0.0/27", [
      { name: "private-endpoints", addresses: 20 },
      { name: "nodes", addresses: 8 },
    ]);
    expect(problems).toEqual([
      "10.0.0.0/27 has 32 addresses, and the subnets take 48: private-endpoints 32, nodes 16; allowed: a /26 or wider",
    ]);
  });
});

test.each([
  ["10.20.0.0/24", true],
  ["10.20.0.0", false],
  ["10.20.0.1/24", false],
  ["10.20.0.256/32", false],
  ["10.20.0.0/30", false],
  ["0.0.0.0/0", false],
])("rangeProblem: %s is taken: %s", (cidr, taken) => {
  expect(rangeProblem(cidr) === undefined).toBe(taken);
});

test("overlapping names the ranges that share an address", () => {
  expect(overlapping("10.1.0.0/16", ["10.0.0.0/8", "10.1.255.0/24", "10.2.0.0/16", "x"])).toEqual([
    "10.0.0.0/8",
    "10.1.255.0/24",
  ]);
});
