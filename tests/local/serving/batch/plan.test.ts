import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import {
  failureOf,
  planMiniBatches,
  planWorkers,
  summarize,
} from "@azure-ml-as-code/local/serving/batch/plan.ts";

test("mini-batches hold every file once, in order, none over the size and only the last one under it", () => {
  fc.assert(
    fc.property(fc.array(fc.string()), fc.integer({ min: 1, max: 20 }), (files, size) => {
      const planned = planMiniBatches(files, size);
      expect(planned.flatMap((miniBatch) => miniBatch.files)).toEqual(files);
      expect(planned.map(({ id }) => id)).toEqual(planned.map((_, index) => index));
      expect(planned.slice(0, -1).every((miniBatch) => miniBatch.files.length === size)).toBe(true);
      if (planned.length > 0) expect(planned.at(-1)!.files.length).toBeGreaterThan(0);
    }),
  );
});

test("workers fill the instances evenly, within what is asked for, needed and allowed", () => {
  const count = fc.integer({ min: 1, max: 6 });
  fc.assert(
    fc.property(
      count,
      count,
      fc.integer({ min: 1, max: 40 }),
      count,
      (instanceCount, perInstance, work, most) => {
        const spec = { instanceCount, maxConcurrencyPerInstance: perInstance };
        const { places, note } = planWorkers(spec, work, most);
        expect(places.length).toBe(Math.min(instanceCount * perInstance, work, most));
        expect(new Set(places.map(({ node, process }) => `${node}/${process}`)).size).toBe(places.length);
        const perNode = Map.groupBy(places, ({ node }) => node);
        for (const group of perNode.values()) expect(group.length).toBeLessThanOrEqual(perInstance);
        expect(note !== undefined).toBe(most < Math.min(instanceCount * perInstance, work));
      },
    ),
  );
});

describe("the end of a run", () => {
  const result = (items: number, returned: number, id = 0) => ({
    id,
    items,
    returned,
    attempts: 1,
    seconds: 0,
    worker: "0/process000",
  });

  test("more results than items count as all of them: a table has many rows a file", () => {
    expect(summarize([result(2, 500), result(3, 1)])).toEqual({
      items: 5,
      succeeded: 3,
      failed: 2,
      miniBatches: 2,
    });
  });

  test("fails exactly above the threshold; -1 is no threshold", () => {
    fc.assert(
      fc.property(
        fc.nat(20),
        fc.nat(20),
        fc.integer({ min: -1, max: 20 }),
        (succeeded, failed, threshold) => {
          const summary = { items: succeeded + failed, succeeded, failed, miniBatches: 1 };
          expect(failureOf(summary, threshold, false) !== undefined).toBe(
            threshold >= 0 && failed > threshold,
          );
        },
      ),
    );
  });

  test("fails when nothing succeeded, but only at the end", () => {
    const summary = summarize([result(2, 0)]);
    expect(failureOf(summary, -1, false)).toBeUndefined();
    expect(failureOf(summary, -1, true)).toMatch("No succeeded mini batch item returned from run()");
  });
});
