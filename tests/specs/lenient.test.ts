/** What PyYAML takes and YAML does not: lines of quoted texts and flow collections at any indentation. */
import { describe, expect, test } from "@jest/globals";
import { lenient } from "../../specs/lenient.ts";
import { readSource } from "../../specs/source.ts";

describe("lines that are indented too little", () => {
  test.each([
    ["a double-quoted text", 'a:\n    b: "x\n  y \\" z\n w"\n    c: 1\n', { a: { b: 'x y " z w', c: 1 } }],
    ["a single-quoted text in a list", "a:\n- 'b''c\nd'\n", { a: ["b'c d"] }],
    ["a flow mapping", "a: {\nb: 1\n}\n", { a: { b: 1 } }],
    ["a flow list, and a key after it", "a: [1,\n2]\nb: 1\n", { a: [1, 2], b: 1 }],
  ])("of %s are read", (_, text, value) => {
    expect(readSource("f.yml", text)).toMatchObject({ problems: [], source: { value } });
  });

  test("leave a text that never ends as it is, with the problem at its place", () => {
    const text = 'a: 1\nb: "x\n y\n';
    expect(lenient(text)).toBe(text);
    expect(readSource("f.yml", text).problems).toMatchObject([{ line: 4 }]);
  });

  test("do not move a line", () => {
    const { source } = readSource("f.yml", 'a: "x\ny\nz"\nb: 2\n');
    expect(source?.position(["b"])).toEqual({ line: 4, column: 1 });
  });
});
