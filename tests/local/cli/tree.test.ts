import { describe, expect, test } from "@jest/globals";
import { stripVTControlCharacters } from "node:util";
import { afterEvent, counted, draw } from "../../../local/cli/tree.ts";
import type { Rows } from "../../../local/cli/tree.ts";
import type { EngineEvent, Operation } from "../../../local/engine/events.ts";

const resource = (name: string, parent = "", op: Operation = "create") => ({
  urn: `urn:pulumi:local::azure-ml::azure-native:storage:BlobContainer::${name}`,
  parent: parent === "" ? "" : `urn:pulumi:local::azure-ml::azure-native:storage:BlobContainer::${parent}`,
  type: "azure-native:storage:BlobContainer",
  name,
  op,
});
const started = (name: string, parent?: string, op?: Operation): EngineEvent => ({
  kind: "resource-started",
  keys: [],
  ...resource(name, parent, op),
});
const done = (name: string, seconds: number, parent?: string, op?: Operation): EngineEvent => ({
  kind: "resource-done",
  seconds,
  id: name,
  ...resource(name, parent, op),
});
const failed = (name: string, parent?: string): EngineEvent => ({
  kind: "resource-failed",
  seconds: 1,
  message: "no",
  ...resource(name, parent),
});
const after = (...events: [EngineEvent, number][]): Rows =>
  events.reduce<Rows>((rows, [event, at]) => afterEvent(rows, event, at), new Map());
const lines = (rows: Rows, now: number, height = 50) => draw(rows, now, height).map(stripVTControlCharacters);

describe("the tree of a run", () => {
  test("children stand under their parents, with state and time", () => {
    const rows = after(
      [started("stage"), 0],
      [started("inner", "stage"), 1_000],
      [done("inner", 2.25, "stage"), 3_250],
      [started("other", "stage"), 3_000],
    );
    expect(lines(rows, 5_000)).toEqual([
      "+ storage:BlobContainer stage  creating 5.0 s",
      "  + storage:BlobContainer inner  created 2.3 s",
      "  + storage:BlobContainer other  creating 2.0 s",
    ]);
  });

  test("a row whose parent was never told stands at the top", () => {
    expect(lines(after([started("orphan", "unseen"), 0]), 0)[0]).toMatch(/^\+ storage/);
  });

  test("a second step on a resource takes the place of the first", () => {
    const rows = after(
      [done("old", 1, undefined, "create-replacement"), 0],
      [started("old", undefined, "delete-replaced"), 10_000],
    );
    expect(lines(rows, 12_000)).toEqual(["- storage:BlobContainer old  deleting old 2.0 s"]);
  });

  test("what runs or failed stays when the terminal is too small for all", () => {
    const rows = after(
      [done("a", 1), 0],
      [failed("b"), 0],
      [done("c", 1), 0],
      [started("d"), 0],
      [done("e", 1), 0],
    );
    const shown = lines(rows, 0, 3);
    expect(shown[0]).toBe("… 3 more");
    expect(shown.slice(1).map((line) => line.split(" ")[2])).toEqual(["b", "d"]);
  });

  test("the summary counts by what was done", () => {
    expect(stripVTControlCharacters(counted({ create: 2, same: 40 }))).toBe("2 created, 40 unchanged");
    expect(counted({})).toBe("nothing to do");
  });
});
