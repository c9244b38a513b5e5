import { Thing, step } from "./kit.mjs";

const size = step === 1 ? 1 : 2;
new Thing(
    "a",
    { tags: { kept: size, other: step < 3 ? 1 : 3 }, list: [{ size, name: "x" }, { size: 7 }] },
    { ignoreChanges: ["tags.kept", "list[0].size"] },
);
