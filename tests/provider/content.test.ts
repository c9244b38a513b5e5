import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { mkdirSync, renameSync, rmSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { hashContent, listContent } from "../../provider/content.ts";
import { processorTime } from "../support/work.ts";
import { tempFolder } from "./support/calls.ts";

let folder: ReturnType<typeof tempFolder>;
beforeEach(() => {
  folder = tempFolder();
});
afterEach(() => folder.remove());

/** Writes the files in the order given; returns the folder. */
function write(name: string, files: Readonly<Record<string, string>>): string {
  const root = join(folder.path, name);
  for (const [file, content] of Object.entries(files)) {
    mkdirSync(dirname(join(root, file)), { recursive: true });
    writeFileSync(join(root, file), content);
  }
  return root;
}
const names = (path: string) => listContent(path).map(({ name }) => name);

describe("hashContent", () => {
  test("is what sha256sum makes of what sha256sum prints", () => {
    // find * -type f | LC_ALL=C sort | xargs sha256sum | sha256sum
    const root = write("m", { "a.txt": "one\n", "sub/b.txt": "two\n" });
    expect(hashContent(root)).toBe("9ddfa4bae434062e2612b1f639a90d604daf7ed6b1d7265278acaafead14c5f3");
    expect(hashContent(join(root, "a.txt"))).toBe(
      "9e425e9b6ed9ee501647f86943509ed5d26f9b14ea340978999502040e986625",
    );
  });

  test("does not depend on the order of writing, on times, or on the folder's own name", () => {
    const one = write("one", { a: "1", "b/c": "2", z: "3" });
    const other = write("other", { z: "3", "b/c": "2", a: "1" });
    utimesSync(join(other, "a"), 1, 1);
    expect(hashContent(other)).toBe(hashContent(one));
  });

  test.each<[string, (root: string) => void]>([
    ["a byte", (root) => writeFileSync(join(root, "a"), "2")],
    ["a name", (root) => renameSync(join(root, "a"), join(root, "A"))],
    ["a folder's name", (root) => renameSync(join(root, "b"), join(root, "d"))],
    ["a file more", (root) => writeFileSync(join(root, "empty"), "")],
    ["a file less", (root) => rmSync(join(root, "a"))],
  ])("changes with %s", (_what, change) => {
    const root = write("m", { a: "1", "b/c": "2" });
    const before = hashContent(root);
    change(root);
    expect(hashContent(root)).not.toBe(before);
  });

  test("tells two files with the same bytes apart by their names", () => {
    const root = write("m", { a: "1", b: "1" });
    expect(hashContent(join(root, "a"))).not.toBe(hashContent(join(root, "b")));
  });

  test("grows with the number of files, not with its square", () => {
    const folder = (name: string, files: number) =>
      write(name, Object.fromEntries(Array.from({ length: files }, (_, i) => [`${i % 20}/${i}`, `${i}`])));
    const [few, many] = [folder("few", 500), folder("many", 4_000)];
    hashContent(few); // warms both
    const ratio = processorTime(() => hashContent(many)) / processorTime(() => hashContent(few));
    expect(ratio).toBeLessThan(8 * 3);
  });
});

describe("listContent", () => {
  test("leaves out what .amlignore names, and what Python and git leave behind", () => {
    const files = {
      "a.py": "",
      "b.log": "",
      "keep.log": "",
      "data/x": "",
      "__pycache__/a.pyc": "",
      ".git/HEAD": "",
    };
    const root = write("m", { ...files, ".amlignore": "*.log\n!keep.log\ndata/\n", ".gitignore": "a.py" });
    expect(names(root)).toEqual([".amlignore", ".gitignore", "a.py", "keep.log"]);
  });

  test("goes by .gitignore where there is no .amlignore", () => {
    expect(names(write("m", { a: "", b: "", ".gitignore": "a\n" }))).toEqual([".gitignore", "b"]);
  });

  test("sorts by the bytes of the names", () => {
    expect(
      names(write("m", { b: "", "a/z": "", "a.txt": "", B: "", "\u{1F600}": "", "\uFB01": "" })),
    ).toEqual(["B", "a.txt", "a/z", "b", "\uFB01", "\u{1F600}"]);
  });

  test("follows links, to files and folders", () => {
    const shared = write("shared", { "x.txt": "1" });
    const root = write("m", { a: "2" });
    symlinkSync(shared, join(root, "linked"));
    symlinkSync(join(shared, "x.txt"), join(root, "b"));
    expect(hashContent(root)).toBe(hashContent(write("plain", { a: "2", b: "1", "linked/x.txt": "1" })));
  });

  test.each<[string, RegExp, (root: string) => string]>([
    ["a missing path", /no such file or folder/, (root) => join(root, "none")],
    [
      "a folder without files",
      /no files to upload/,
      (root) => (mkdirSync(join(root, "empty/sub"), { recursive: true }), join(root, "empty")),
    ],
    ["a link to its own parent", /leads back to/, (root) => (symlinkSync(root, join(root, "up")), root)],
    ["a link to nowhere", /leads nowhere/, (root) => (symlinkSync("gone", join(root, "broken")), root)],
    [
      "a name that no blob can have",
      /backslash or a control character: "a\\\\b"/,
      (root) => (writeFileSync(join(root, "a\\b"), ""), root),
    ],
  ])("refuses %s", (_what, message, prepare) => {
    const root = write("m", { a: "1" });
    expect(() => listContent(prepare(root))).toThrow(message);
  });

  test("does not stop at a broken link that is ignored", () => {
    const root = write("m", { a: "1", ".amlignore": "broken" });
    symlinkSync("gone", join(root, "broken"));
    expect(names(root)).toEqual([".amlignore", "a"]);
  });
});
